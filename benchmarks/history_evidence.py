"""How well likeness by evidence finds the same kind of fault: ``python benchmarks/history_evidence.py REPORTS TRUTH``.

REPORTS has a folder for each labelled case with its report.json, TRUTH a folder with truth.json (fault_type, dataset). Every second
case is added to a history and the others are looked up in it, then the other way round. Printed is the share with the same fault type at
rank 1: by evidence, by text alone, and by chance (what a random case of the history would give).
"""

import json
import math
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from forensics import history
from forensics.history import searching
from forensics.library import Library
from forensics.records.history import Incident, Wanted


def half(
    kept: Sequence[tuple[Incident, str]], asked: Sequence[tuple[Incident, str]]
) -> list[tuple[str, bool, bool, float]]:
    """For each case asked: its fault, whether evidence and text put the same fault first, and the chance of it."""
    rows = []
    kinds = {incident.id: kind for incident, kind in kept}
    with tempfile.TemporaryDirectory() as place:
        past = history.opened(Path(place) / "history", new=True)
        for incident, _ in kept:
            past.add(incident)
        past = history.opened(Path(place) / "history")
        for incident, kind in asked:
            hits = past.similar(incident, most=1)
            words = searching.ranked(past.index, incident.text, {}, Wanted(), 0.0, 1)
            by_words = kinds[past.named(words[0][0]).rpartition("/")[2].rpartition(".")[0]] if words else ""
            chance = sum(other == kind for other in kinds.values()) / len(kinds)
            rows.append((kind, bool(hits) and kinds[hits[0].incident.id] == kind, by_words == kind, chance))
    return rows


def main(reports: Path, truth: Path) -> None:
    """Print a table by fault type and the whole."""
    causes = history.load(Library())
    cases = []
    for folder in sorted(truth.iterdir()):
        said = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        report = json.loads((reports / folder.name / "report.json").read_text(encoding="utf-8"))
        cases.append((history.digest(report, causes, id=folder.name), said["fault_type"]))
    rows = half(cases[::2], cases[1::2]) + half(cases[1::2], cases[::2])
    print(f"{'fault':<28}{'cases':>6}{'evidence':>10}{'text':>7}{'chance':>8}")
    for kind in [*sorted({row[0] for row in rows}), "all"]:
        part = [row for row in rows if kind in (row[0], "all")]
        values = [math.fsum(float(row[at]) for row in part) / len(part) for at in (1, 2, 3)]
        print(f"{kind:<28}{len(part):>6}{values[0]:>10.2f}{values[1]:>7.2f}{values[2]:>8.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
