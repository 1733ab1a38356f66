"""Users who met errors, and those who did not get through soon after."""

from collections.abc import Iterable
from dataclasses import dataclass

FIRST_ERROR = 500


@dataclass(frozen=True, slots=True)
class Users:
    """Distinct users with an error, those whom it kept out, errors that name nobody, and all failed requests."""

    erroring: int
    not_recovered: int
    unattributed_errors: int
    failed_requests: int


def affected(events: Iterable[tuple[str | None, float, int]], within_s: float) -> Users:
    """Users from ``(user, time in seconds, status)`` events in any order.

    A user recovered when every error was followed by a success within ``within_s``.
    """
    by_user: dict[str, list[tuple[float, int]]] = {}
    unattributed = failed = 0
    for user, time, status in events:
        failed += status >= FIRST_ERROR
        if user is None:
            unattributed += status >= FIRST_ERROR
        else:
            by_user.setdefault(user, []).append((time, status))
    met = [rows for rows in by_user.values() if any(status >= FIRST_ERROR for _, status in rows)]
    return Users(len(met), sum(not _recovered(sorted(rows), within_s) for rows in met), unattributed, failed)


def _recovered(rows: list[tuple[float, int]], within_s: float) -> bool:
    success: float | None = None
    for time, status in reversed(rows):
        if status < FIRST_ERROR:
            success = time
        elif success is None or success - time > within_s:
            return False
    return True
