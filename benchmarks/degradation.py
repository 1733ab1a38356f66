"""What the ranking loses without each source: accuracy and confidence must fall together.

usage: python benchmarks/degradation.py DATA

DATA is a folder with ``cases/ID`` (bundles) and ``truth/ID/truth.json``. Each bundle is read once; then the signals of one
source at a time, or the topology, are left out of the ranking (shipped weights). Prints by rung AC@1, AC@3, the mean
confidence of the first candidate and the share that would be ``identified``.
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forensics import analysis, signals, templates, windows  # noqa: E402
from forensics.causal import graph, ranking, scoring  # noqa: E402
from forensics.causal.graph import Graph  # noqa: E402
from forensics.causal.why import SOURCES  # noqa: E402
from forensics.library import Library  # noqa: E402
from forensics.records.options import Options, silent  # noqa: E402
from forensics.records.signal import Signal  # noqa: E402

RUNGS = (
    "nothing",
    "logs",
    "metrics",
    "traces",
    "topology",
    "logs and traces",
    "all but logs",
    "all but traces",
    "all but metrics",
)
IDENTIFIED = 0.75


@dataclass(frozen=True)
class Incident:
    """A labelled incident as the ranking sees it."""

    signals: tuple[Signal, ...]
    known: Graph
    components: Mapping[str, str]
    symptom: str
    metric: str
    truth: frozenset[str]


def read(folder: Path, truth: Path) -> Incident:
    """Reads a bundle and its answer."""
    library = Library()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        bundle, store = analysis.read(
            folder, place / "case", place / "bundle", Options(), library, over=analysis.threads, progress=silent
        )
        templates.mine(store, library)
        found = signals.detect(store, windows.find(store, bundle.declared, Options(), None), library).signals
        rows = store.scan("components").select("component", "role", "kind").collect().rows()
        known = graph.build(store)
    components = {name: role for name, role, kind in sorted(rows) if kind != "node"}
    declared = store.aliases.get(bundle.declared.symptom_service, bundle.declared.symptom_service)
    guilty = frozenset(each.lower() for each in json.loads(truth.read_text())["root_causes"])
    symptom = declared if declared in components else ""
    return Incident(found, known, components, symptom, bundle.declared.symptom_metric, guilty)


def without(each: Incident, rung: str) -> tuple[int, float]:
    """The place of the truth (from 1; 0 where it is no candidate) and the confidence of the first, on one rung."""
    if rung.startswith("all but "):
        kept = tuple(one for one in each.signals if SOURCES.get(one.kind) == rung.removeprefix("all but "))
    else:
        kept = tuple(one for one in each.signals if SOURCES.get(one.kind, "-") not in rung.split(" and "))
    known = Graph((), {}, {}) if rung == "topology" else each.known
    clues = ranking.gathered(kept, known, each.components, each.symptom, each.metric)
    order = scoring.scored(clues, each.components, known, each.symptom, scoring.load(Library()))
    place = next((at for at, one in enumerate(order, 1) if one.component.lower() in each.truth), 0)
    return place, order[0].chance if order else 0.0


def show(incidents: Sequence[Incident]) -> None:
    """Print the ladder."""
    print(f"{'without':18} AC@1  AC@3  confidence  identified")
    for rung in RUNGS:
        found = [without(each, rung) for each in incidents]
        n = len(found)
        first, third = (sum(1 for place, _ in found if 0 < place <= k) / n for k in (1, 3))
        chances = [chance for _, chance in found]
        sure = sum(chance >= IDENTIFIED for chance in chances) / n
        print(f"{rung:18} {first:.2f}  {third:.2f}  {sum(sorted(chances)) / n:10.2f}  {sure:10.2f}")


def main(arguments: list[str]) -> int:
    """Read every case, then climb down."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(arguments[0])
    names = sorted(path.name for path in (data / "cases").iterdir())
    show([read(data / "cases" / name, data / "truth" / name / "truth.json") for name in names])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
