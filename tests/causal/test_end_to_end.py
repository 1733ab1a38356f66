"""From a small bundle to its report: other names change nothing but names, and scarce or bad data ends honestly."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from forensics import analysis, report
from forensics.records.options import Options

START, END = 1_778_054_400_000_000, 1_778_055_600_000_000  # 08:00 to 08:20
FIRST, HOUR, LAST = 1_778_050_800, 60, 80
# The second list sorts the other way round, and no word of it is part of another or of what the files say.
NAMES = ("arbour", "brook", "cedar", "dune")
OTHERS = ("zinnia", "yarrow", "willow", "violet")
STATUSES = {"identified", "probable", "inconclusive", "no_incident"}
Report = dict[str, Any]


def clock(minute: int) -> str:
    return f"2026-05-06T{7 + minute // 60:02d}:{minute % 60:02d}:00Z"


def metrics(names: tuple[str, ...], first: int = 0, values: Mapping[str, float] | None = None) -> str:
    """Processor use and mean latency by minute; the third component is short of processor from 08:00 on."""
    rows = ["timestamp,service,cpu_percent,latency_avg,requests"]
    for minute in range(first, LAST):
        for at, name in enumerate(names):
            late = minute >= HOUR
            cpu = 95.0 if late and at == 2 else 20.0 + (minute + at) % 5
            slow = (0.9 if late and at <= 2 else 0.1) + (minute * 7 + at) % 3 / 1000
            said = values or {}
            rows.append(f"{clock(minute)},{name},{said.get('cpu', cpu)},{said.get('latency', slow)},{60 + minute % 3}")
    return "\n".join(rows) + "\n"


def logs(names: tuple[str, ...], first: int = 0) -> str:
    """A message a minute from each; from 08:00 on the third fails, and the first says that it failed."""
    rows = []
    for minute in range(first, LAST):
        stamp = clock(minute)
        rows += [json.dumps({"ts": stamp, "service": name, "level": "info", "msg": "work done"}) for name in names]
        if minute >= HOUR:
            bad = (names[2], "worker queue is full, job rejected"), (names[0], "answer 503 from upstream")
            rows += [json.dumps({"ts": stamp, "service": who, "level": "error", "msg": say}) for who, say in bad * 3]
    return "\n".join(rows) + "\n"


def spans(names: tuple[str, ...], first: int = 0) -> str:
    """Four traces a minute down the first three components; the third works ten times as long from 08:00 on."""
    rows = ["TraceID,SpanID,ParentID,ServiceName,OperationName,StartTimeUnixNano,Duration"]
    for at in range(first * 4, LAST * 4):
        late, parent = at >= HOUR * 4, "root"
        for depth, name in enumerate(names[:3]):
            lasts = (4 - depth) * 10_000 + (400_000 if late else 0) + at % 5 * 100
            start = (FIRST + at * 15) * 1_000_000_000 + depth * 1_000_000
            rows.append(f"t{at},s{at}x{depth},{parent},{name},handle,{start},{lasts}")
            parent = f"s{at}x{depth}"
    return "\n".join(rows) + "\n"


def whole(names: tuple[str, ...]) -> Mapping[str, str]:
    return {
        "metrics.csv": metrics(names),
        "app.ndjson": logs(names),
        "spans.csv": spans(names),
        "incident.json": json.dumps({"symptom_service": names[0]}),
    }


def analyzed(files: Mapping[str, str], folder: Path, start: int = START, end: int = END) -> Report:
    bundle = folder / "bundle"
    bundle.mkdir(parents=True)
    for name, text in files.items():
        (bundle / name).write_text(text)
    said: Report = report.as_json(analysis.run(bundle, folder / "case", Options(start=start, end=end)))
    return said


def told(said: Report, names: Mapping[str, str]) -> list[Any]:
    """What a report concludes, without the ids of evidence and claims, with components by their first names."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items() if key not in ("claim", "evidence")}
        if isinstance(value, list):
            return [plain(each) for each in value]
        return value

    parts = {key: said[key] for key in ("verdict", "candidates", "blast_radius", "graph")}
    text = json.dumps(plain(parts), sort_keys=True)
    for new, old in names.items():
        text = text.replace(new, old)
    found = json.loads(text)
    rows = [*found["graph"].values(), found["blast_radius"]]
    return [found["verdict"], found["candidates"], *(sorted(each, key=json.dumps) for each in rows)]


def test_renaming_every_component_changes_nothing_but_names(tmp_path: Path) -> None:
    first = analyzed(whole(NAMES), tmp_path / "first")
    second = analyzed(whole(OTHERS), tmp_path / "second")

    assert first["candidates"][0]["component"] == NAMES[2]
    assert told(first, {}) == told(second, dict(zip(OTHERS, NAMES, strict=True)))


@pytest.mark.parametrize("name", ["metrics.csv", "app.ndjson", "spans.csv"])
def test_one_source_alone_ranks_or_says_that_it_does_not_know(name: str, tmp_path: Path) -> None:
    said = analyzed({name: whole(NAMES)[name]}, tmp_path)

    assert said["verdict"]["status"] in STATUSES
    assert said["candidates"][0]["component"] == NAMES[2]
    kinds = {"metrics.csv": "metrics", "app.ndjson": "logs", "spans.csv": "traces"}
    assert {*kinds.values()} - {kinds[name]} <= {gap["what"] for gap in said["data_gaps"]}


@pytest.mark.parametrize("value", [20.0, math.nan], ids=["constant", "all NaN"])
def test_series_that_say_nothing_accuse_nobody(value: float, tmp_path: Path) -> None:
    said = analyzed({"metrics.csv": metrics(NAMES, values={"cpu": value, "latency": value})}, tmp_path)

    assert said["candidates"] == []
    assert said["verdict"]["status"] in ("inconclusive", "no_incident")


def test_a_baseline_of_two_samples_identifies_nothing(tmp_path: Path) -> None:
    said = analyzed({"metrics.csv": metrics(NAMES, first=HOUR - 2)}, tmp_path)

    assert said["verdict"]["status"] in STATUSES - {"identified"}


def test_a_baseline_after_the_incident_only_is_used(tmp_path: Path) -> None:
    said = analyzed({"app.ndjson": logs(NAMES, first=HOUR)}, tmp_path, end=(FIRST + 3600 + 600) * 1_000_000)

    assert said["verdict"]["status"] in STATUSES - {"identified"}


def test_a_topology_with_a_cycle_and_nodes_that_nothing_mentions(tmp_path: Path) -> None:
    pairs = [*zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True), ("unseen", "unheard"), (NAMES[0], NAMES[0])]
    calls = [{"caller": caller, "callee": callee} for caller, callee in pairs]
    files = {**whole(NAMES), "calls.json": json.dumps({"calls": calls})}

    said = analyzed(files, tmp_path)

    assert {"unseen", "unheard"} <= {each["component"] for each in said["graph"]["nodes"]}
    assert said["candidates"][0]["component"] == NAMES[2]


def test_a_component_that_exists_only_during_the_incident(tmp_path: Path) -> None:
    late = metrics((NAMES[3],), first=HOUR).replace(",2", ",9").split("\n", 1)[1]

    said = analyzed({"metrics.csv": metrics(NAMES[:3]) + late, "app.ndjson": logs(NAMES)}, tmp_path)

    assert said["candidates"][0]["component"] == NAMES[2]


def test_incidents_that_overlap_leave_the_cause_in_its_place(tmp_path: Path) -> None:
    others = [["2026-05-06T07:50:00Z", "2026-05-06T08:10:00Z"], ["2026-05-06T08:05:00Z", "2026-05-06T09:00:00Z"]]
    said = {"symptom_service": NAMES[0], "other_incidents": others}

    found = analyzed({**whole(NAMES), "incident.json": json.dumps(said)}, tmp_path)

    assert found["candidates"][0]["component"] == NAMES[2]
    assert found["verdict"]["status"] in STATUSES


def test_another_incident_all_through_the_baseline_leaves_it_in_use(tmp_path: Path) -> None:
    said = {"symptom_service": NAMES[0], "other_incidents": [["2026-05-06T06:00:00Z", "2026-05-06T09:00:00Z"]]}

    found = analyzed({**whole(NAMES), "incident.json": json.dumps(said)}, tmp_path)

    assert found["candidates"][0]["component"] == NAMES[2]


def test_clocks_that_disagree_by_half_a_minute_leave_the_cause_in_its_place(tmp_path: Path) -> None:
    files = whole(NAMES)
    header, *rows = files["spans.csv"].splitlines()
    late = [row.split(",") for row in rows if f",{NAMES[2]}," in row]
    skewed = [",".join([*row[:5], str(int(row[5]) + 30_000_000_000), row[6]]) for row in late]
    kept = [row for row in rows if f",{NAMES[2]}," not in row]
    apart = {"spans.csv": "\n".join([header, *kept]) + "\n", "late.csv": "\n".join([header, *skewed]) + "\n"}

    found = analyzed({**files, **apart}, tmp_path)

    assert found["candidates"][0]["component"] == NAMES[2]
