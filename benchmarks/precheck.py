"""Does ``forensics precheck`` know a cause again in a system with other names, and leave harmless diffs alone?

usage: python benchmarks/precheck.py CASES

CASES as for benchmarks/twins.py. Each case with a guilty commit is renamed as there, analyzed, and its report added to a
history; what is compared with it is not renamed. Nothing of the data is kept.

its kind   guilty diffs that match the renamed incident they are the original of, others of its kind included
another    guilty diffs that match an incident of another case, where one shares a kind of fact that caused it
harmless   each harmless edit in the files of each guilty commit: how many are flagged
innocent   all other commits of the same cases: how many are flagged
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import twins

from forensics import history
from forensics.findings.changes import facts, knowledge
from forensics.history.prechecking import caused
from forensics.library import Library

LIBRARY = Library()
KNOWN, KIN = knowledge.load(LIBRARY), history.kinship(LIBRARY)


def main(arguments: Sequence[str]) -> int:
    """Make the history, compare, print."""
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    cases = {}
    for path in sorted(Path(arguments[0]).glob("*/truth.json")):
        truth = json.loads(path.read_text(encoding="utf-8"))
        if truth["root_cause_commit"] != "none":
            cases[path.parent] = truth
    with tempfile.TemporaryDirectory() as scratch:
        for at, (case, truth) in enumerate(cases.items()):
            keep(case, truth, at, Path(scratch))
        past = list(history.opened(Path(scratch) / "past").incidents())
    compare(cases, past)
    return 0


def keep(case: Path, truth: Mapping[str, Any], at: int, scratch: Path) -> None:
    """Add the report on the renamed case to the history."""
    bundle, out = scratch / f"b{at}", scratch / f"o{at}"
    shutil.copytree(case / "bundle", bundle, copy_function=shutil.copyfile)
    twins.renamed(bundle, truth, at)
    for command in (
        ["analyze", str(bundle), "-o", str(out), "--format", "json"],
        ["history", "add", str(out), "--history", str(scratch / "past"), "--id", case.name],
    ):
        subprocess.run([sys.executable, "-m", "forensics", *command], check=True, capture_output=True)


def flagged(diff: str, paths: Sequence[str], past: Sequence[Any]) -> set[str]:
    """The ids of the incidents that a diff is flagged with."""
    _, found = facts.read(diff, tuple(paths), KNOWN)
    return {each.incident.id for each in history.precheck(found, past, KIN)}


def innocent(case: Path, sha: str) -> Iterator[Mapping[str, Any]]:
    """The other commits that have a diff."""
    yield from (
        each
        for each in twins.read(case / "bundle", "commits.json")
        if each["sha"] != sha and (each["diff"] or "").strip()
    )


def compare(cases: Mapping[Path, Mapping[str, Any]], past: Sequence[Any]) -> None:
    """Print the four figures."""
    kinds = {each.id: {fact.kind for fact in caused(each, KIN)} for each in past}
    own, other, kin, harmless, others = [], [], [], [], []
    for case, truth in cases.items():
        rows = twins.read(case / "bundle", "commits.json")
        guilty = next(each for each in rows if each["sha"] == truth["root_cause_commit"])
        hits = flagged(guilty["diff"], guilty["files_changed"], past)
        own.append((case.name, case.name in hits))
        if any(kinds[case.name] & shared for name, shared in kinds.items() if name != case.name):
            kin.append(case.name)
            other += [case.name] if hits - {case.name} else []
        for number in range(len(twins.HARMLESS)):
            edit = twins.edit(guilty["files_changed"], number)
            harmless.append(bool(flagged(edit, guilty["files_changed"], past)))
        for each in innocent(case, guilty["sha"]):
            hit = flagged(each["diff"], each["files_changed"], past)
            others.append((case.name, each["sha"][:8], sorted(hit)) if hit else None)
    print("its kind ", sum(hit for _, hit in own), "of", len(own), *(name for name, hit in own if not hit))
    print("another  ", len(other), "of", len(kin), *sorted(set(kin) - set(other)))
    print("harmless ", sum(harmless), "of", len(harmless))
    print("innocent ", sum(map(bool, others)), "of", len(others), *(each for each in others if each))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
