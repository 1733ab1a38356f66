"""The clock audit: years, zones and skew that other files show, and what is only said."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from forensics.records.tables import TABLES, empty
from forensics.resolve import clocks, skew
from forensics.store import Store

START = datetime(2026, 5, 6, 12)
HOUR = 3_600_000_000


def frame(table: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Rows of a table; columns that they leave out are empty."""
    given = pl.DataFrame(rows)
    return pl.concat([empty(table), given.cast({k: TABLES[table][k] for k in given.columns})], how="diagonal")


def case(folder: Path, off: timedelta, zone_source: str, n: int = 40) -> Store:
    """Traces of a component, and a log that names them, with a clock that is ``off``."""
    store = Store(folder)
    begun = [START + timedelta(seconds=30 * i) for i in range(n)]
    spans = [
        {"trace_id": f"t{i}", "span_id": f"s{i}", "component": "pay", "start": at, "duration_us": 2_000_000}
        for i, at in enumerate(begun)
    ]
    lines = [
        {
            "time": at + timedelta(seconds=1) - off,
            "component": "pay",
            "trace_id": f"t{i}",
            "file": "pay.log",
            "line": i + 1,
        }
        for i, at in enumerate(begun)
    ]
    store.write("spans", frame("spans", spans), "a")
    store.write("logs", frame("logs", lines), "b")
    times = {"first_time": START, "last_time": START + timedelta(hours=1)}
    files = [
        {"path": "pay.log", "zone_source": zone_source, **times},
        {"path": "spans.json", "zone_source": "in the stamp", **times},
    ]
    store.write("files", frame("files", files), "a")
    return store


@pytest.mark.parametrize(
    ("off", "zone_source", "decision", "shift_us"),
    [
        (timedelta(hours=2), "assumed: UTC", "zone", 2 * HOUR),
        (timedelta(hours=-5, minutes=-30), "assumed: UTC", "zone", -11 * HOUR // 2),
        (timedelta(0), "assumed: UTC", "as_read", 0),
        (timedelta(milliseconds=800), "in the stamp", "as_read", 0),
    ],
)
def test_shared_ids_show_a_zone(tmp_path: Path, off: timedelta, zone_source: str, decision: str, shift_us: int) -> None:
    found = clocks.audit(case(tmp_path, off, zone_source), None)

    assert [(each.decision, each.shift_us) for each in found if each.file == "pay.log"] == [(decision, shift_us)]


def test_shared_ids_show_a_clock_that_is_off(tmp_path: Path) -> None:
    found = clocks.audit(case(tmp_path, timedelta(seconds=30), "in the stamp"), None)[0]

    assert (found.decision, found.against) == ("skew", "the traces")
    assert abs(found.shift_us - 30_000_000) <= 1_000_000


def test_a_few_pairs_say_nothing(tmp_path: Path) -> None:
    found = clocks.audit(case(tmp_path, timedelta(hours=2), "assumed: UTC", n=5), None)[0]

    assert found.decision == "as_read"


def test_pairs_that_disagree_say_nothing(tmp_path: Path) -> None:
    store = case(tmp_path, timedelta(0), "in the stamp")
    apart = pl.col("time") + pl.duration(seconds=pl.col("line") * 20)
    store.write("logs", store.raw("logs").with_columns(apart).collect(), "b")

    assert clocks.audit(store, None)[0].decision == "as_read"


def test_spans_outside_of_their_callers_are_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    rows = []
    for i in range(20):
        at = START + timedelta(seconds=i)
        rows.append({"trace_id": f"t{i}", "span_id": "a", "component": "web", "start": at, "duration_us": 900_000})
        late = at + timedelta(seconds=40.2)
        child = {"trace_id": f"t{i}", "span_id": "b", "parent_id": "a", "component": "pay", "start": late}
        rows.append({**child, "duration_us": 300_000})
    store.write("spans", frame("spans", rows), "a")

    found = clocks.audit(store, None)

    assert [(each.component, each.against, each.decision, each.shift_us) for each in found] == [
        ("pay", "web", "component", 0)
    ]


def test_steps_back_are_counted(tmp_path: Path) -> None:
    store = case(tmp_path, timedelta(0), "in the stamp")
    swapped = store.raw("logs").sort("line", descending=True).collect()
    store.write("logs", swapped, "b")

    found = clocks.audit(store, None)[0]

    assert (found.steps_back, found.largest_step_us) == (39, 30_000_000)


def test_bursts_that_agree_in_another_zone_are_said(tmp_path: Path) -> None:
    store = Store(tmp_path)
    minutes = [3, 4, 5, 6, 9, 30, 31, 47, 48, 49]
    rows = [
        {
            "minute": START + timedelta(hours=hours, minutes=minute),
            "component": "x",
            "severity": 17,
            "n": 5 + minute,
            "file": file,
        }
        for file, hours in (("local.log", -2), ("utc.log", 0))
        for minute in minutes
    ]
    store.write("counts", frame("counts", rows), "a")
    times = {"first_time": START, "last_time": START + timedelta(hours=1)}
    files = [
        {"path": "local.log", "zone_source": "assumed: UTC", **times},
        {"path": "utc.log", "zone_source": "in the stamp", **times},
    ]
    store.write("files", frame("files", files), "a")

    found = clocks.audit(store, None)[0]

    assert (found.decision, found.offset and found.offset.low, found.shift_us) == ("looks_like", 2 * HOUR, 0)


def test_the_offset_is_where_most_intervals_overlap() -> None:
    found = skew.offset(np.array([4, 5, 90]), np.array([9, 8, 95]))

    assert found == skew.Offset(5, 8, 2, 3, 0)


@pytest.mark.parametrize(("first", "years"), [(datetime(2000, 5, 6), 26), (datetime(1998, 5, 6), 0)])
def test_only_a_file_without_any_year_moves(tmp_path: Path, first: datetime, years: int) -> None:
    store = Store(tmp_path)
    old = {
        "path": "sys.log",
        "zone_source": "assumed: UTC, year missing",
        "first_time": first,
        "last_time": datetime(2000, 5, 7),
    }
    new = {"path": "app.log", "zone_source": "in the stamp", "first_time": START, "last_time": START}
    store.write("files", frame("files", [old, new]), "a")

    moved = clocks.shifts(store, None).get("sys.log", 0)

    assert round(moved / (365.25 * 24 * HOUR)) == years


def test_notes_without_a_day_are_put_into_the_window_or_the_last_day_of_the_data(tmp_path: Path) -> None:
    from forensics import ingest
    from forensics.bundle import open_bundle
    from forensics.library import Library
    from forensics.records.options import Options, silent

    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "notes.md").write_text("# Timeline\n\n- 23:50 paged for checkout\n- 00:20 rolled back pay\n")
    (folder / "app.log").write_text(
        "2026-05-05T08:00:00Z INFO up\n2026-05-06T23:45:00Z ERROR boom\n2026-05-07T01:00:00Z INFO ok\n"
    )
    bundle, store = open_bundle(folder, tmp_path / "scratch", Options()), Store(tmp_path / "tables")
    ingest.read(bundle, store, Library(), Options(), lambda work, items: [work(each) for each in items], silent)

    moved = clocks.shifts(store, None)
    shifted = replace(store, shifts=moved).scan("notes").sort("line").collect()

    assert [f"{each:%Y-%m-%d %H:%M}" for each in shifted["time"].drop_nulls()] == [
        "2026-05-06 23:50",
        "2026-05-07 00:20",
    ]
    assert set(moved) == {"notes.md"}
