"""Response times: how long it took to detect, acknowledge, mitigate and recover."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Times:
    """Times in the unit of the marks, from the start of impact (acknowledging: from detection).

    None where a mark is missing. A negative one is lead time, as when an alert fired before users felt anything; it is
    never set to zero.
    """

    detect: float | None
    acknowledge: float | None
    mitigate: float | None
    recover: float | None
    detect_to_mitigate: float | None


def times(
    start: float | None,
    detected: float | None,
    acknowledged: float | None,
    mitigated: float | None,
    resolved: float | None,
) -> Times:
    """The times between marks."""
    return Times(
        _between(start, detected),
        _between(detected, acknowledged),
        _between(start, mitigated),
        _between(start, resolved),
        _between(detected, mitigated),
    )


def _between(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else second - first


@dataclass(frozen=True, slots=True)
class Fleet:
    """Times of many incidents: one long outage moves a mean, so the median and the 90th percentile stand beside it."""

    n: int
    mean: float
    median: float
    p90: float


def fleet(values: Sequence[float]) -> Fleet | None:
    """Mean, median and 90th percentile (interpolated between ranks); None without values."""
    if not values:
        return None
    return Fleet(len(values), math.fsum(values) / len(values), percentile(values, 0.5), percentile(values, 0.9))


def percentile(values: Sequence[float], q: float) -> float:
    """The percentile ``q`` (0 to 1), linear between the nearest ranks.

    >>> percentile([600, 900, 1200, 1500], 0.5)
    1050.0
    """
    ranked = sorted(values)
    place = q * (len(ranked) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + (ranked[high] - ranked[low]) * (place - low)
