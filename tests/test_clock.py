from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics import clock
from forensics.errors import UsageError

WRITTEN = [
    ("2026-05-06T07:08:09.123Z", "2026-05-06T07:08:09.123000Z"),
    ("2026-05-06 07:08:09,123", "2026-05-06T07:08:09.123000Z"),
    ("2026-05-06T07:08:09+02:00", "2026-05-06T05:08:09Z"),
    ("06/May/2026:07:08:09 +0200", "2026-05-06T05:08:09Z"),
    ("Sun Dec 04 04:47:44 2005", "2005-12-04T04:47:44Z"),
    ("Jun  4 15:16:01", "2000-06-04T15:16:01Z"),
    ("0506 07:08:09.123456", "2000-05-06T07:08:09.123456Z"),
    ("1746500000", "2025-05-06T02:53:20Z"),
    ("1746500000123456789", "2025-05-06T02:53:20.123456Z"),
    ("20171223-22:15:29:606", "2017-12-23T22:15:29.606000Z"),
    ("081109 203615", "2008-11-09T20:36:15Z"),
    ("17/06/09 20:10:40", "2017-06-09T20:10:40Z"),
    ("2005-06-03-15.42.50.363779", "2005-06-03T15:42:50.363779Z"),
    ("2026-05-06 07:08:09.123 CEST", "2026-05-06T05:08:09.123000Z"),
    ("Wed, 06 May 2026 07:08:09 GMT", "2026-05-06T07:08:09Z"),
    ("May 6, 2026 7:08:09 PM", "2026-05-06T19:08:09Z"),
    ("2026-05-06", "2026-05-06T00:00:00Z"),
]


@pytest.mark.parametrize(("text", "instant"), WRITTEN)
def test_a_stamp_is_read_as_written(text: str, instant: str) -> None:
    read = clock.parse(pl.Series([text])).time.to_physical()[0]

    assert clock.iso(read) == instant


def test_stamps_of_several_kinds_stand_in_one_column() -> None:
    column = pl.Series(["2026-05-06T07:08:09Z", "not a time", None, "1746500000"])

    read = clock.parse(column)

    assert read.time.to_list() == [datetime(2026, 5, 6, 7, 8, 9), None, None, datetime(2025, 5, 6, 2, 53, 20)]


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "-62135596800"])
def test_an_implausible_year_is_no_time(text: str) -> None:
    assert clock.parse(pl.Series([text])).time[0] is None


def test_a_declared_zone_is_used_and_named() -> None:
    read = clock.parse(pl.Series(["2026-05-06 14:00:00"]), "Europe/Berlin")

    assert (read.time[0], read.zone_source) == (datetime(2026, 5, 6, 12), "declared: Europe/Berlin")


def test_an_hour_that_a_clock_shows_twice_is_the_earlier_one() -> None:
    read = clock.parse(pl.Series(["2026-10-25 02:30:00"]), "Europe/Berlin")

    assert read.time[0] == datetime(2026, 10, 25, 0, 30)


@given(st.datetimes(datetime(1991, 1, 1), datetime(2150, 1, 1)))
def test_reading_what_was_written_gives_the_same_instant(time: datetime) -> None:
    micros = clock.micros(time)

    assert clock.instant(clock.iso(micros)) == micros
    assert clock.parse(pl.Series([time.strftime("%d/%b/%Y:%H:%M:%S +0000")])).time[0] == time.replace(microsecond=0)


@pytest.mark.parametrize("text", ["yesterday", "25:00", "2026-13-01", ""])
def test_a_time_that_nobody_can_read_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError):
        clock.instant(text)


def test_a_clock_time_needs_a_day() -> None:
    day = clock.instant("2026-05-06T00:00:00Z")

    assert clock.instant("2 PM", "UTC", day) == day + 14 * timedelta(hours=1) // timedelta(microseconds=1)
