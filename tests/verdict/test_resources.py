"""Sizes follow from what was in use, what waited, and how fast something filled up."""

from forensics.records.window import MINUTE
from forensics.verdict import resources
from forensics.verdict.resources import Gauge, Resource


def gauge(metric: str, *values: float) -> Gauge:
    return Gauge(metric, "", ((),), tuple((at * MINUTE, value) for at, value in enumerate(values)))


SIZE, USE, WAITS = (
    gauge("db_pool_size", 50, 50, 50),
    gauge("db_pool_in_use", 20, 50, 50),
    gauge("db_pool_waiting", 0, 9, 30),
)


def test_a_bound_is_matched_with_its_use_and_what_waits_for_it() -> None:
    found = resources.bound((SIZE, USE, WAITS, gauge("memory_used", 1, 1, 1)), 0, 3 * MINUTE)

    assert found == Resource(SIZE, USE, WAITS)


def test_a_bound_that_is_far_off_binds_nothing() -> None:
    assert resources.bound((SIZE, gauge("db_pool_in_use", 5, 6, 7)), 0, 3 * MINUTE) is None


def test_room_that_runs_out_is_seen() -> None:
    low = gauge("FreeStorageSpace", 100, 60, 2)

    assert resources.free((low, gauge("FreeableMemory", 9, 9, 9)), MINUTE, 3 * MINUTE) == low
