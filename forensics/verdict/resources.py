"""A bounded resource and its use, as metrics of one component show them."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from forensics.clock import micros
from forensics.measuring import labelled
from forensics.records.window import Micros
from forensics.store import Store

BOUNDS = re.compile(r"(^|_)(max|maximum|limit|size|capacity|provisioned|quota)(_|$)")
USES = re.compile(
    r"(^|_)(in_use|used|use|usage|active|busy|checked_out|rss|resident|working_set|consumed|acquired|open)(_|$)"
)
WAITS = re.compile(r"(^|_)(waiting|waiters|pending|queued|blocked)(_|$)")
FREE = re.compile(r"(^|_)(free|freeable|available|avail|remaining)(_|$)")
TIMED = re.compile(r"seconds|_ms$|_s$|duration|latency|ratio|percent|_pct|p9\d")
# Words that say in what or how it is counted, and not of what.
PLAIN = frozenset({
    "max", "maximum", "limit", "size", "capacity", "provisioned", "quota", "in", "use", "used", "usage", "active",
    "busy", "rss", "resident", "set", "working", "consumed", "acquired", "waiting", "waiters", "pending", "queued",
    "blocked", "mb", "bytes", "total", "count", "free", "available", "avail", "remaining", "conns", "connections",
    "current", "open",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gauge:
    """All series of one metric: its unit, their labels, and their sum at each time."""

    metric: str
    unit: str
    labels: tuple[tuple[tuple[str, str], ...], ...]
    points: tuple[tuple[Micros, float], ...]

    def words(self) -> frozenset[str]:
        """What it is counted of."""
        return frozenset(plain(self.metric).split("_")) - PLAIN

    def within(self, start: Micros, end: Micros) -> tuple[float, ...]:
        """Its values from ``start`` to before ``end``."""
        return tuple(value for time, value in self.points if start <= time < end)


@dataclass(frozen=True, slots=True)
class Resource:
    """A bound, what is in use of it, and what waits for it where that is measured."""

    size: Gauge
    use: Gauge
    waiting: Gauge | None


def plain(metric: str) -> str:
    """A metric's name in small letters with underscores."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", metric).lower()).strip("_")


def gauges(store: Store, component: str) -> tuple[Gauge, ...]:
    """The metrics of a component that count something, by name; shares and durations are left out."""
    series = (
        store.scan("series")
        .filter(pl.col("component") == component)
        .select("series_id", "metric", "labels", "peer", "unit")
        .collect()
    )
    kept = [row for row in series.rows() if not TIMED.search(plain(row[1]))]
    samples = (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in([row[0] for row in kept]), pl.col("value").is_finite())
        .collect()
    )
    by_series: dict[int, list[tuple[Micros, float]]] = {}
    for number, time, value in samples.sort("series_id", "time", "value").select("series_id", "time", "value").rows():
        by_series.setdefault(number, []).append((micros(time), value))
    found: dict[str, list[tuple[str, int]]] = {}
    for number, metric, labels, peer, _ in kept:
        found.setdefault(metric, []).append((str(labelled(labels, peer)), number))
    names = {number: labelled(labels, peer) for number, _, labels, peer, _ in kept}
    units = {metric: unit or "" for _, metric, _, _, unit in kept}
    return tuple(
        Gauge(
            metric,
            units[metric],
            tuple(names[number] for _, number in sorted(rows)),
            _summed([by_series.get(number, []) for _, number in sorted(rows)]),
        )
        for metric, rows in sorted(found.items())
    )


def _summed(rows: Iterable[Sequence[tuple[Micros, float]]]) -> tuple[tuple[Micros, float], ...]:
    totals: dict[Micros, list[float]] = {}
    for points in rows:
        for time, value in points:
            totals.setdefault(time, []).append(value)
    return tuple((time, math.fsum(sorted(values))) for time, values in sorted(totals.items()))


def bound(found: Sequence[Gauge], start: Micros, end: Micros) -> Resource | None:
    """The resource that is fullest in the window, where more than four fifths of it were in use; None where there is none."""
    best: tuple[float, Resource] | None = None
    for size in found:
        limits = size.within(start, end)
        if not BOUNDS.search(plain(size.metric)) or USES.search(plain(size.metric)) or not limits or limits[-1] <= 0:
            continue
        for use in found:
            taken = use.within(start, end)
            if use is size or not USES.search(plain(use.metric)) or not taken or not size.words() & use.words():
                continue
            share = max(taken) / limits[-1]
            if 0.8 <= share <= 2.0 and (best is None or share > best[0]):
                waits = [each for each in found if WAITS.search(plain(each.metric)) and each.words() & size.words()]
                best = (share, Resource(size, use, waits[0] if waits else None))
    return best[1] if best else None


def free(found: Sequence[Gauge], start: Micros, end: Micros) -> Gauge | None:
    """What is left of something, where it fell below a tenth of what it had been."""
    for each in found:
        before, during = [value for time, value in each.points if time < end], each.within(start, end)
        if FREE.search(plain(each.metric)) and during and before and min(during) <= 0.1 * max(before):
            return each
    return None


def rise(points: Sequence[tuple[Micros, float]]) -> float:
    """The slope in units a second: the median over all pairs of points (Theil, 1950; Sen, 1968), on at most 60 of them.

    >>> rise([(0, 1.0), (1_000_000, 3.0), (2_000_000, 5.0)])
    2.0
    """
    thin = list(points)[:: max(1, len(points) // 60)]
    slopes = sorted(
        (b[1] - a[1]) / ((b[0] - a[0]) / 1e6) for at, a in enumerate(thin) for b in thin[at + 1 :] if b[0] > a[0]
    )
    return slopes[len(slopes) // 2] if slopes else 0.0


def counted(gauges_of: Sequence[Gauge], name: str) -> Mapping[str, float]:
    """The last value of the metrics whose name has ``name`` in it."""
    return {each.metric: each.points[-1][1] for each in gauges_of if name in plain(each.metric) and each.points}
