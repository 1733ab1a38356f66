"""Apdex: satisfaction with response times, https://www.apdex.org."""

from collections.abc import Iterable


def score(satisfied: float, tolerating: float, frustrated: float) -> float | None:
    """``(satisfied + tolerating / 2) / all``; None where there is nobody.

    >>> score(60, 30, 10), score(0, 0, 0)
    (0.75, None)
    """
    total = satisfied + tolerating + frustrated
    return (satisfied + tolerating / 2) / total if total else None


def of_samples(seconds: Iterable[float | None], threshold_s: float) -> float | None:
    """The score of response times, None for a request that failed: both bounds (T and 4T) still count, errors never do."""
    satisfied = tolerating = frustrated = 0
    for each in seconds:
        if each is None or each > 4 * threshold_s:
            frustrated += 1
        elif each <= threshold_s:
            satisfied += 1
        else:
            tolerating += 1
    return score(satisfied, tolerating, frustrated)
