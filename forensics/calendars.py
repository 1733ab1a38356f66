"""What a stamp leaves open: which of its numbers is the day, and which of two hours where a clock went back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

# A clock goes back by an hour (half an hour on Lord Howe Island); a log's own disorder stays far below.
WENT_BACK = timedelta(minutes=25)


@dataclass(frozen=True, slots=True)
class Order:
    """The format that reads a column's dates, and why; ``is_certain`` False where several would."""

    format: str
    reason: str
    is_certain: bool


def order(texts: pl.Series, formats: Sequence[tuple[str, str]]) -> Order:
    """Which of ``formats``, pairs of a name ("day before month") and a format, reads the dates of ``texts``.

    One that cannot read some date is out. Of those left, the one whose dates lie closest together wins, since an export
    is of days, not of years; where that does not tell either, the first is assumed.

    >>> order(pl.Series(["13/02/2026"]), [("month first", "%m/%d/%Y"), ("day first", "%d/%m/%Y")]).reason
    'day first: only so is every date one'
    """
    dates = texts.drop_nulls().str.extract(r"^(\S+)").unique().sort()
    reach: list[tuple[int, str, str]] = []
    for name, form in formats:
        read = dates.str.to_date(form, strict=False)
        if read.len() and not read.null_count():
            low, high = read.sort().to_physical().to_list()[:: max(1, read.len() - 1)][:2] if read.len() > 1 else (0, 0)
            reach.append((high - low, name, form))
    if not reach:
        return Order(formats[0][1], f"{formats[0][0]}: assumed, no order reads every date", False)
    if len(reach) == 1:
        return Order(reach[0][2], f"{reach[0][1]}: only so is every date one", True)
    closest = min(days for days, _, _ in reach)
    nearest = [(name, form) for days, name, form in reach if days == closest]
    if len(nearest) == 1:
        return Order(nearest[0][1], f"{nearest[0][0]}: only so do the dates lie within {closest + 1} days", True)
    return Order(nearest[0][1], f"{nearest[0][0]}: assumed, the dates read either way", False)


@dataclass(frozen=True, slots=True)
class Local:
    """Local times as UTC; ``repeated`` counts those in an hour that came twice, ``skipped`` those in one that never was."""

    time: pl.Series
    repeated: int = 0
    skipped: int = 0


def localised(naive: pl.Series, zone: str) -> Local:
    """Local times of ``zone`` as UTC.

    Where a clock went back, an hour has two meanings: rows up to a step back of nearly an hour are before the change, those
    after it behind. Where a clock leapt over an hour, a time inside it is read with the offset before the leap.
    """
    if not zone or zone == "UTC":
        return Local(naive)
    early = _utc(naive, zone, "earliest")
    late = _utc(naive, zone, "latest")
    twice = (early != late).fill_null(False)
    time = early.zip_with(~twice, _second_hour(naive, early, late, twice)) if twice.any() else early
    never = naive.is_not_null() & early.is_null()
    if never.any():
        leapt = _utc(naive - timedelta(hours=1), zone, "earliest") + timedelta(hours=1)
        time = time.zip_with(~never, leapt)
    return Local(time, int(twice.sum()), int(never.sum()))


def _utc(naive: pl.Series, zone: str, which: str) -> pl.Series:
    local = naive.dt.replace_time_zone(zone, ambiguous=which, non_existent="null")  # type: ignore[arg-type]
    return local.dt.convert_time_zone("UTC").dt.replace_time_zone(None)


def _second_hour(naive: pl.Series, early: pl.Series, late: pl.Series, twice: pl.Series) -> pl.Series:
    """``late`` behind the first step back inside the repeated hour of a day, ``early`` before it."""
    frame = pl.DataFrame({"naive": naive, "early": early, "late": late, "twice": twice})
    before = pl.col("naive").forward_fill().shift(1)
    back = pl.col("twice") & ((before - pl.col("naive")) >= WENT_BACK)
    behind = back.cast(pl.UInt32).cum_sum().over(pl.col("naive").dt.date()) > 0
    return frame.select(pl.when(pl.col("twice") & behind).then("late").otherwise("early").alias(naive.name)).to_series()
