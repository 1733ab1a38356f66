"""Dates that read two ways, and hours that came twice or never."""

from datetime import datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forensics import calendars, clock

MONTH, DAY = ("month before day", "%m/%d/%Y"), ("day before month", "%d/%m/%Y")


@pytest.mark.parametrize(
    ("dates", "form", "is_certain"),
    [
        (["13/04/2026", "01/04/2026"], DAY[1], True),
        (["04/13/2026", "04/01/2026"], MONTH[1], True),
        (["03/04/2026", "04/04/2026"], DAY[1], True),
        (["03/04/2026", "03/05/2026"], MONTH[1], True),
        (["03/04/2026"], MONTH[1], False),
        (["31/31/2026"], MONTH[1], False),
    ],
)
def test_the_dates_of_a_file_tell_their_order(dates: list[str], form: str, is_certain: bool) -> None:
    found = calendars.order(pl.Series(dates), [MONTH, DAY])

    assert (found.format, found.is_certain) == (form, is_certain)


def test_an_hour_that_came_twice_is_told_by_the_order_of_lines() -> None:
    stamps = pl.Series(["2026-10-25 02:10:00", "2026-10-25 02:50:00", "2026-10-25 02:10:00", "2026-10-25 03:10:00"])

    read = clock.parse(stamps, "Europe/Berlin")

    assert read.time.dt.strftime("%H:%M").to_list() == ["00:10", "00:50", "01:10", "02:10"]
    assert read.notes == ("3 stamps lie in an hour that came twice; the order of lines tells which",)


def test_a_time_in_an_hour_that_never_was_is_kept() -> None:
    read = clock.parse(pl.Series(["2026-03-29 02:30:00"]), "Europe/Berlin")

    assert read.time.to_list() == [datetime(2026, 3, 29, 1, 30)]
    assert read.notes == ("1 stamps lie in an hour that the clocks of Europe/Berlin leapt over",)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)), st.sampled_from(["Europe/Berlin", "America/New_York"])
)
def test_a_local_time_that_is_one_instant_is_read_as_it(moment: datetime, zone: str) -> None:
    local = pl.Series([moment]).dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)

    read = calendars.localised(local, zone)

    if not read.repeated:
        assert read.time.to_list() == [moment]
