"""Transactions that failed: logical requests, whatever the number of attempts."""

from collections.abc import Iterable
from dataclasses import dataclass

from forensics.impact.users import FIRST_ERROR


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempts and the logical requests behind them; ``amplification`` is attempts a logical request."""

    failed_attempts: int
    logical: int
    failed: int
    amplification: float | None


def deduplicate(attempts: Iterable[tuple[str, float, int]]) -> Retries:
    """Logical requests from ``(key, time or attempt number, status)``: failed where the last attempt failed."""
    last: dict[str, tuple[float, int]] = {}
    n = failed = 0
    for key, order, status in attempts:
        n += 1
        failed += status >= FIRST_ERROR
        last[key] = max(last.get(key, (order, status)), (order, status))
    lost = sum(status >= FIRST_ERROR for _, status in last.values())
    return Retries(failed, len(last), lost, n / len(last) if last else None)
