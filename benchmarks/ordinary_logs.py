"""Critical findings in ordinary logs, against a hand-labelled list of what is truly wrong in them.

usage: python benchmarks/ordinary_logs.py LOGS [OUT]

LOGS holds SYSTEM_2k.log for each system of ``ordinary_logs.toml``. A finding is a verdict that is at least probable, or a
health check that is critical; it is on the list where a line that it cites is one that somebody labelled as wrong, and its
failure mode, where it names one, is among those that describe it. A failure mode named below "probable" counts apart.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

LABELS = Path(__file__).with_name("ordinary_logs.toml")
Entry = Mapping[str, Any]


def miscounted(entries: Sequence[Entry], lines: Sequence[str]) -> Iterator[str]:
    """Labels whose count differs from the lines that they match."""
    for each in entries:
        count = sum(re.search(each["match"], line) is not None for line in lines)
        if count != each["lines"]:
            yield f"{each['what']}: {count} lines, not {each['lines']}"


def findings(report: Mapping[str, Any]) -> Iterator[tuple[str, str, Sequence[str]]]:
    """What a report calls critical: words, failure mode, evidence ids."""
    verdict = report["verdict"]
    if verdict["status"] in ("identified", "probable"):
        said = f"{verdict['status']}: {verdict['first_failing_component']} {verdict['failure_mode'] or ''}".strip()
        yield said, verdict["failure_mode"] or "", verdict["evidence"]
    for row in report["health"]:
        if row["status"] == "critical":
            yield f"critical: {row['component']} {row['check']}", "", row["evidence"]


def listed(mode: str, cited: Sequence[str], wrong: Sequence[Entry]) -> bool:
    """Whether a finding is one that the labels know."""
    entries = [each for each in wrong if any(re.search(each["match"], line) for line in cited)]
    return any(not mode or mode in each.get("modes", ()) for each in entries)


def analyse(log: Path, out: Path) -> dict[str, Any]:
    """The report on one log."""
    command = [sys.executable, "-m", "forensics", "analyze", str(log), "-o", str(out), "--format", "json", "--force"]
    subprocess.run(command, check=True, capture_output=True)
    found: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    return found


def main(logs: Path, out: Path) -> int:
    """Score every system; 1 where more than one critical finding is not on the list."""
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    outside = claims = 0
    for system, said in labels.items():
        path = logs / f"{system}_2k.log"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        wrong = said.get("wrong", [])
        if bad := list(miscounted([*wrong, *said.get("looks", [])], lines)):
            print(f"{system}: {'; '.join(bad)}", file=sys.stderr)
            return 2
        report = analyse(path, out / system)
        rows = [(words, listed(mode, _cited(report, ids), wrong)) for words, mode, ids in findings(report)]
        outside += sum(not known for _, known in rows)
        verdict = report["verdict"]
        mode = verdict["failure_mode"] or ""
        claim = mode if mode and not rows and not listed(mode, _cited(report, verdict["evidence"]), wrong) else ""
        claims += bool(claim)
        text = (
            "; ".join(f"{words} ({'listed' if known else 'NOT LISTED'})" for words, known in rows) or "nothing critical"
        )
        print(f"{system:10} {text}{f'; unsure of {claim} (NOT LISTED)' if claim else ''}", flush=True)
    print(f"critical findings outside the list {outside}; failure modes named unsurely and outside it {claims}")
    return int(outside > 1)


def _cited(report: Mapping[str, Any], ids: Sequence[str]) -> list[str]:
    return [str(report["evidence"][each].get("text", "")) for each in ids]


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as scratch:
        sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else scratch)))
