"""The clock audit: what was decided about the clock of each file, and why.

A stamp without a year is put beside the other files. A file whose zone was assumed moves by whole quarters of an hour where
shared ids show that it must; a clock that shared ids show to be off by a second or more is set right. What only looks
wrong (bursts that agree in another zone, spans outside of their callers) is said and left alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import polars as pl

from forensics import clock
from forensics.records.tables import TABLES
from forensics.records.window import MINUTE, Window
from forensics.resolve import bursts, skew
from forensics.resolve.skew import Offset, Skew
from forensics.store import Store

DAY = 24 * 60 * MINUTE
# What ingest says of clocks without a day.
NO_DAY = "names no day"
QUARTER = 15 * MINUTE
# What a zone leaves over when it is taken off: clocks of one company agree within this.
NEAR = 90_000_000
STEP = timedelta(seconds=1)
ORDERED = ("logs", "requests")


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the ``clocks`` table: a file, or a component of spans, with what was decided about its clock."""

    file: str
    component: str
    decision: str
    against: str = ""
    offset: Offset | None = None
    shift_us: int = 0
    steps_back: int = 0
    largest_step_us: int = 0


def audit(store: Store, window: Window | None) -> tuple[Decision, ...]:
    """What was decided about each file with times, and about components whose spans disagree; sorted."""
    years = shifts(store, window)
    shifted = replace(store, shifts=years)
    files = store.raw("files").filter(pl.col("last_time").is_not_null()).select("path", "zone_source").collect()
    zones = dict(sorted(files.rows()))
    skews = skew.measured(shifted)
    by_file = {each.subject: each for each in skews if each.kind == "file"}
    steps = _steps(store)
    guesses = bursts.zones(shifted, [path for path, zone in zones.items() if _assumed(zone) and path not in by_file])
    found = []
    for path, zone in zones.items():
        back, largest = steps.get(path, (0, 0))
        made = _decide(path, zone, years.get(path, 0), by_file.get(path), guesses.get(path))
        found.append(replace(made, steps_back=back, largest_step_us=largest))
    spans = [
        Decision("", each.subject, "component", each.against, each.offset) for each in skews if each.kind == "component"
    ]
    return (*found, *spans)


def _assumed(zone: str) -> bool:
    return "assumed" in zone


def _decide(path: str, zone: str, year: int, seen: Skew | None, guess: int | None) -> Decision:
    if seen is not None:
        quarters = round(seen.offset.middle / QUARTER) * QUARTER
        if _assumed(zone) and quarters and abs(seen.offset.middle - quarters) <= NEAR:
            return Decision(path, "", "zone", seen.against, seen.offset, year + quarters)
        return Decision(path, "", "skew", seen.against, seen.offset, year + seen.offset.middle)
    if year:
        return Decision(path, "", "year", shift_us=year)
    if guess is not None:
        return Decision(path, "", "looks_like", "the other files", Offset(guess, guess, 0, 0, 0))
    return Decision(path, "", "as_read")


def _steps(store: Store) -> Mapping[str, tuple[int, int]]:
    """How often the times of each file step back by a second or more, and the largest step in microseconds."""
    found: dict[str, tuple[int, int]] = {}
    for table in ORDERED:
        for part in store.parts(table):
            step = pl.col("time").forward_fill().shift(1) - pl.col("time")
            row = (
                pl.scan_parquet(part)
                .select(
                    pl.col("file").first(),
                    (step >= STEP).sum().cast(pl.Int64).alias("n"),
                    step.max().dt.total_microseconds().alias("largest"),
                )
                .collect()
                .row(0)
            )
            if row[0] is not None and row[1]:
                n, largest = found.get(row[0], (0, 0))
                found[row[0]] = (n + row[1], max(largest, row[2]))
    return found


def table(decisions: tuple[Decision, ...]) -> pl.DataFrame:
    """The ``clocks`` table."""
    return pl.DataFrame([_row(each) for each in decisions], schema=TABLES["clocks"])


def _row(each: Decision) -> dict[str, object]:
    offset = each.offset
    return {
        "file": each.file,
        "component": each.component,
        "against": each.against,
        "decision": each.decision,
        "offset_us": offset.middle if offset else None,
        "low_us": offset.low if offset else None,
        "high_us": offset.high if offset else None,
        "pairs": offset.pairs if offset else 0,
        "agreeing": offset.agreeing if offset else 0,
        "shift_us": each.shift_us,
        "steps_back": each.steps_back,
        "largest_step_us": each.largest_step_us,
    }


def shifts(store: Store, window: Window | None) -> Mapping[str, int]:
    """Microseconds to add to the times of each file whose stamps name no year, where that is not 0."""
    files = store.raw("files").select("path", "first_time", "last_time", "zone_source").collect()
    has_year = ~pl.col("zone_source").str.contains("year missing")
    dated = files.filter(has_year, pl.col("last_time").is_not_null())
    if window is None and not dated.height:
        return {}
    last = window.end if window else max(dated["last_time"].to_physical().to_list())
    # A file that also holds stamps with a year must not move: those are right already.
    is_whole = (pl.col("first_time").dt.year() == clock.YEAR) & (pl.col("last_time").dt.year() == clock.YEAR)
    yearless = files.filter(~has_year, is_whole)
    is_dayless = pl.col("zone_source").str.contains(NO_DAY)
    spans = dated["first_time"].to_physical().drop_nulls().to_list()
    first = window.start if window else max(min(spans, default=last), last - DAY)
    found = {path: shift for path, shift in _yearless(yearless.filter(~is_dayless), last) if shift}
    return found | dict(_dayless(yearless.filter(is_dayless), first, last))


def _dayless(files: pl.DataFrame, first: int, last: int) -> Iterator[tuple[str, int]]:
    """The whole days that put notes into the window, or the last day of the data: its latest that begins before the end."""
    for path, start in sorted(files.select("path", pl.col("first_time").to_physical()).rows()):
        nearest = min(
            range((first - start) // DAY - 1, (last - start) // DAY + 2),
            key=lambda days: (max(0, first - start - days * DAY, start + days * DAY - last), -days),
        )
        yield path, nearest * DAY


def _yearless(files: pl.DataFrame, last: int) -> Iterator[tuple[str, int]]:
    for path, last_time in sorted(files.select("path", "last_time").rows()):
        yield path, _years(last_time, clock.EPOCH + timedelta(microseconds=last))


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
