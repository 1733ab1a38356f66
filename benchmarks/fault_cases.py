"""The simulated single faults, analysed and scored.

usage: python benchmarks/fault_cases.py OUT [--unseen] [NAME...]   (--unseen: the ten whose answers were fixed after the abilities)

Makes each fault of ``tools.simulate.faults`` in OUT, analyses it in a process of its own, and compares with its answer:
the component and the kind of cause, the change blamed (an innocent one stands beside every fault), findings that are critical
at a part that the fault does not touch, and remedies that read alike in two cases.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SAID = ("status", "first_failing_component", "failure_mode", "category", "change")
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def analyse(folder: Path) -> dict[str, Any]:
    """The report on a bundle, empty where there is none."""
    command = [
        sys.executable,
        "-m",
        "forensics",
        "analyze",
        str(folder / "bundle"),
        "-o",
        str(folder / "out"),
        "--format",
        "json",
        "--force",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    path = folder / "out/report.json"
    if done.returncode or not path.exists():
        print(f"{folder.name}: exit {done.returncode} {done.stderr.strip()[-300:]}", file=sys.stderr)
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def score(report: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[str, Any]:
    """What is right about a report; ``unrelated`` lists the critical findings at parts that the fault does not touch."""
    verdict = report.get("verdict", {})
    blamed = verdict.get("change") or ""
    return {
        "component": verdict.get("first_failing_component") in truth["components"],
        "category": verdict.get("category") in truth["categories"],
        "change": blamed == truth["guilty"] or (len(blamed) >= 7 and truth["guilty_sha"].startswith(blamed)),
        "decoy": blamed in truth["decoys"] or (len(blamed) >= 7 and any(each.startswith(blamed) for each in truth["decoy_shas"])),
        "unrelated": sorted(
            f"{each['component']}: {each['check']}"
            for each in report.get("health", [])
            if each["status"] == "critical" and each["component"] not in truth["related"]
        ),
    }  # fmt: skip


def remedies(report: Mapping[str, Any]) -> list[str]:
    """The texts of a report's remedies."""
    return sorted({row["text"] for rows in report.get("remediation", {}).values() for row in rows})


def main(out: Path, names: list[str]) -> int:
    """Make, analyse and score each named fault, or all."""
    from tools.simulate.faults.truth import FAULTS, make
    from tools.simulate.faults.unseen import UNSEEN

    rows, texts = [], Counter[str]()
    kept = UNSEEN if "--unseen" in names else FAULTS
    for fault in kept:
        if set(names) - {"--unseen"} and fault.name not in names:
            continue
        truth = make(fault, out / fault.name / "bundle")
        report = analyse(out / fault.name)
        row, verdict = score(report, truth), report.get("verdict", {})
        rows.append(row)
        texts.update(remedies(report))
        marks = " ".join(f"{name} {'+' if row[name] else '-'}" for name in ("component", "category", "change"))
        said = " ".join(str(verdict.get(name)) for name in SAID)
        print(
            f"{fault.name:20} {marks}{'  DECOY' if row['decoy'] else ''}  {said} {'; '.join(row['unrelated'])}",
            flush=True,
        )
    print(f"both right {sum(row['component'] and row['category'] for row in rows)} of {len(rows)};", end=" ")
    print(
        "; ".join(f"{name} {sum(row[name] for row in rows)}" for name in ("component", "category", "change", "decoy")),
        end="; ",
    )
    print(
        f"unrelated critical {sum(len(row['unrelated']) for row in rows)} in {sum(bool(row['unrelated']) for row in rows)};",
        end=" ",
    )
    shared = {text: count for text, count in texts.items() if count > 1}
    print(f"remedy texts {len(texts)}, shared by cases {len(shared)}")
    for text, count in sorted(shared.items()):
        print(f"  in {count}: {text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]) if len(sys.argv) > 1 else 2)
