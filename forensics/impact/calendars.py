"""Calendar windows as they are: months of 28 to 31 days, leap years, and days of 23 or 25 hours."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from forensics.records.window import MINUTE, Micros, Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNITS = ("day", "week", "month", "quarter", "year")


def window(at: Micros, unit: str, zone: str = "UTC") -> Window:
    """The calendar day, week (from Monday), month, quarter or year around an instant, in local time of ``zone``."""
    start = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()
    if unit == "week":
        start -= timedelta(days=start.weekday())
    elif unit in ("month", "quarter", "year"):
        width = {"month": 1, "quarter": 3, "year": 12}[unit]
        start = start.replace(day=1, month=(start.month - 1) // width * width + 1)
    return Window(_micros(start, zone), _micros(_next(start, unit), zone))


def _next(start: date, unit: str) -> date:
    if unit in ("day", "week"):
        return start + timedelta(days=7 if unit == "week" else 1)
    months = start.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
    return start.replace(year=start.year + months // 12, month=months % 12 + 1)


def _micros(day: date, zone: str) -> Micros:
    """The local midnight that begins a day, in UTC: the first where it comes twice."""
    return (datetime.combine(day, time(), ZoneInfo(zone)) - EPOCH) // timedelta(microseconds=1)


def month(year: int, number: int, zone: str = "UTC") -> Window:
    """A calendar month in local time.

    >>> month(2026, 3, "America/New_York").duration_s / 60 == 31 * 1440 - 60
    True
    """
    start = date(year, number, 1)
    return Window(_micros(start, zone), _micros(_next(start, "month"), zone))


def rolling(end: Micros, days: float) -> Window:
    """The ``days`` times 24 hours up to ``end``."""
    return Window(end - round(days * 1_440) * MINUTE, end)


def pieces(whole: Window, unit: str, zone: str = "UTC") -> tuple[Window, ...]:
    """``whole`` cut at every calendar boundary: an incident over midnight of the first belongs to two months."""
    found = []
    at = whole.start
    while at < whole.end:
        here = window(at, unit, zone)
        found.append(Window(at, min(here.end, whole.end)))
        at = here.end
    return tuple(found)


def union(intervals: Iterable[tuple[float, float]], clip: tuple[float, float]) -> float:
    """The length that intervals cover inside ``clip``; overlaps count once, and what ends before it starts counts not.

    >>> union([(-5, 10), (5, 20)], (0, 100))
    20
    """
    total: float = 0
    reached = clip[0]
    for start, end in sorted(intervals):
        low, high = max(start, reached), min(end, clip[1])
        if high > low:
            total += high - low
            reached = high
    return total


def covered(windows: Sequence[Window], clip: Window) -> int:
    """Microseconds of ``clip`` that the windows cover."""
    return int(union([(each.start, each.end) for each in windows], (clip.start, clip.end)))
