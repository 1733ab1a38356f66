"""Counters: their increase and rate over a window, resets included, as Prometheus extrapolates them.

https://prometheus.io/docs/prometheus/latest/querying/functions/#rate, ``extrapolatedRate`` in ``promql/functions.go``.
"""

import itertools
from collections.abc import Iterable, Sequence

Sample = tuple[float, float]
"""Time in seconds and value."""


def ordered(samples: Iterable[Sample]) -> tuple[Sample, ...]:
    """Samples in time order, each instant once: of a scrape stored twice the larger value counts.

    >>> ordered([(60, 2.0), (0, 1.0), (60, 3.0)])
    ((0, 1.0), (60, 3.0))
    """
    return tuple(sorted({time: value for time, value in sorted(samples)}.items()))


def gain(samples: Sequence[Sample]) -> float:
    """What a counter gained between its first and last sample; after a reset it counts from zero.

    Of two resets between scrapes only what the last one left is seen: the gain is then a lower bound.

    >>> gain([(0, 90.0), (60, 100.0), (120, 5.0)])
    15.0
    """
    total = samples[-1][1] - samples[0][1]
    for (_, before), (_, after) in itertools.pairwise(samples):
        if after < before:
            total += before
    return total


def increase(samples: Iterable[Sample], end_s: float, range_s: float) -> float | None:
    """The increase over ``(end_s - range_s, end_s]``; None with fewer than two samples there.

    Extrapolated to a boundary that is nearer than 1.1 mean spacings, else by half a spacing; never to below zero.
    """
    inside = [each for each in ordered(samples) if end_s - range_s < each[0] <= end_s]
    if len(inside) < 2:
        return None
    return extrapolated(gain(inside), inside[0], inside[-1], len(inside), end_s, range_s)


def extrapolated(found: float, first: Sample, last: Sample, n: int, end_s: float, range_s: float) -> float:
    """A gain between the first and last of ``n`` samples, extrapolated to the boundaries of its window."""
    covered = last[0] - first[0]
    spacing = covered / (n - 1)
    before, after = (
        spacing / 2 if gap >= 1.1 * spacing else gap for gap in (first[0] - (end_s - range_s), end_s - last[0])
    )
    if found > 0 and first[1] >= 0:
        before = min(before, covered * first[1] / found)
    return found * (covered + before + after) / covered


def rate(samples: Iterable[Sample], end_s: float, range_s: float) -> float | None:
    """The increase a second."""
    found = increase(samples, end_s, range_s)
    return None if found is None else found / range_s
