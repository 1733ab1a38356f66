"""When metrics agree that something is wrong, on tables that are made here."""

from pathlib import Path

import polars as pl

from forensics.records.tables import TABLES
from forensics.records.window import MINUTE, Window
from forensics.store import Store
from forensics.windows.consensus import alarm
from forensics.windows.stretches import alarming

MINUTES = 60


def store(folder: Path, values: dict[str, list[float]]) -> Store:
    """One latency series a component, a sample a minute."""
    found = Store(folder)
    series = [
        {
            "series_id": at,
            "component": name,
            "peer": "",
            "metric": "latency",
            "unit": "s",
            "kind": "gauge",
            "labels": "{}",
            "file": "m",
        }
        for at, name in enumerate(values)
    ]
    samples = [
        {"time": minute * MINUTE, "series_id": at, "value": value, "file": "m", "line": 0, "record": str(minute)}
        for at, own in enumerate(values.values())
        for minute, value in enumerate(own)
    ]
    if series:
        found.write("series", pl.DataFrame(series, schema=TABLES["series"]))
        found.write(
            "metrics", pl.DataFrame(samples, schema_overrides={"time": pl.Int64}).cast({"time": pl.Datetime("us")})
        )
    return found


def filled(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """A frame with every column of ``table``; those not given are empty."""
    rest = [pl.lit(None).cast(kind).alias(name) for name, kind in TABLES[table].items() if name not in frame.columns]
    return frame.with_columns(rest)


def test_the_alarm_rises_where_series_leave_their_own_middle(tmp_path: Path) -> None:
    calm, loud = [1.0] * MINUTES, [1.0] * 40 + [20.0] * 5 + [1.0] * 15

    found = alarm(store(tmp_path, {"a": calm, "b": loud, "c": loud}))

    assert found is not None
    table, step, looked = found
    assert (step, looked) == (MINUTE, False)
    assert table.filter(pl.col("alarm") > 0)["bin"].to_list() == [minute * MINUTE for minute in range(40, 45)]


def test_a_series_that_often_reaches_far_alarms_nobody(tmp_path: Path) -> None:
    skewed = [5.0 if minute % 5 == 0 else 1.0 for minute in range(MINUTES)]

    found = alarm(store(tmp_path, {"a": skewed}))

    assert found is not None
    assert found[0]["alarm"].sum() == 0


def test_no_metrics_say_nothing(tmp_path: Path) -> None:
    assert alarm(store(tmp_path, {})) is None


def test_of_stretches_alike_the_last_is_the_incident(tmp_path: Path) -> None:
    twice = [1.0] * 20 + [20.0] * 3 + [1.0] * 22 + [20.0] * 2 + [1.0] * 13

    found = alarming(store(tmp_path, {"a": twice, "b": twice}), Window(0, MINUTES * MINUTE), None)

    assert found is not None
    assert found.window == Window(45 * MINUTE, 47 * MINUTE)


def test_a_far_weaker_stretch_later_is_an_echo(tmp_path: Path) -> None:
    loud = [1.0] * 20 + [20.0] * 4 + [1.0] * 36
    echo = [1.0] * 20 + [20.0] * 4 + [1.0] * 21 + [5.0] * 2 + [1.0] * 13

    found = alarming(store(tmp_path, {"a": loud, "b": echo}), Window(0, MINUTES * MINUTE), None)

    assert found is not None
    assert found.window == Window(20 * MINUTE, 24 * MINUTE)


def test_one_loud_bin_is_a_stretch_where_only_that_was_looked_at(tmp_path: Path) -> None:
    brief = [1.0] * 40 + [5.0] + [1.0] * 19
    case = store(tmp_path, {"a": brief, "b": brief})
    everywhere = alarming(case, Window(0, MINUTES * MINUTE), None)

    seen = [{"start": minute * MINUTE, "trace_id": str(minute)} for minute in range(38, 44)]
    case.write("spans", pl.DataFrame(seen).cast({"start": pl.Datetime("us")}).pipe(filled, "spans"))
    found = alarming(case, Window(0, MINUTES * MINUTE), None)

    assert everywhere is None
    assert found is not None
    assert found.window == Window(40 * MINUTE, 42 * MINUTE)


def test_error_logs_are_widened_by_the_metrics_that_overlap_them(tmp_path: Path) -> None:
    loud = [1.0] * 40 + [20.0] * 4 + [1.0] * 16
    case = store(tmp_path, {"a": loud, "b": loud})
    logged = [{"minute": minute * MINUTE, "severity": 17 if minute in (41, 42) else 9, "n": 9} for minute in range(60)]
    case.write("counts", pl.DataFrame(logged).cast({"minute": pl.Datetime("us")}).pipe(filled, "counts"))

    found = alarming(case, Window(0, MINUTES * MINUTE), None)

    assert found is not None
    assert found.what == "error logs"
    assert found.window == Window(40 * MINUTE, 44 * MINUTE)
