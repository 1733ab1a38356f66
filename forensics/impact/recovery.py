"""Whether what moved came back: signals before, during and after the incident, by a test."""

import itertools
import math
import re
from collections.abc import Sequence

import polars as pl

from forensics.impact.edge import Edge
from forensics.impact.response import percentile
from forensics.measuring import count, series, series_ids, within
from forensics.records.evidence import CountEvidence, SeriesEvidence
from forensics.records.impact import Recovery
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

# The first minutes after the end still drain queues.
SETTLING = 2 * MINUTE
LONGEST = 60 * MINUTE
# Compared with the hours just before: a day holds its own tides.
RECENT = 120 * MINUTE
MOST = 20
# Returned when what is left of the shift is less than this share of it, or within what was normal before.
LEFT = 0.2
DIFFERENT = 0.01
FEWEST = 5
CUMULATIVE = re.compile(r"(?i)_(total|count|sum|bucket)$")
Samples = Sequence[tuple[Micros, float]]


def check(store: Store, windows: Windows, detected: Detected, found: Edge | None) -> tuple[Recovery, ...]:
    """The edge's failures, then the largest metric shifts; ``recovered`` None where no data follows."""
    if windows.source == "none":
        return ()
    span = store.span()
    end = span.end if span else 0
    after = Window(
        windows.incident.end + SETTLING, max(windows.incident.end + SETTLING, min(windows.incident.end + LONGEST, end))
    )
    shifts = [each for each in detected.signals if each.kind == "level_shift" and each.evidence]
    levels = itertools.islice((each for each in shifts if not _is_cumulative(store, each)), MOST)
    rows = [_recovered(store, each, windows, after) for each in levels]
    edge = [_edge(store, windows, found, after)] if found is not None and found.failed else []
    return (*edge, *rows)


def _is_cumulative(store: Store, signal: Signal) -> bool:
    """Whether the series counts from its start on: by its name, and never falling but to a reset. It has no level to return to."""
    seen = signal.evidence[0]
    assert isinstance(seen, SeriesEvidence)
    span = store.span()
    if not CUMULATIVE.search(seen.metric) or span is None:
        return False
    values = [value for _, value in _samples(store, seen, span)]
    return all(after >= before or after < before / 2 for before, after in itertools.pairwise(values))


def _recovered(store: Store, signal: Signal, windows: Windows, after: Window) -> Recovery:
    seen = signal.evidence[0]
    assert isinstance(seen, SeriesEvidence)
    asked = SeriesEvidence(seen.component, seen.metric, seen.labels, after, "median", 0.0, 0)
    found = series(store, asked) if after.end > after.start else None
    before, during = signal.before or 0.0, signal.during or 0.0
    if found is None:
        return Recovery(signal.component, signal.subject, signal.unit, before, during, None, None, signal.evidence)
    evidence = (*signal.evidence, SeriesEvidence(seen.component, seen.metric, seen.labels, after, "median", *found))
    incident = windows.incident
    samples = _samples(store, seen, Window(incident.start - RECENT, after.end))
    usual = [value for time, value in samples if time < incident.start]
    later = [value for time, value in samples if time >= after.start]
    if len(usual) < FEWEST:
        usual = [before] * FEWEST
    low, high = _band(usual, percentile(usual, 0.5), during)
    p_value = mann_whitney(usual, later)
    recovered = low <= found[0] <= high
    lingering = not recovered and p_value < DIFFERENT and (found[0] > high) == (during > before)
    at = _returned(samples, incident.start, low, high) if recovered else None
    return Recovery(
        signal.component, signal.subject, signal.unit, before, during, found[0], recovered, evidence, at, p_value, lingering
    )  # fmt: skip


def _band(usual: Sequence[float], middle: float, during: float) -> tuple[float, float]:
    """What counts as normal: the middle nine tenths of what was before, or a fifth of the shift around the median."""
    room = LEFT * abs(during - middle)
    return min(percentile(usual, 0.05), middle - room), max(percentile(usual, 0.95), middle + room)


def _samples(store: Store, seen: SeriesEvidence, window: Window) -> Samples:
    rows = store.scan("metrics").filter(
        pl.col("series_id").is_in(series_ids(store, seen)), within(window), pl.col("value").is_finite()
    )
    return rows.select(pl.col("time").to_physical(), "value").sort("time", "value").collect().rows()


def _returned(samples: Samples, start: Micros, low: float, high: float) -> Micros | None:
    """The first instant of the last stretch within the band, single outliers aside."""
    since: Micros | None = None
    outside = 0
    for time, value in samples:
        if time < start:
            continue
        is_in = low <= value <= high
        outside = 0 if is_in else outside + 1
        if is_in and since is None:
            since = time
        elif outside > 1:
            since = None
    return since


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p-value that two samples have one level (normal approximation, ties corrected); 1 without samples.

    Mann and Whitney, Annals of Mathematical Statistics 18, 1947.
    """
    n, m = len(first), len(second)
    if not n or not m:
        return 1.0
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    total, ties, at = 0.0, 0.0, 0
    while at < len(ranked):
        stop = at
        while stop < len(ranked) and ranked[stop][0] == ranked[at][0]:
            stop += 1
        same = stop - at
        total += (at + stop + 1) / 2 * sum(1 for _, group in ranked[at:stop] if group == 0)
        ties += same**3 - same
        at = stop
    spread = n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))) if n + m > 1 else 0.0
    if spread <= 0:
        return 1.0
    gap = max(0.0, abs(total - n * (n + 1) / 2 - n * m / 2) - 0.5)
    return math.erfc(gap / math.sqrt(2 * spread))


def _edge(store: Store, windows: Windows, found: Edge, after: Window) -> Recovery:
    """The share of failing requests, before, during and after, by a test of two proportions."""
    before = Window(windows.incident.start - RECENT, windows.incident.start)
    pairs = [_counted(store, found, each) for each in (before, windows.incident, after)]
    shares = [bad.value / every.value if every.value else None for every, bad in pairs]
    cited = tuple(each for pair in pairs for each in pair)
    usual, during, later = shares
    if later is None or during is None:
        return Recovery(found.component, "failing requests", "ratio", usual, during, later, None, cited)
    p_value = two_proportions(pairs[0][1].value, pairs[0][0].value, pairs[2][1].value, pairs[2][0].value)
    recovered = p_value >= DIFFERENT or later <= (usual or 0.0) + LEFT * (during - (usual or 0.0))
    return Recovery(
        found.component, "failing requests", "ratio", usual, during, later, recovered, cited,
        windows.incident.end if recovered else None, p_value, not recovered,
    )  # fmt: skip


def _counted(store: Store, found: Edge, window: Window) -> tuple[CountEvidence, CountEvidence]:
    every, failed = (
        CountEvidence(each.table, each.filters, window, each.measure, 0)
        for each in (found.all_evidence, found.failed_evidence)
    )
    return tuple(  # type: ignore[return-value]
        CountEvidence(each.table, each.filters, window, each.measure, count(store, each)) for each in (every, failed)
    )


def two_proportions(bad: int, total: int, later_bad: int, later_total: int) -> float:
    """The one-sided p-value that the later share is not higher (pooled normal approximation); 1 where either is empty."""
    if not total or not later_total:
        return 1.0
    pooled = (bad + later_bad) / (total + later_total)
    spread = pooled * (1 - pooled) * (1 / total + 1 / later_total)
    if spread <= 0:
        return 1.0
    return math.erfc((later_bad / later_total - bad / total) / math.sqrt(2 * spread)) / 2
