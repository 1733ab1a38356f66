"""Sources by time: gaps, late starts, early ends, samples, limits and blacked-out fields."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl

from forensics import clock
from forensics.coverage import coverage
from forensics.records.coverage import Hole
from forensics.records.tables import TABLES, empty
from forensics.records.window import MINUTE, Window
from forensics.store import Store

START = datetime(2026, 5, 6, 12)
INCIDENT = Window(clock.micros(START), clock.micros(START) + 60 * MINUTE)


def put(store: Store, table: str, rows: list[dict[str, object]], part: str = "a") -> None:
    given = pl.DataFrame(rows)
    typed = given.cast({name: TABLES[table][name] for name in given.columns})
    store.write(table, pl.concat([empty(table), typed], how="diagonal"), part)


def spoken(store: Store, minutes: list[int]) -> tuple[Hole, ...]:
    """The holes of a log with ten rows in each of ``minutes`` of the incident's hour (negative: before it)."""
    rows = [
        {"minute": START + timedelta(minutes=minute), "message_key": 1, "n": 10, "file": "a.log"} for minute in minutes
    ]
    put(store, "counts", rows)
    times = {"first_time": START - timedelta(hours=1), "last_time": START + timedelta(hours=2)}
    put(store, "files", [{"path": "a.log", "kind": "logs", "rows": 7, **times}])
    return coverage(store, INCIDENT).holes


def at(minute: int) -> int:
    return INCIDENT.start + minute * MINUTE


def test_a_source_that_speaks_throughout_has_no_hole(tmp_path: Path) -> None:
    assert spoken(Store(tmp_path), list(range(-60, 120))) == ()


def test_a_gap_is_found(tmp_path: Path) -> None:
    minutes = [minute for minute in range(-60, 120) if not 20 <= minute < 30]

    assert spoken(Store(tmp_path), minutes) == (Hole("gap", "a.log", Window(at(20), at(30))),)


def test_a_source_that_ends_within_the_incident_is_told(tmp_path: Path) -> None:
    assert spoken(Store(tmp_path), list(range(-60, 40))) == (Hole("ends_early", "a.log", Window(at(40), at(60))),)


def test_a_source_that_begins_within_the_incident_is_told(tmp_path: Path) -> None:
    assert spoken(Store(tmp_path), list(range(20, 120))) == (Hole("starts_late", "a.log", Window(at(0), at(20))),)


def test_a_rare_source_may_be_silent(tmp_path: Path) -> None:
    assert spoken(Store(tmp_path), [-30, 10]) == ()


def test_a_sample_of_traces_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, "requests", [{"time": START, "trace_id": f"t{i}", "file": "access.log"} for i in range(100)])
    put(store, "spans", [{"start": START, "trace_id": f"t{i}", "file": "spans.json"} for i in range(25)])

    assert coverage(store, INCIDENT).holes == (Hole("sampled", "access.log", None, 0.25),)


def test_an_export_that_stops_at_its_limit_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(store, "files", [{"path": name, "kind": "logs", "rows": n} for name, n in (("a", 5000), ("b", 4999))])

    assert coverage(store, INCIDENT).holes == (Hole("capped", "a", None, 5000.0),)


def test_blacked_out_fields_are_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    put(
        store,
        "templates",
        [{"message_key": 1, "template": "password=***HIDDEN*** for <*>"}, {"message_key": 2, "template": "ok"}],
    )
    put(store, "counts", [{"minute": START, "message_key": key, "n": 4, "file": "a.log"} for key in (1, 2)])

    assert coverage(store, INCIDENT).holes == (Hole("redacted", "a.log", None, 4.0),)
