"""Counters become rates before their level is judged; what is no counter stays as it is."""

import polars as pl
import pytest

from forensics.measuring import STATISTICS
from forensics.records.tables import TABLES
from forensics.signals import counters
from forensics.store import Store

MINUTE_US = 60_000_000


def stored(store: Store, metric: str, values: list[float]) -> None:
    series = {"series_id": 1, "component": "shop", "peer": "", "metric": metric, "unit": "", "kind": "", "labels": "{}"}
    rows = [{"time": number * MINUTE_US, "series_id": 1, "value": value} for number, value in enumerate(values)]
    for table, found in (("series", [series]), ("metrics", rows)):
        full = [{**dict.fromkeys(TABLES[table]), "file": "a", "line": 0, "record": "", **row} for row in found]
        kept = [{key: row[key] for key in TABLES[table]} for row in full]
        store.write(table, pl.DataFrame(kept, schema_overrides={"time": pl.Int64} if table == "metrics" else None))


@pytest.mark.parametrize(
    ("metric", "values", "is_counter"),
    [
        ("http_requests_total", [10.0, 20, 30, 45, 60, 80, 95], True),
        ("http_requests_total", [10.0, 20, 30, 45, 5, 20, 30, 40, 50, 60, 70, 80, 90, 99, 110, 120, 130, 140, 150, 160, 170], True),
        ("http_errors_total", [0.0] * 20 + [5, 9, 12, 20, 25, 31, 40], True),
        ("restarts_total", [0.0] * 8 + [1, 1, 1, 1, 2, 2, 2, 2], False),
        ("pg_stat_activity_count", [10.0, 12, 9, 14, 8, 11, 13], False),
        ("disk_used_bytes", [10.0, 20, 30, 45, 60, 80, 95], False),
    ],
)  # fmt: skip
def test_a_busy_counter_is_told_by_its_name_and_its_growth(
    tmp_path: object, metric: str, values: list[float], is_counter: bool
) -> None:
    store = Store(tmp_path)  # type: ignore[arg-type]
    stored(store, metric, values)

    assert counters.found(store) == (frozenset({1}) if is_counter else frozenset())


def test_rates_are_growth_a_minute_and_start_again_at_a_restart() -> None:
    frame = pl.DataFrame(
        {
            "series_id": [1, 1, 1, 2],
            "time": pl.Series([0, 2 * MINUTE_US, 3 * MINUTE_US, 0]).cast(pl.Datetime("us")),
            "value": [10.0, 30.0, 4.0, 7.0],
        }
    )

    found = counters.rates(frame, {1})

    assert found["value"].to_list() == [10.0, 4.0, 7.0]


def test_the_increase_of_a_counter_adds_what_came_after_a_restart() -> None:
    assert STATISTICS["increase"](pl.Series([10.0, 30.0, 4.0, 9.0])) == 29.0
