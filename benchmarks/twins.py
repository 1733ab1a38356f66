"""Twins of labelled incidents: does the verdict follow what the code does, or what it is called and when it came?

usage: python benchmarks/twins.py CASES [--forensics CMD] [--keep DIR]

CASES holds CASE/{bundle/, truth.json} with ``root_cause_commit`` and context/{commits,deploys}.json. From each case with a
guilty commit four twins are made at run time, in a scratch folder; nothing of the data is kept.

harmless  the diff of the guilty commit becomes a harmless one in the same file: no change may be blamed
late      what shipped it moves to half an hour after the alert: it must be cleared
renamed   components, files and authors get other names and messages other words: the same commit must be blamed
earlier   a harmless deploy is added on the alerting service, before the guilty one: the same commit must be blamed
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Rows = list[dict[str, Any]]
Judge = Callable[[Mapping[str, Any], str], bool]
SYLLABLES = ("ka", "lo", "mi", "ru", "te", "so", "va", "ni", "po", "de", "hu", "zi", "fa", "go", "be", "tu")
# Harmless edits, one of them by the number of the case: a comment, a blank line, a line of log.
HARMLESS = (
    "-{c} keeps the state of this file together\n+{c} keeps the state of this file in one place, see the handbook",
    "+\n+{c} nothing to see here yet",
    '+log.info("entered")',
)
COMMENT = {"py": "#", "rb": "#", "yaml": "#", "yml": "#", "toml": "#", "sh": "#", "tf": "#", "sql": "--"}
MANIFESTS = ("go.mod", "go.sum", "package.json", "Dockerfile", "requirements.txt", "values.yaml")


def read(bundle: Path, name: str) -> Rows:
    """The rows of a file in the context folder."""
    rows: Rows = json.loads((bundle / "context" / name).read_text(encoding="utf-8"))
    return rows


def write(bundle: Path, name: str, rows: Rows) -> None:
    """Write the rows back."""
    (bundle / "context" / name).write_text(json.dumps(rows), encoding="utf-8")


def shifted(stamp: str, minutes: float) -> str:
    """A time moved by some minutes."""
    return (datetime.fromisoformat(stamp) + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")


def edit(paths: Iterable[str], number: int) -> str:
    """A diff that does nothing, in the same files."""
    parts = []
    for path in paths:
        mark = COMMENT.get(path.rsplit(".", 1)[-1], "//")
        body = HARMLESS[0 if path.endswith(MANIFESTS) else number % len(HARMLESS)].format(c=mark)
        parts.append(f"--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n{body}\n")
    return "".join(parts)


def harmless(bundle: Path, truth: Mapping[str, Any], number: int) -> None:
    """The guilty commit does nothing."""
    commits = read(bundle, "commits.json")
    for each in commits:
        if each["sha"] == truth["root_cause_commit"]:
            each["diff"] = edit(each["files_changed"], number)
    write(bundle, "commits.json", commits)


def late(bundle: Path, truth: Mapping[str, Any], _: int) -> None:
    """Whatever shipped the guilty commit comes half an hour after the alert."""
    alert = json.loads((bundle / "alert.json").read_text(encoding="utf-8"))
    commit = next(each for each in read(bundle, "commits.json") if each["sha"] == truth["root_cause_commit"])
    deploys = read(bundle, "deploys.json")
    for each in deploys:
        ships = each["commit_sha"] == commit["sha"] or each["service"] == truth["first_failing_service"]
        if ships and each["timestamp"] >= commit["timestamp"]:
            each["timestamp"] = shifted(alert["fired_at"], 30)
    write(bundle, "deploys.json", deploys)


def renamed(bundle: Path, _: Mapping[str, Any], number: int) -> None:
    """Other names for components, files and authors, and other words for messages."""
    commits, deploys = read(bundle, "commits.json"), read(bundle, "deploys.json")
    services = {each["service"] for each in deploys} | {truth_name for truth_name in _services(bundle)}
    names = {stem(name) for name in services if len(stem(name)) >= 3}
    files = {path.rsplit("/", 1)[-1] for each in commits for path in each["files_changed"]}
    swaps = [(re.escape(name), word(name, number)) for name in sorted(names, key=lambda each: (-len(each), each))]
    for name in sorted(files - set(MANIFESTS), key=lambda each: (-len(each), each)):
        body, _, ending = name.partition(".")
        base = body.removesuffix("_test").removeprefix("test_")
        if ending and len(base) >= 3:
            swaps.append((rf"(?<=/){re.escape(base)}(?=(_test)?\.{re.escape(ending)})", word(base, number + 7)))
    swap = re.compile("|".join(f"(?P<s{at}>{pattern})" for at, (pattern, _) in enumerate(swaps)), re.I)

    def other(match: re.Match[str]) -> str:
        new = swaps[int(str(match.lastgroup)[1:])][1]
        return (
            match.group()
            if match.string[match.end() : match.end() + 3].upper() == " BY"
            else new.capitalize()
            if match.group()[0].isupper()
            else new
        )

    for at, each in enumerate(commits):
        each["author"], each["message"] = f"author-{len(str(each['author']))}", f"change {at}"
    write(bundle, "commits.json", commits)
    for path in sorted(bundle.rglob("*.*")):
        path.write_text(swap.sub(other, path.read_text(encoding="utf-8")), encoding="utf-8")


def earlier(bundle: Path, truth: Mapping[str, Any], number: int) -> None:
    """A harmless deploy of the alerting service ten minutes before the guilty one."""
    alert = json.loads((bundle / "alert.json").read_text(encoding="utf-8"))
    commits, deploys = read(bundle, "commits.json"), read(bundle, "deploys.json")
    commit = next(each for each in commits if each["sha"] == truth["root_cause_commit"])
    shipped = min(
        (each["timestamp"] for each in deploys if each["timestamp"] >= commit["timestamp"]), default=commit["timestamp"]
    )
    path = f"services/{stem(alert['service'])}/handler.go"
    sha = "5eed0fab" * 5
    commits.append({"sha": sha, "author": "a.b", "timestamp": shifted(shipped, -12), "message": "rework", "files_changed": [path],
                    "diff": edit([path], number)})  # fmt: skip
    deploys.append(
        {"timestamp": shifted(shipped, -10), "service": alert["service"], "commit_sha": sha, "version": "v0.0.1"}
    )
    write(bundle, "commits.json", commits)
    write(bundle, "deploys.json", deploys)


def _services(bundle: Path) -> Iterable[str]:
    rows = (bundle / "metrics.csv").read_text(encoding="utf-8").splitlines()
    column = rows[0].split(",").index("service")
    return (row.split(",")[column] for row in rows[1:])


def stem(service: str) -> str:
    """The name without the words that only say that it is a service."""
    return re.sub(r"[-_]?(service|svc|server|api)\b.*$", "", service)


def word(name: str, seed: int) -> str:
    """A made-up word for a name, the same for the same seed."""
    total = seed + sum(ord(letter) * (at + 3) for at, letter in enumerate(name))
    return "".join(SYLLABLES[(total // 16**at + at * 5) % 16] for at in range(4))


def blames(report: Mapping[str, Any], sha: str) -> bool:
    """Whether the report blames the commit."""
    return bool(report["verdict"]["change"] == sha)


def clears(report: Mapping[str, Any], sha: str) -> bool:
    """Whether the report clears the commit."""
    judged = [each["verdict"] for each in report["changes"] if each["ref"] == sha and each["kind"] == "commit"]
    return judged == ["cleared"]


TWINS: Mapping[str, tuple[Callable[[Path, Mapping[str, Any], int], None], Judge]] = {
    "as it is": (lambda *_: None, blames),
    "harmless": (harmless, lambda report, _: report["verdict"]["change"] is None),
    "late": (late, clears),
    "renamed": (renamed, blames),
    "earlier": (earlier, blames),
}


def main(arguments: list[str]) -> int:
    """Make, analyze and judge every twin."""
    command = [sys.executable, "-m", "forensics"]
    if "--forensics" in arguments:
        at = arguments.index("--forensics")
        command = shlex.split(arguments[at + 1])
        del arguments[at : at + 2]
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    truths = {
        path.parent: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(Path(arguments[0]).glob("*/truth.json"))
    }
    cases = [(case, truth) for case, truth in truths.items() if truth["root_cause_commit"] != "none"]
    jobs = [(kind, at, *case) for kind in TWINS for at, case in enumerate(cases)]
    with ThreadPoolExecutor(2) as pool:
        right = list(pool.map(lambda job: run(command, *job), jobs))
    for kind in TWINS:
        wrong = [
            case.name for (name, _, case, _), is_right in zip(jobs, right, strict=True) if name == kind and not is_right
        ]
        print(f"{kind:9} {len(cases) - len(wrong)} of {len(cases)}", *wrong)
    return 0


def run(command: list[str], kind: str, number: int, case: Path, truth: Mapping[str, Any]) -> bool:
    """Whether the verdict on one twin is the right one."""
    make, is_right = TWINS[kind]
    with tempfile.TemporaryDirectory() as scratch:
        bundle = Path(scratch) / "bundle"
        shutil.copytree(case / "bundle", bundle, copy_function=shutil.copyfile)
        make(bundle, truth, number)
        subprocess.run(
            [*command, "analyze", str(bundle), "-o", f"{scratch}/out", "--format", "json"],
            check=True,
            capture_output=True,
        )
        return is_right(
            json.loads(Path(f"{scratch}/out/report.json").read_text(encoding="utf-8")), truth["root_cause_commit"]
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
