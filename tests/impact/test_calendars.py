from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from forensics.impact import calendars
from forensics.records.window import MINUTE, Window

ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(time: datetime) -> int:
    return (time - EPOCH) // timedelta(microseconds=1)


def minutes_by_month(start: datetime, minutes: int, zone: str) -> Counter[tuple[int, int]]:
    """An independent count: each minute asked for its local month."""
    local = ((start + timedelta(minutes=n)).astimezone(ZoneInfo(zone)) for n in range(minutes))
    return Counter((each.year, each.month) for each in local)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("year", "month"), [(2024, 2), (2025, 2), (2026, 3), (2026, 4), (2026, 10), (2026, 11)])
def test_a_month_has_the_minutes_that_its_clocks_show(year: int, month: int, zone: str) -> None:
    start = datetime(year, month, 1, tzinfo=UTC) - timedelta(days=2)

    counted = minutes_by_month(start, 36 * 1440, zone)

    assert calendars.month(year, month, zone).duration_s == 60 * counted[year, month]


@settings(max_examples=25)
@given(
    some.datetimes(datetime(2023, 12, 1), datetime(2029, 1, 1)),
    some.integers(1, 3 * 1440),
    some.sampled_from(ZONES),
)
def test_a_window_across_months_is_cut_where_the_clocks_say(at: datetime, minutes: int, zone: str) -> None:
    start = at.replace(second=0, microsecond=0, tzinfo=UTC)
    whole = Window(micros(start), micros(start) + minutes * MINUTE)

    found = calendars.pieces(whole, "month", zone)

    assert [each.duration_s / 60 for each in found] == list(minutes_by_month(start, minutes, zone).values())
    assert (found[0].start, found[-1].end) == (whole.start, whole.end)


@pytest.mark.parametrize(("unit", "days"), [("day", 1), ("week", 7), ("quarter", 91), ("year", 366)])
def test_calendar_units_hold_whole_days_of_a_leap_year(unit: str, days: int) -> None:
    found = calendars.window(micros(datetime(2024, 2, 29, 12, tzinfo=UTC)), unit)

    assert found.duration_s == days * 86_400


@given(some.lists(some.tuples(some.integers(-50, 150), some.integers(-50, 150)), max_size=8), some.integers(1, 100))
def test_a_union_counts_each_minute_once(intervals: list[tuple[int, int]], end: int) -> None:
    counted = sum(any(low <= minute < high for low, high in intervals) for minute in range(end))

    assert calendars.union(intervals, (0, end)) == counted
