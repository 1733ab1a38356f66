"""Error budgets: what an objective allows, what was spent, by three methods that answer differently.

Google, The Site Reliability Workbook, ch. 2; OpenSLO ``budgetingMethod``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

DAY_MINUTES = 1_440


def exact(value: float) -> Fraction:
    """A number as it was written: 0.999 is 999/1000 and not the nearest float, so comparisons are strict.

    >>> 1 - exact(0.999) == Fraction(1, 1000)
    True
    """
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def allowance(objective: float) -> Fraction:
    """The share that may fail, 1 - objective."""
    return 1 - exact(objective)


def burn_rate(error_ratio: float | Fraction, objective: float) -> float:
    """Error-budget use relative to even use; 1 spends the budget exactly in its window.

    ``error_ratio / (1 - objective)``, Workbook ch. 5. At an objective of 1 any error burns infinitely fast.

    >>> burn_rate(0.003, objective=0.999), burn_rate(0.003, objective=1.0), burn_rate(0.0, objective=1.0)
    (3.0, inf, 0.0)
    """
    errors = exact(error_ratio) if isinstance(error_ratio, float | int) else error_ratio
    allowed = allowance(objective)
    if allowed == 0:
        return math.inf if errors > 0 else 0.0
    return float(errors / allowed)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an SLI stands against its objective over a window; event counts are None where only a ratio is known."""

    sli: float
    objective: float
    error_ratio: float
    burn_rate: float
    allowed: float | None
    remaining: float | None
    allowed_minutes: float
    spent_minutes: float

    @property
    def consumed(self) -> float:
        """The share of the window's budget that is spent: over the same window it equals the burn rate."""
        return self.burn_rate


def standing(good: float, bad: float, objective: float, window_s: float, *, fewest: float = 1) -> Standing | None:
    """The standing from counts of events; None with fewer than ``fewest`` of them: 0 of 0 is no result, never 100 %."""
    total = good + bad
    if total < max(fewest, 1):
        return None
    found = standing_of_ratio(good / total, objective, window_s, errors=exact(bad) / exact(total))
    allowed = float(allowance(objective) * exact(total))
    return Standing(
        found.sli,
        objective,
        found.error_ratio,
        found.burn_rate,
        allowed,
        allowed - bad,
        found.allowed_minutes,
        found.spent_minutes,
    )


def standing_of_ratio(sli: float, objective: float, window_s: float, *, errors: Fraction | None = None) -> Standing:
    """The standing from a ratio alone."""
    wrong = 1 - exact(sli) if errors is None else errors
    minutes = window_s / 60
    return Standing(
        sli, objective, float(wrong), burn_rate(wrong, objective), None, None, float(allowance(objective)) * minutes,
        float(wrong) * minutes,
    )  # fmt: skip


def allowed_bad(objective: float, total: int) -> int:
    """How many of ``total`` events may fail: whole events, in exact arithmetic.

    >>> allowed_bad(0.999, 3_000_000)
    3000
    """
    return math.floor(allowance(objective) * total)


def share_spent(objective: float, total: float, bad: float) -> float:
    """The share of the budget of ``total`` events that ``bad`` of them spend.

    Raises:
        ValueError: ``total`` is 0, so there is nothing to spend from.
    """
    if total <= 0:
        raise ValueError("no events, so there is no budget to spend from")
    return burn_rate(exact(bad) / exact(total), objective)


def budget_minutes(objective: float, minutes: float) -> float:
    """The downtime that ``minutes`` of window allow.

    >>> round(budget_minutes(0.999, 30 * DAY_MINUTES), 9)
    43.2
    """
    return float(allowance(objective) * exact(minutes))


@dataclass(frozen=True, slots=True)
class Ratios:
    """The same slices by the three methods; None where there is nothing to measure."""

    occurrences: float | None
    timeslices: float | None
    ratio_timeslices: float | None


def budgeting(slices: Sequence[tuple[float, float]], slice_target: float) -> Ratios:
    """The SLI of ``(good, total)`` slices: good events over all, slices at or over target, mean of slice ratios.

    A slice without events is good by timeslices and left out of ratio timeslices (our own rule: OpenSLO says nothing).
    """
    total = math.fsum(each for _, each in slices)
    ratios = [good / every for good, every in slices if every]
    kept = sum(1 for good, every in slices if every == 0 or exact(good) >= exact(slice_target) * exact(every))
    return Ratios(
        math.fsum(good for good, _ in slices) / total if total else None,
        kept / len(slices) if slices else None,
        math.fsum(ratios) / len(ratios) if ratios else None,
    )


@dataclass(frozen=True, slots=True)
class Shares:
    """One incident as a share of a window's budget: as if all of it were down, and by requests."""

    by_time: float
    by_requests: float | None
    availability: float | None


def partial_outage(
    window_min: float, incident_min: float, error_ratio: float, objective: float, *, is_even: bool = True
) -> Shares:
    """What an incident with ``error_ratio`` spends, both ways; by requests only where traffic is even or was counted."""
    by_time = burn_rate(exact(incident_min) / exact(window_min), objective)
    if not is_even:
        return Shares(by_time, None, None)
    return Shares(by_time, by_time * error_ratio, 1 - error_ratio * incident_min / window_min)


def window_of(downtime_min: float, availability: float) -> float:
    """The minutes of window that an availability with a downtime implies: one without its window says nothing."""
    return float(exact(downtime_min) / allowance(availability)) if availability < 1 else math.inf
