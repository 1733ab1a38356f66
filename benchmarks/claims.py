"""What reports claim: the changes that they blame and the failure modes that they name, with the evidence of each.

usage: python benchmarks/claims.py REPORTS [--changes-exist]

REPORTS holds report.json files, at any depth. Where the data has no changes at all, each that is guilty or possible is
invented: their number must be 0 (exit 1 otherwise, unless --changes-exist). The failure modes are for a person to check:
each is printed with the texts that it rests on, those of the verdict marked with *.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SHOWN = 3


def blamed(report: Mapping[str, Any]) -> list[str]:
    """The changes of a report that are guilty or possible, and a change in the verdict that is no row of it."""
    rows = [
        f"{row['verdict']} {row['kind']} {row['ref'] or row['title']}"
        for row in report["changes"]
        if row["verdict"] != "cleared"
    ]
    named = report["verdict"]["change"]
    return rows + ([f"named {named}"] if named and not rows else [])  # fmt: skip


def modes(report: Mapping[str, Any]) -> Iterator[tuple[str, str, list[str]]]:
    """Failure modes that the verdict and the leading candidates name, with what each rests on."""
    verdict = report["verdict"]
    if verdict["failure_mode"]:
        yield f"*{verdict['failure_mode']}", verdict["first_failing_component"], _shown(report, verdict["summary"])
    for each in report["candidates"][:SHOWN]:
        if each["failure_mode"] and each["component"] != verdict["first_failing_component"]:
            yield each["failure_mode"], each["component"], [row["text"] for row in each["reasons"]]


def _shown(report: Mapping[str, Any], said: Any) -> list[str]:
    """What the evidence of prose shows: lines, records, and series with their value."""
    cited = [said] if isinstance(said, dict) else said
    found = []
    for key in dict.fromkeys(key for each in cited for key in each["evidence"]):
        row = report["evidence"].get(key, {})
        found.append(
            str(
                row.get("text")
                or f"{row.get('metric', row.get('table'))} {row.get('statistic', '')} {row.get('value')}"
            )
        )
    return found  # fmt: skip


def main(folder: Path, *, changes_exist: bool) -> int:
    """Print what every report claims, and how often."""
    invented, counted, reports = 0, Counter[str](), 0
    for path in sorted(folder.rglob("report.json")):
        report = json.loads(path.read_text(encoding="utf-8"))
        reports += 1
        name = path.parent.relative_to(folder)
        for each in blamed(report):
            invented += 1
            print(f"{name}: BLAMED {each}")
        for mode, component, shown in modes(report):
            counted[mode] += 1
            print(f"{name}: {mode} at {component}: {' | '.join(text[:140] for text in shown[:4])}")
    print(f"{reports} reports; changes blamed {invented}; failure modes {dict(sorted(counted.items()))}")
    return 1 if invented and not changes_exist else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), changes_exist="--changes-exist" in sys.argv) if len(sys.argv) > 1 else 2)
