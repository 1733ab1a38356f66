"""Classic cumulative histograms as Prometheus reads them: quantiles, fractions, and what had to be mended first.

https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile, ``promql/quantile.go``.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Bucket = tuple[float, float]
"""Upper bound (inclusive) and cumulative count."""
# Counts closer than this are equal but for the rounding of a division (Prometheus ``smallDeltaTolerance``).
SMALL = 1e-12


@dataclass(frozen=True, slots=True)
class Histogram:
    """Buckets by bound, equal bounds merged and counts never falling; ``is_mended`` where a count fell before."""

    buckets: tuple[Bucket, ...]
    is_mended: bool

    @property
    def is_complete(self) -> bool:
        """Whether there is a +Inf bucket, without which the total is not known."""
        return bool(self.buckets) and self.buckets[-1][0] == math.inf

    @property
    def total(self) -> float:
        """All observations."""
        return self.buckets[-1][1] if self.buckets else 0.0


def bound(text: str) -> float | None:
    """The upper bound that a bucket's label ``le`` says; None where it is no number.

    >>> bound("0.5"), bound("+Inf"), bound("fast")
    (0.5, inf, None)
    """
    try:
        return math.inf if text.lower() in ("+inf", "inf") else float(text)
    except ValueError:
        return None


def histogram(rows: Iterable[Bucket], *, is_cumulative: bool = True) -> Histogram:
    """Buckets in any order, made ready: sorted, equal bounds merged, forced not to fall.

    >>> histogram([(2.0, 5.0), (1.0, 6.0), (math.inf, 9.0)])
    Histogram(buckets=((1.0, 6.0), (2.0, 6.0), (inf, 9.0)), is_mended=True)
    """
    merged: dict[float, float] = {}
    for bound, count in sorted(rows):
        merged[bound] = merged.get(bound, 0.0) + count
    found: list[Bucket] = []
    is_mended = False
    level = 0.0
    for bound, count in merged.items():
        here = count if is_cumulative else level + count
        if found and here < level:
            is_mended |= not math.isclose(here, level, rel_tol=SMALL)
            here = level
        found.append((bound, here))
        level = here
    return Histogram(tuple(found), is_mended)


def quantile(q: float, found: Histogram) -> float:
    """The value below which a share ``q`` of the observations lies, interpolated within its bucket.

    NaN without a +Inf bucket, with fewer than two buckets or without observations; the second-highest bound when the
    quantile lies in the +Inf bucket (``is_above`` tells); -inf and +inf for ``q`` outside 0 to 1.
    """
    if math.isnan(q):
        return math.nan
    if q < 0 or q > 1:
        return math.copysign(math.inf, q - 0.5)
    buckets = found.buckets
    if not found.is_complete or len(buckets) < 2 or found.total == 0:
        return math.nan
    rank = q * found.total
    place = _place(buckets, rank)
    if place == len(buckets) - 1:
        return buckets[-2][0]
    bound, count = buckets[place]
    if place == 0 and bound <= 0:
        return bound
    low, below = buckets[place - 1] if place else (0.0, 0.0)
    return low + (bound - low) * ((rank - below) / (count - below)) if count > below else math.nan


def is_above(q: float, found: Histogram) -> bool:
    """Whether the quantile lies beyond the highest finite bound, so that ``quantile`` is a lower bound of it."""
    return (
        found.is_complete
        and len(found.buckets) > 1
        and _place(found.buckets, q * found.total) == len(found.buckets) - 1
    )


def _place(buckets: Sequence[Bucket], rank: float) -> int:
    return next((i for i, (_, count) in enumerate(buckets[:-1]) if count >= rank), len(buckets) - 1)


def fraction(lower: float, upper: float, found: Histogram) -> float:
    """The share of observations between two values (``histogram_fraction``), interpolated; NaN where there is none.

    What an SLO on latency needs: exact when the threshold is a bucket's bound.
    """
    if not found.is_complete or found.total == 0 or math.isnan(lower) or math.isnan(upper):
        return math.nan
    if lower >= upper:
        return 0.0
    return (_rank(upper, found) - _rank(lower, found)) / found.total


def _rank(value: float, found: Histogram) -> float:
    """Observations at or below ``value``; nothing is said inside a bucket that has no end."""
    low = 0.0 if found.buckets[0][0] > 0 else -math.inf
    below = 0.0
    for bound, count in found.buckets:
        if value <= low:
            return below
        if value < bound:
            if low == -math.inf:
                return count
            return below if bound == math.inf else below + (count - below) * (value - low) / (bound - low)
        low, below = bound, count
    return found.total
