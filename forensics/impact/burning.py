"""Burn-rate alerts: factors, windows, when they fire and what is spent by then.

Google, The Site Reliability Workbook, ch. 5; window schemes of Sloth (scaled factors) and Pyrra (fixed factors).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from forensics.impact.budgets import allowance, burn_rate, exact

HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Pair:
    """A multi-window alert: it fires while both windows burn faster than ``factor``, for at least ``for_s``."""

    short_s: int
    long_s: int
    factor: float
    for_s: int = 0
    severity: str = "page"


def factor(period_h: float, budget_percent: float, long_window_h: float) -> float:
    """The burn rate that spends ``budget_percent`` of the period's budget within the long window.

    >>> factor(720, 2, 1)
    14.4
    """
    return float(exact(budget_percent) / 100 * exact(period_h) / exact(long_window_h))


# Workbook table 5-8, as Sloth scales it: budget share in percent, long and short window in hours, severity.
SHARES = ((2, 1, Fraction(1, 12), "page"), (5, 6, Fraction(1, 2), "page"), (10, 24, 2, "ticket"), (10, 72, 6, "ticket"))


def workbook(period_days: float) -> tuple[Pair, ...]:
    """The four alerts of the Workbook for an SLO period; at 30 days the factors are 14.4, 6, 3 and 1."""
    return tuple(
        Pair(int(short * HOUR_S), long * HOUR_S, factor(period_days * 24, share, long), severity=severity)
        for share, long, short, severity in SHARES
    )


def pyrra(period_days: float) -> tuple[Pair, ...]:
    """Pyrra's alerts: factors stay at 14, 7, 2, 1 and the windows scale with the period, rounded to a minute."""
    day = Fraction(exact(period_days), 28) * 24 * HOUR_S
    hour = day / 24
    rows = (
        (hour / 12, hour, hour / 30, 14, "critical"),
        (hour / 2, hour * 6, hour / 4, 7, "critical"),
        (hour * 2, day, hour, 2, "warning"),
        (hour * 6, day * 4, hour * 3, 1, "warning"),
    )
    return tuple(Pair(_minute(s), _minute(n), float(f), _minute(h), severity) for s, n, h, f, severity in rows)


def _minute(seconds: Fraction) -> int:
    """Rounded to whole minutes, halves up."""
    return 60 * math.floor(seconds / 60 + Fraction(1, 2))


def detection_time_s(objective: float, error_ratio: float, window_s: float, burn: float) -> float | None:
    """How long an alert on one window takes to fire at a constant error ratio; None where it never does."""
    if error_ratio <= 0:
        return None
    found = allowance(objective) / exact(error_ratio) * exact(window_s) * exact(burn)
    return float(found) if found <= exact(window_s) else None


def spent_at_alert(burn: float, window_h: float, period_h: float) -> float:
    """The share of the budget that is gone when an alert on ``burn`` over ``window_h`` fires."""
    return float(exact(burn) * exact(window_h) / exact(period_h))


def fires(objective: float, short_error: float | Fraction, long_error: float | Fraction, burn: float) -> bool:
    """Whether both windows burn strictly faster than ``burn``, compared as written and never rounded."""
    limit = exact(burn) * allowance(objective)
    return min(_ratio(short_error), _ratio(long_error)) > limit


def _ratio(value: float | Fraction) -> Fraction:
    return value if isinstance(value, Fraction) else exact(value)


def hours_to_exhaustion(burn: float, period_h: float, consumed: float = 0.0) -> float:
    """The hours until the rest of the budget is spent at ``burn``; infinite where nothing burns, 0 where it is gone."""
    if consumed >= 1:
        return 0.0
    return (1 - consumed) * period_h / burn if burn > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Firing:
    """An alert that would have fired: from the end of minute ``at`` (index into the minutes given) until ``until``."""

    pair: Pair
    at: int
    until: int


def firings(bad: Sequence[int], total: Sequence[int], objective: float, pair: Pair) -> tuple[Firing, ...]:
    """Every stretch of minutes in which ``pair`` would have fired, given bad and all events minute by minute.

    A window that reaches before the first minute is measured over what there is, as a fresh Prometheus would.
    """
    bads, totals = _running(bad), _running(total)
    limit = exact(pair.factor) * allowance(objective)
    short, long, hold = pair.short_s // 60, pair.long_s // 60, pair.for_s // 60
    found: list[Firing] = []
    since: int | None = None
    for minute in range(len(bad) + 1):
        is_on = minute < len(bad) and all(_over(bads, totals, minute, each, limit) for each in (short, long))
        if is_on and since is None:
            since = minute
        elif not is_on and since is not None:
            if minute - since > hold:
                found.append(Firing(pair, since + hold, minute))
            since = None
    return tuple(found)


def _running(values: Sequence[int]) -> list[int]:
    sums = [0]
    for each in values:
        sums.append(sums[-1] + each)
    return sums


def _over(bads: Sequence[int], totals: Sequence[int], minute: int, width: int, limit: Fraction) -> bool:
    start = max(0, minute + 1 - width)
    bad, total = bads[minute + 1] - bads[start], totals[minute + 1] - totals[start]
    return total > 0 and Fraction(bad, total) > limit


def burn_of(bad: int, total: int, objective: float) -> float | None:
    """The burn rate of counted events; None without any."""
    return burn_rate(Fraction(bad, total), objective) if total else None
