import random
from pathlib import Path

import polars as pl
import pytest

from benchmarks.forecasts import measure
from forensics.impact.forecasting import forecast
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store

START = 1_750_000_020_000_000
QUIET = Windows(Window(START, START + MINUTE), "none", (), Marks())


def store_of(folder: Path, rows: dict[str, list[float]]) -> Store:
    store = Store(folder)
    names = sorted(rows)
    store.write(
        "series",
        pl.DataFrame(
            [{"series_id": i, "component": "db", "peer": "", "metric": name, "unit": "", "kind": "gauge", "labels": "{}", "file": "m"}
             for i, name in enumerate(names)]
        ),
    )  # fmt: skip
    values = [
        {"time": START + at * MINUTE, "series_id": i, "value": value, "file": "m", "line": 0, "record": ""}
        for i, name in enumerate(names)
        for at, value in enumerate(rows[name])
    ]
    store.write("metrics", pl.DataFrame(values).with_columns(pl.col("time").cast(pl.Datetime("us"))))
    return store


def test_simulated_limits_are_met_inside_the_interval_and_stationary_series_are_silent() -> None:
    made, inside, _, false = measure(range(40_001, 40_201))

    assert made >= 190
    assert 0.85 <= inside / made <= 0.95
    assert false == 0


def test_a_disk_that_fills_is_told_with_its_interval(tmp_path: Path) -> None:
    chance = random.Random(5)
    used = [60 + 0.05 * i + chance.gauss(0, 0.1) for i in range(480)]

    (found,) = forecast(store_of(tmp_path, {"disk_used_percent": used}), QUIET, None, ())

    assert (found.kind, found.limit, found.near_miss) == ("disk", 100.0, False)
    assert found.low_s is not None
    assert found.high_s is not None
    assert found.low_s < 60 * (40 - 0.05 * 480) / 0.05 < found.high_s


def test_free_space_falls_towards_nothing(tmp_path: Path) -> None:
    free = [1e9 - 1e6 * i for i in range(600)]

    (found,) = forecast(store_of(tmp_path, {"filesystem_free_bytes": free}), QUIET, None, ())

    assert found.time_to_limit_s == pytest.approx(401 * 60, rel=0.02)


def test_noise_without_a_trend_says_nothing(tmp_path: Path) -> None:
    chance = random.Random(8)
    rows = {
        "disk_used_percent": [chance.gauss(70, 2) for _ in range(600)],
        "heap_used": [5.0] * 600,
        "heap_max": [9.0] * 600,
    }

    assert forecast(store_of(tmp_path, rows), QUIET, None, ()) == ()


def test_a_near_miss_says_how_long_there_was_left(tmp_path: Path) -> None:
    used = [50.0] * 60 + [50.0 + i for i in range(1, 46)] + [50.0] * 60
    incident = Windows(Window(START + 50 * MINUTE, START + 130 * MINUTE), "declared", (), Marks())

    (found,) = forecast(store_of(tmp_path, {"disk_used": used, "disk_size": [100.0] * len(used)}), incident, None, ())

    assert found.near_miss
    assert (found.value, found.limit) == (95.0, 100.0)
    assert found.time_to_limit_s == pytest.approx(300)


def test_a_certificate_counts_from_its_last_sample(tmp_path: Path) -> None:
    ends = START / 1e6 + 10 * 86_400

    (found,) = forecast(store_of(tmp_path, {"ssl_cert_not_after": [ends] * 30}), QUIET, None, ())

    assert found.kind == "certificate"
    assert found.time_to_limit_s == pytest.approx(10 * 86_400 - 29 * 60, abs=1)
