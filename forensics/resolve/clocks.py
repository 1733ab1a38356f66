"""Clocks that disagree: stamps without a year are put beside the other files."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import polars as pl

from forensics import clock
from forensics.records.window import Window
from forensics.store import Store


def shifts(store: Store, window: Window | None) -> Mapping[str, int]:
    """Microseconds to add to the times of each file, where that is not 0."""
    files = store.raw("files").select("path", "first_time", "last_time", "zone_source").collect()
    has_year = ~pl.col("zone_source").str.contains("year missing")
    dated = files.filter(has_year, pl.col("last_time").is_not_null())
    if window is None and not dated.height:
        return {}
    last = window.end if window else max(dated["last_time"].to_physical().to_list())
    yearless = files.filter(~has_year, pl.col("last_time").is_not_null())
    return {
        path: _years(last_time, clock.EPOCH + timedelta(microseconds=last))
        for path, last_time in sorted(yearless.select("path", "last_time").rows())
    }


def _years(stamp: datetime, reference: datetime) -> int:
    """Microseconds from the year a stamp was read in to the one that puts it nearest to ``reference``."""
    choices = []
    for year in (reference.year - 1, reference.year, reference.year + 1):
        try:
            choices.append(stamp.replace(year=year))
        except ValueError:
            continue
    nearest = min(choices or [stamp], key=lambda each: abs(each - reference))
    return (nearest - stamp) // timedelta(microseconds=1)
