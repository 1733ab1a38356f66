"""Fit the weights of the ranking on labelled incidents, leaving one system out at a time.

usage: python tools/fit_ranking.py DATA [--write]

DATA is a folder with ``cases/ID`` (bundles) and ``truth/ID/truth.json`` (dataset, fault_type, root_causes). Prints the
accuracy of every system with weights fitted on the others, and with weights fitted on all; ``--write`` puts the latter
into ``models/ranking/weights.toml``.
"""

import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forensics import analysis, signals, templates, windows  # noqa: E402
from forensics.causal import features, graph, ranking  # noqa: E402
from forensics.library import Library  # noqa: E402
from forensics.records.bundle import Declared  # noqa: E402
from forensics.records.options import Options, silent  # noqa: E402
from forensics.records.signal import Detected  # noqa: E402
from forensics.store import Store  # noqa: E402

# Few incidents: a weight leaves its prior only for what many of them say.
PENALTY = 0.2
STEPS, RATE = 1_500, 0.05
VIEW, UNREACHABLE = "-view", "-unreachable"


@dataclass(frozen=True)
class Case:
    """One labelled incident: clues and roles of its components, and which of them are to blame."""

    system: str
    fault: str
    components: tuple[str, ...]
    clues: tuple[features.Clue, ...]
    taken: dict[str, tuple[str, ...]]
    truth: frozenset[str]


def read(folder: Path, truth: Path) -> Case:
    """A case with all that the ranking would see."""
    library = Library()
    with tempfile.TemporaryDirectory() as scratch:
        bundle, store = analysis.read(
            folder,
            Path(scratch) / "case",
            Path(scratch) / "bundle",
            Options(),
            library,
            over=analysis.threads,
            progress=silent,
        )
        templates.mine(store, library)
        found = windows.find(store, bundle.declared, Options(), None)
        detected = signals.detect(store, found, library)
        return seen(bundle.declared, store, detected, truth)


def seen(declared: Declared, store: Store, detected: Detected, truth: Path) -> Case:
    """What the ranking sees of a case that was read."""
    said = json.loads(truth.read_text(encoding="utf-8"))
    known = graph.build(store)
    rows = store.scan("components").filter(pl.col("kind") != "node").select("component", "role").collect().rows()
    components = dict(sorted(rows))
    symptom = store.aliases.get(declared.symptom_service, declared.symptom_service)
    symptom = symptom if symptom in components else ""
    reach = graph.depended_on(symptom, known)
    taken = {
        VIEW: tuple(name for name, role in components.items() if role == "client view"),
        UNREACHABLE: tuple(name for name in components if len(reach) > 1 and name not in reach),
    }
    clues = ranking.gathered(detected.signals, known, components, symptom, declared.symptom_metric)
    guilty = frozenset(each.lower() for each in said["root_causes"])
    return Case(said["dataset"], said["fault_type"], tuple(components), clues, taken, guilty)


def matrix(case: Case, kinds: list[str]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Values by component and kind, and the share of the blame of each component."""
    values = numpy.array(features.matrix(case.clues, case.components, kinds))
    for kind, names in case.taken.items():
        for name in names:
            values[case.components.index(name), kinds.index(kind)] = -1.0
    blame = numpy.array([float(name.lower() in case.truth) for name in case.components])
    return values, blame / max(blame.sum(), 1.0)


def priors(kinds: list[str]) -> numpy.ndarray:
    """What is believed before any incident is seen: ``[prior]`` of the weights' definition."""
    said = Library().load("models", "ranking")["weights"]
    known = said["prior"] | {VIEW: said["prior"]["view"], UNREACHABLE: said["prior"]["unreachable"]}
    return numpy.array([known.get(kind, known["other"]) for kind in kinds])


def fit(cases: list[tuple[numpy.ndarray, numpy.ndarray]], kinds: list[str]) -> numpy.ndarray:
    """Weights of the conditional logit, at least 0, drawn towards the prior by a ridge."""
    prior = priors(kinds)
    weights = prior.copy()
    for _ in range(STEPS):
        slope = numpy.zeros_like(weights)
        for values, blame in cases:
            scores = values @ weights
            odds = numpy.exp(scores - scores.max())
            slope += (blame - odds / odds.sum()) @ values
        weights = numpy.maximum(0.0, weights + RATE * (slope / len(cases) - PENALTY * (weights - prior)))
    return weights


def accuracy(cases: list[Case], kinds: list[str], weights: numpy.ndarray) -> str:
    """AC@1 and AC@3."""
    places = []
    for case in cases:
        values, blame = matrix(case, kinds)
        scores = values @ weights
        order = sorted(range(len(case.components)), key=lambda at: (-round(scores[at], 9), case.components[at]))
        places.append(next((place for place, at in enumerate(order) if blame[at] > 0), len(order)))
    return f"{numpy.mean([place < 1 for place in places]):.2f} / {numpy.mean([place < 3 for place in places]):.2f}"


def main(arguments: list[str]) -> int:
    """Fit, print, and write when asked."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(arguments[0])
    names = sorted(path.name for path in (data / "cases").iterdir())
    cases = [read(data / "cases" / name, data / "truth" / name / "truth.json") for name in names]
    kinds = [*sorted({clue.kind for case in cases for clue in case.clues}), VIEW, UNREACHABLE]
    whole = fit([matrix(case, kinds) for case in cases], kinds)
    for system in sorted({case.system for case in cases}):
        own = [case for case in cases if case.system == system]
        others = fit([matrix(case, kinds) for case in cases if case.system != system], kinds)
        print(
            f"{system:12} n {len(own):3}  left out {accuracy(own, kinds, others)}  shipped {accuracy(own, kinds, whole)}"
        )
    for kind, weight in zip(kinds, whole, strict=True):
        print(f"{kind:20} {weight:.2f}")
    if "--write" in arguments:
        write(dict(zip(kinds, (float(weight) for weight in whole), strict=True)))
    return 0


def write(weights: dict[str, float]) -> None:
    """Put the weights into their definition."""
    path = ROOT / "models" / "ranking" / "weights.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"(?m)^view = .*$", f"view = {weights[VIEW]:.2f}", text, count=1)
    text = re.sub(r"(?m)^unreachable = .*$", f"unreachable = {weights[UNREACHABLE]:.2f}", text, count=1)
    rows = "\n".join(f"{kind} = {weight:.2f}" for kind, weight in sorted(weights.items()) if not kind.startswith("-"))
    path.write_text(text.partition("[weight]")[0] + "[weight]\n" + rows + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
