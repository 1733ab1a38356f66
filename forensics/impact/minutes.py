"""Events minute by minute: how many there were, how many were bad, and where nothing was measured."""

from dataclasses import dataclass, replace

import polars as pl

from forensics.impact.edge import Edge
from forensics.records.evidence import CountEvidence, Evidence
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

# Where a minute usually holds this many events, one without any is a gap and not a quiet minute (e^-5 is 0.7 %).
BUSY = 5
# Longer than any export of minutes that is worth holding.
LONGEST = 400 * 1_440


@dataclass(frozen=True, slots=True)
class Minutes:
    """Bad and all events of each minute from ``start``; ``known`` is False where nothing was measured.

    ``source`` is requests, spans, counters, gauges, histogram or query (they count events); ratio, value, quantile, age, stamp or
    ``*_a_minute`` (each minute weighs the same); ``component`` is where they were seen. ``remarks``: resets (what a counter held
    when it was reset is not seen), interpolated (the limit lies between two buckets), mended (bucket counts fell).
    """

    source: str
    component: str
    start: Micros
    bad: tuple[int, ...]
    total: tuple[int, ...]
    known: tuple[bool, ...]
    evidence: tuple[Evidence, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether each event was counted: traces are samples, and of a value there is one a minute."""
        return self.source in ("requests", "counters", "gauges", "histogram", "query")

    @property
    def window(self) -> Window:
        """From the first minute to the end of the last."""
        return Window(self.start, self.start + len(self.total) * MINUTE)

    def between(self, window: Window) -> tuple[int, int, int]:
        """Bad events, all events and known minutes of the minutes that begin in ``window``."""
        low = max(0, -(-(window.start - self.start) // MINUTE))
        high = max(low, min(len(self.total), -(-(window.end - self.start) // MINUTE)))
        return sum(self.bad[low:high]), sum(self.total[low:high]), sum(self.known[low:high])

    def rate(self) -> float | None:
        """Events in a known minute, on average; None where no minute is known."""
        known = sum(self.known)
        return sum(self.total) / known if known else None


def of_edge(store: Store, found: Edge, threshold_s: float | None = None) -> Minutes | None:
    """The minutes of the edge: failing requests are bad, or, with a threshold, successful ones that took longer."""
    stamp = "time" if found.source == "requests" else "start"
    rows = store.scan(found.source).filter(pl.col("component") == found.component, pl.col(stamp).is_not_null())
    if found.source == "spans":
        rows = rows.filter(pl.col("parent_id").is_null())
    bad = pl.col("is_error").fill_null(value=False)
    if threshold_s is not None:
        rows = rows.filter(~bad, pl.col("duration_us").is_not_null())
        bad = pl.col("duration_us") > round(threshold_s * 1e6)
    counted = (
        rows.group_by((pl.col(stamp).to_physical() // MINUTE).alias("minute"))
        .agg(bad.sum().cast(pl.Int64).alias("bad"), pl.len().cast(pl.Int64).alias("total"))
        .sort("minute")
        .collect()
    )
    laid = laid_out(found.source, found.component, counted)
    if laid is None or threshold_s is not None:
        return laid
    every, failed = found.all_evidence, found.failed_evidence
    cited = (
        CountEvidence(every.table, every.filters, laid.window, every.measure, sum(laid.total)),
        CountEvidence(failed.table, failed.filters, laid.window, failed.measure, sum(laid.bad)),
    )
    return replace(laid, evidence=cited)


def laid_out(source: str, component: str, counted: pl.DataFrame, evidence: tuple[Evidence, ...] = ()) -> Minutes | None:
    """Every minute from the first to the last of ``counted`` (minute, bad, total; sorted); None without any."""
    if not counted.height:
        return None
    first, last = int(counted["minute"][0]), int(counted["minute"][-1])
    first = max(first, last - LONGEST)
    rows = {minute: (bad, total) for minute, bad, total in counted.rows() if minute >= first}
    span = range(first, last + 1)
    pairs = [rows.get(minute, (0, 0)) for minute in span]
    usual = sorted(total for _, total in pairs)[len(pairs) // 2]
    # A counter that was read and says no more than before says that there was nothing.
    read = rows if source in ("counters", "gauges") else {}
    known = tuple(
        total > 0 or minute in read or (usual < BUSY and source == "requests")
        for minute, (_, total) in zip(span, pairs, strict=True)
    )
    return Minutes(
        source, component, first * MINUTE, tuple(bad for bad, _ in pairs), tuple(total for _, total in pairs), known, evidence
    )  # fmt: skip
