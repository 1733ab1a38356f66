"""Service level agreements: uptime as providers count it, and the credits that follow."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from forensics.impact.budgets import exact

Tier = tuple[float, float]
"""Uptime in percent below which a credit is due, and the credit in percent of the bill."""


def credit(uptime: float, tiers: Iterable[Tier]) -> float:
    """The largest credit whose bound the uptime lies below, unrounded: exactly 99.9 earns none at a bound of 99.9."""
    return max((share for bound, share in tiers if exact(uptime) < exact(bound)), default=0)


def mean_interval_uptime(intervals: Iterable[tuple[int, int, int]]) -> float | None:
    """100 % less the mean of interval error rates; ``intervals`` are runs of ``(count, errors, requests)``.

    An interval without requests has an error rate of 0, and a quiet interval weighs as much as a busy one. None without
    any interval. Amazon S3 service level agreement.
    """
    runs = list(intervals)
    total = sum(n for n, _, _ in runs)
    if not total:
        return None
    rates = sum(n * exact(errors) / exact(requests) for n, errors, requests in runs if requests)
    return float(100 - 100 * Fraction(rates) / total)


@dataclass(frozen=True, slots=True)
class DownMinutes:
    """Which minutes count as down: more than ``error_ratio`` of at least ``fewest`` requests, in runs of ``run``.

    At a ratio of 1 those in which every request failed.
    """

    error_ratio: float = 0.1
    fewest: int = 100
    run: int = 1


def down_minutes(minutes: Iterable[tuple[int, int, int]], rule: DownMinutes) -> int:
    """The minutes that count as down, given runs of ``(count, errors, requests)``; exactly the ratio does not count."""
    down = streak = 0
    for n, errors, requests in [*minutes, (1, 0, 0)]:
        limit = exact(rule.error_ratio) * exact(requests)
        if requests >= max(rule.fewest, 1) and (errors > limit or errors == limit == requests):
            streak += n
        else:
            down += streak if streak >= rule.run else 0
            streak = 0
    return down


def uptime(available_minutes: float, downtime_minutes: float) -> float:
    """``(available - downtime) / available`` in percent; 100 % where nothing was to be available."""
    if available_minutes <= 0:
        return 100.0
    return float(100 * (exact(available_minutes) - exact(downtime_minutes)) / exact(available_minutes))


def serial(parts: Sequence[float]) -> float:
    """The availability of parts that are all needed, if they fail independently."""
    return math.prod(parts)


def parallel(parts: Sequence[float]) -> float:
    """The availability of parts of which one is enough, if they fail independently."""
    return 1 - math.prod(1 - each for each in parts)


def quorum(needed: int, of: int, part: float) -> float:
    """The availability of ``of`` equal parts of which ``needed`` must be up, if they fail independently (binomial)."""
    return math.fsum(math.comb(of, k) * part**k * (1 - part) ** (of - k) for k in range(needed, of + 1))
