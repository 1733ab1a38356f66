"""How far two clocks are apart, from events that must lie inside of others.

A log line with a trace id was written while its component worked on that trace, and a called span lies inside its
caller's. Each pair says in which interval the offset must lie; the offset is where most intervals overlap (Marzullo's
algorithm: K. Marzullo, Maintaining the Time in a Distributed System, Stanford 1984).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from forensics.store import Store

# Fewer pairs, or less agreement among them, say nothing about a clock.
FEWEST_PAIRS = 10
AGREEMENT = 0.8
# Work that goes on after its caller stopped waiting, and rounding to milliseconds, look like this much skew.
SMALLEST_US = 1_000_000
MOST_PAIRS = 20_000


@dataclass(frozen=True, slots=True)
class Offset:
    """What must be added to the first clock to agree with the second: ``low`` to ``high`` microseconds.

    ``agreeing`` of ``pairs`` intervals hold the offset; ``unshifted`` hold 0.
    """

    low: int
    high: int
    agreeing: int
    pairs: int
    unshifted: int

    @property
    def middle(self) -> int:
        """The middle of the interval, in microseconds."""
        return (self.low + self.high) // 2


@dataclass(frozen=True, slots=True)
class Skew:
    """A clock against another: ``subject`` is a file (``kind`` "file") or a component."""

    kind: str
    subject: str
    against: str
    offset: Offset


def offset(low: "np.ndarray", high: "np.ndarray") -> Offset | None:
    """Where most of the intervals ``[low, high]`` overlap, the place nearest to 0 among equals; None without any.

    >>> offset(np.array([4, 5, 90]), np.array([9, 8, 95]))
    Offset(low=5, high=8, agreeing=2, pairs=3, unshifted=0)
    """
    valid = low <= high
    starts, ends = np.sort(low[valid]), np.sort(high[valid])
    if not len(starts):
        return None
    cover = np.arange(1, len(starts) + 1) - np.searchsorted(ends, starts, side="left")
    best = int(cover.max())
    places = [
        (int(start), int(ends[np.searchsorted(ends, start, side="left")]))
        for start in np.unique(starts[cover == best]).tolist()
    ]
    first, last = min(places, key=lambda each: (max(0, each[0], -each[1]), each))
    unshifted = int(np.searchsorted(starts, 0, side="right") - np.searchsorted(ends, 0, side="left"))
    return Offset(first, last, best, len(starts), unshifted)


def measured(store: Store) -> tuple[Skew, ...]:
    """The clocks that stand apart from the traces' by a second or more, sorted; files first."""
    found = [*_files(store), *_components(store)]
    return tuple(
        each
        for each in found
        if each.offset.pairs >= FEWEST_PAIRS
        and each.offset.agreeing >= AGREEMENT * each.offset.pairs
        and each.offset.unshifted < AGREEMENT * each.offset.agreeing
        and min(abs(each.offset.low), abs(each.offset.high)) >= SMALLEST_US
        and each.offset.low * each.offset.high > 0
    )


def _files(store: Store) -> Iterator[Skew]:
    """Files of log lines and requests that name traces, against the spans of those traces."""
    if not store.has("spans"):
        return
    spans = store.scan("spans").filter(pl.col("start").is_not_null(), pl.col("trace_id").is_not_null())
    spans = spans.with_columns(
        pl.col("start").to_physical().alias("low"),
        (pl.col("start").to_physical() + pl.col("duration_us").fill_null(0)).alias("high"),
    )
    inner = spans.group_by("trace_id", "component").agg(pl.col("low").min(), pl.col("high").max())
    whole = spans.group_by("trace_id").agg(
        pl.col("low").min().alias("outer_low"), pl.col("high").max().alias("outer_high")
    )
    for table in ("logs", "requests"):
        stamped = store.scan(table).filter(pl.col("trace_id").is_not_null(), pl.col("time").is_not_null())
        rows = stamped.select(
            "file", "line", "record", "trace_id", "component", pl.col("time").to_physical().alias("at")
        )
        joined = rows.join(whole, on="trace_id").join(inner, on=["trace_id", "component"], how="left")
        low, high = pl.coalesce("low", "outer_low") - pl.col("at"), pl.coalesce("high", "outer_high") - pl.col("at")
        pairs = joined.select("file", "trace_id", "line", "record", low.alias("low"), high.alias("high"))
        # One line a trace: a trace that failed loudly must not outvote the others.
        first = pairs.sort("file", "trace_id", "line", "record").unique(
            ["file", "trace_id"], keep="first", maintain_order=True
        )
        for (file,), group in first.collect().group_by("file", maintain_order=True):
            yield from _skew("file", str(file), "the traces", group)


def _components(store: Store) -> Iterator[Skew]:
    """Components whose spans lie outside of the spans that called them."""
    spans = store.scan("spans").filter(pl.col("start").is_not_null(), pl.col("duration_us").is_not_null())
    start = pl.col("start").to_physical()
    spans = spans.select("trace_id", "span_id", "parent_id", "component", start.alias("at"), "duration_us")
    callers = spans.group_by("trace_id", pl.col("span_id").alias("parent_id")).agg(
        pl.col("component").min().alias("caller"),
        pl.col("at").min().alias("from"),
        pl.col("duration_us").max().alias("lasted"),
    )
    pairs = spans.join(callers, on=["trace_id", "parent_id"]).filter(
        pl.col("component") != pl.col("caller"), pl.col("duration_us") <= pl.col("lasted")
    )
    low = pl.col("from") - pl.col("at")
    ranges = pairs.select(
        "component", "caller", low.alias("low"), (low + pl.col("lasted") - pl.col("duration_us")).alias("high")
    )
    for (component, caller), group in (
        ranges.sort("component", "caller", "low", "high").collect().group_by("component", "caller", maintain_order=True)
    ):
        yield from _skew("component", str(component), str(caller), group)


def _skew(kind: str, subject: str, against: str, pairs: pl.DataFrame) -> Iterator[Skew]:
    kept = pairs.head(MOST_PAIRS)
    found = offset(kept["low"].to_numpy(), kept["high"].to_numpy())
    if found is not None:
        yield Skew(kind, subject, against, found)
