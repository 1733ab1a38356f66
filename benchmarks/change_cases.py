"""Authored incidents that ask which change did it, or none: their bundles, and how the verdict judges them.

usage: python benchmarks/change_cases.py OUT [NAME...]

``benchmarks/change_cases/*.toml`` holds the cases with their answers, which were committed before any was analysed. A case
lists calls between services, series as ``SERVICE METRIC BASE SHAPE VALUE`` (``step``; ``ramp:N``, N minutes from the onset;
``fill:N``, which began N minutes before it; ``flat``), lines as ``SERVICE SEVERITY TEXT``, and commits, flags and
migrations with what shipped them. Every third case has its commits as ``git log -p`` and its deploys as CSV. Twelve commits that
change nothing at run time, or another service, stand around each. Prints right, open (no change blamed although one did it) or wrong.
"""

import hashlib
import json
import random
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

START = datetime(2026, 7, 14, 8, 0, tzinfo=UTC)
LASTS, ONSET = 160, 115
HERE = Path(__file__).resolve().parent
Case = Mapping[str, Any]
# Commits of other people at the same time: title, path, changed lines.
AROUND = (
    ("docs: how to rotate keys", "docs/keys.md", ["+Rotate the keys each quarter."]),
    ("test: round trips of money", "services/tariff/money_test.go", ["+func TestMoney(t *testing.T) { check(t) }"]),
    ("chore: sort imports", "services/mailer/send.py", ["-import sys", "-import os", "+import os", "+import sys"]),
    ("say more about a failed upload", "services/uploads/put.rb", ['-  log.warn("upload failed")', '+  log.warn("upload of #{name} failed")']),
    ("ci: cache the build", ".github/workflows/build.yml", ["+      - uses: actions/cache@v4"]),
    ("style: a blank line", "services/tariff/rate.go", ["+"]),
    ("feat: label of the tariff page", "web/tariff/label.css", ["-  color: #333;", "+  color: #222;"]),
    ("refactor: comment", "services/mailer/queue.py", ["-# queue of letters", "+# the queue of letters that wait"]),
    ("feat: export tariffs", "services/tariff/export.go", ["+func Export(w io.Writer, all []Tariff) error { return write(w, all) }"]),
    ("docs: on call", "docs/oncall.md", ["-Call the desk.", "+Call the desk first."]),
    ("bump linter", "tools/lint/requirements.txt", ["-ruff==0.5.1", "+ruff==0.5.2"]),
    ("fix: a letter's subject", "services/mailer/subject.py", ['-    return "Your bill"', '+    return "Your bill for this month"']),
)  # fmt: skip


def cases() -> Mapping[str, Case]:
    """Every case by name, in order."""
    found: dict[str, Case] = {}
    for path in sorted((HERE / "change_cases").glob("*.toml")):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


def sha(name: str, change: str) -> str:
    """The commit's name."""
    return hashlib.sha1(f"{name}/{change}".encode(), usedforsecurity=False).hexdigest()


def at(minute: float) -> str:
    """An instant of the case, in RFC 3339."""
    return (START + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")


def make(name: str, folder: Path, number: int) -> None:
    """Write the bundle of a case."""
    case, draw = cases()[name], random.Random(name)
    for sub in ("context", "telemetry"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    alert = case["alert"].split()
    said = {
        "service": alert[0], "metric": alert[1], "threshold": float(alert[2]), "observed": float(alert[3]),
        "fired_at": at(ONSET + min(9.0, (case.get("ends", LASTS) - ONSET) / 2)), "severity": "critical", "monitor": f"{alert[0]}-{alert[1]}",
        "summary": case.get("summary", f"{alert[0]}: {alert[1]} is out of bounds"),
    }  # fmt: skip
    if "ends" in case:
        said["resolved_at"] = at(case["ends"] + 5)
    _json(folder / "alert.json", said)
    _text(folder / "telemetry/metrics.csv", _metrics(case, draw))
    _text(folder / "telemetry/logs.ndjson", _logs(case, draw))
    _json(folder / "telemetry/traces.json", list(_spans(case, draw)))
    for key, rows in (("flags", _flags(case)), ("migrations", _migrations(name, case))):
        if rows:
            _json(folder / f"context/{key}.json", rows)
    for key in ("status_feed", "certificates"):
        if key in case:
            _json(folder / f"context/{key}.json", case[key])
    _shipped(name, case, folder / "context", is_plain=number % 3 == 2)


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _text(path: Path, lines: Iterator[str]) -> None:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _metrics(case: Case, draw: random.Random) -> Iterator[str]:
    yield "timestamp,service,metric,value"
    for minute in range(LASTS):
        for row in case["metrics"]:
            service, metric, base, shape, top = row.split()
            low, high = float(base), float(top)
            share = _share(shape, minute, case.get("ends", LASTS))
            value = low + (high - low) * share
            noise = 0.0 if low == int(low) and abs(low) < 100 else 0.05 * (abs(value) or 0.01)
            yield f"{at(minute)},{service},{metric},{round(value + draw.uniform(-noise, noise), 4):g}"


def _share(shape: str, minute: int, ends: int) -> float:
    """How far a series has gone from its base to its other value."""
    kind, _, length = shape.partition(":")
    if kind == "flat" or minute >= ends:
        return 0.0
    if kind == "fill":
        return min(1.0, max(0.0, (minute - ONSET + int(length)) / int(length)))
    since = minute - ONSET
    return 0.0 if since < 0 else min(1.0, (since + 1) / int(length)) if kind == "ramp" else 1.0


def _logs(case: Case, draw: random.Random) -> Iterator[str]:
    ends = case.get("ends", LASTS)
    for minute in range(LASTS):
        broken = ONSET <= minute < ends
        rows = [*case["calm"], *(case["said"] if broken else ()), *(case.get("once", ()) if minute == ONSET else ())]
        for place, row in enumerate(rows):
            service, severity, text = row.split(" ", 2)
            text = text.replace("{n}", str(draw.randrange(100, 99999))).replace("{ms}", str(draw.randrange(4, 90)))
            text = text.replace("{id}", f"{draw.getrandbits(32):08x}")
            stamp = at(minute + (place + 0.5) / (len(rows) + 1)).replace("000Z", "Z")
            yield json.dumps({"timestamp": stamp, "service": service, "severity_text": severity, "msg": text})


def _spans(case: Case, draw: random.Random) -> Iterator[dict[str, Any]]:
    """Two traces a minute down each chain of calls; those of ``failing`` fail in the incident."""
    ends = case.get("ends", LASTS)
    for minute in range(LASTS):
        for chain in case["calls"] * 2:
            trace, parent = f"{draw.getrandbits(128):032x}", None
            broken = ONSET <= minute < ends and draw.random() < 0.7
            services = chain.split(">")
            for depth, service in enumerate(services):
                span = f"{draw.getrandbits(64):016x}"
                slow = case.get("slow", 1) if broken and service in case["failing"] else 1
                is_bad = broken and service in case["failing"] and case.get("errors", True)
                yield {
                    "trace_id": trace, "span_id": span, "parent_id": parent, "service": service, "name": f"{service}.handle",
                    "start": at(minute + depth / 6000), "duration_ms": round((12 * (len(services) - depth) + draw.random() * 6) * slow, 2),
                    "status": "ERROR" if is_bad else "OK",
                }  # fmt: skip
                parent = span


def _flags(case: Case) -> list[dict[str, str]]:
    return [
        {"timestamp": at(row["at"]), "flag": row["id"], "service": row["service"], "change": row["change"]}
        for row in case.get("flag", ())
    ]


def _migrations(name: str, case: Case) -> list[dict[str, str]]:
    return [
        {"migration": row["id"], "name": row["title"], "service": row["service"], "applied_at": at(row["at"]), "commit": sha(name, row["ships"])}
        for row in case.get("migration", ())
    ]  # fmt: skip


def _shipped(name: str, case: Case, folder: Path, *, is_plain: bool) -> None:
    """Commits and deploys, as JSON or as git and a table print them."""
    commits = [dict(row, sha=sha(name, row["id"])) for row in case.get("commit", ())]
    for number, (title, path, lines) in enumerate(AROUND):
        diff = f"--- a/{path}\n+++ b/{path}\n@@ -10,4 +10,5 @@\n" + "\n".join(lines)
        commits.append({"sha": sha(name, f"around {number}"), "at": 3 + number * 11, "title": title, "diff": diff})
    commits.sort(key=lambda row: (row["at"], row["sha"]))
    shipped = ((minute, service, row) for row in commits for service, minute in row.get("live", {}).items())
    deploys = sorted(shipped, key=lambda each: each[:2])
    if is_plain:
        _text(folder / "git.log", (_printed(row) for row in reversed(commits)))
        rows = [f"{at(t)},{s},r{t}-{row['sha'][:5]},{row['sha']},succeeded" for t, s, row in deploys]
        _text(folder / "deploys.csv", iter(["deployed_at,service,version,commit_sha,status", *rows]))
        return
    told = [
        {
            "sha": row["sha"], "author": "dev", "timestamp": at(row["at"]), "message": row["title"],
            "files_changed": _paths(row["diff"]), "diff": row["diff"],
        }
        for row in commits
    ]  # fmt: skip
    _json(folder / "commits.json", told)
    _json(
        folder / "deploys.json",
        [
            {"timestamp": at(minute), "service": service, "commit_sha": row["sha"], "version": f"r{minute}"}
            for minute, service, row in deploys
        ],
    )


def _paths(diff: str) -> list[str]:
    return sorted({line[6:] for line in diff.splitlines() if line.startswith(("+++ b/", "--- a/"))})


def _printed(row: Mapping[str, Any]) -> str:
    date = (START + timedelta(minutes=row["at"])).strftime("%Y-%m-%d %H:%M:%S +0000")
    files = "\n".join(f"diff --git a/{path} b/{path}" for path in _paths(row["diff"])[:1])
    return f"commit {row['sha']}\nAuthor: dev <dev@example.com>\nDate:   {date}\n\n    {row['title']}\n\n{files}\n{row['diff']}\n"


def judged(report: Mapping[str, Any], name: str, case: Case) -> tuple[str, str]:
    """right, open or wrong, and what was said."""
    verdict, answer = report["verdict"], case["answer"]
    names = {sha(name, row["id"]): row["id"] for row in case.get("commit", ())}
    names |= {each["id"]: each["id"] for each in case.get("flag", ())} | {
        each["id"]: each["id"] for each in case.get("migration", ())
    }
    blamed = verdict["change"] and names.get(verdict["change"], verdict["change"].split("@")[0])
    stands = {names.get(each["ref"], each["ref"]): each["verdict"] for each in report["changes"] if each["kind"] != "deploy"}  # fmt: skip
    told = f"{verdict['status']} {verdict['confidence']:.2f} {verdict['failure_mode']} at {verdict['first_failing_component']}"
    if answer.get("calm"):
        return ("right" if verdict["status"] == "no_incident" else "wrong"), told
    wanted = answer.get("change")
    if "open" in answer:
        is_open = not blamed and all(stands.get(each) == "possible" for each in answer["open"])
        return ("right" if is_open else "wrong" if blamed else "open"), f"{told}; {blamed}"
    if blamed == wanted or (wanted is None and blamed is None):
        loose = [each for each, said in stands.items() if said == "possible" and wanted is None]
        return "right", f"{told}" + (f"; possible {loose}" if loose else "")
    return ("wrong" if blamed else "open"), f"{told}; blames {blamed}; {wanted} is {stands.get(wanted, 'not there')}"


def analysed(name: str, out: Path, number: int) -> Mapping[str, Any]:
    """The report on a case."""
    make(name, out / name / "bundle", number)
    command = [sys.executable, "-m", "forensics", "analyze", str(out / name / "bundle"), "-o", str(out / name / "out")]
    subprocess.run([*command, "--format", "json", "--force"], check=True, capture_output=True)
    found: dict[str, Any] = json.loads((out / name / "out/report.json").read_text(encoding="utf-8"))
    return found


def main(out: Path, names: Sequence[str]) -> int:
    """Make, analyse and judge each named case, or all."""
    counted: Counter[str] = Counter()
    first = 0
    for number, (name, case) in enumerate(cases().items()):
        if names and name not in names:
            continue
        report = analysed(name, out, number)
        how, told = judged(report, name, case)
        is_first = report["verdict"]["first_failing_component"] in case["answer"].get("first", [""])
        first += is_first
        counted[how] += 1
        print(f"{name:28} {how:6} component {'+' if is_first else '-'}  {told}", flush=True)
    print(f"{dict(sorted(counted.items()))} of {counted.total()}; component {first}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]) if len(sys.argv) > 1 else 2)
