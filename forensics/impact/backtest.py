"""Rules tried on the bundle as Prometheus would have evaluated them: once a minute, on the last sample of five minutes."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.records.window import MINUTE, Micros, Window

LOOKBACK = 5 * MINUTE
# A firing this close before the incident notices it; one soon after still belongs to it.
BEFORE, AFTER = 5 * MINUTE, 30 * MINUTE
FEWEST_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Trial:
    """When a rule would have fired in the incident, and its separate firings in ``baseline_h`` hours outside it."""

    fires_at: Micros | None
    false_alarms: int
    baseline_h: float

    @property
    def quoted(self) -> int | None:
        """False alarms, where the baseline is long enough to speak of them."""
        return self.false_alarms if self.baseline_h >= FEWEST_HOURS else None


def at_minutes(samples: Sequence[tuple[Micros, float]]) -> tuple[Micros, list[float | None]]:
    """Values at each full minute from the first sample on: the last one not older than five minutes."""
    times = [time for time, _ in samples]
    first = -(-times[0] // MINUTE) * MINUTE
    last = times[-1] // MINUTE * MINUTE
    values: list[float | None] = []
    for mark in range(first, last + 1, MINUTE):
        place = bisect.bisect_right(times, mark) - 1
        values.append(samples[place][1] if place >= 0 and mark - times[place] < LOOKBACK else None)
    return first, values


def firings(is_on: Sequence[bool], for_s: int) -> list[int]:
    """The minutes in which a rule begins to fire: its condition has held for ``for_s``."""
    hold = for_s // 60
    found, since = [], None
    for minute, on in enumerate(is_on):
        if not on:
            since = None
        elif since is None:
            since = minute
        if since is not None and minute - since == hold:
            found.append(minute)
    return found


def trial(start: Micros, is_on: Sequence[bool], for_s: int, incident: Window, others: Sequence[Window]) -> Trial:
    """The trial of a condition that is known minute by minute from ``start``."""
    near = Window(incident.start - BEFORE, incident.end)
    apart = [Window(near.start, incident.end + AFTER), *others]
    begins = [start + minute * MINUTE for minute in firings(is_on, for_s)]
    false = sum(not any(each.contains(time) for each in apart) for time in begins)
    fires_at = next((time for time in begins if near.contains(time)), None)
    whole = sum(not any(each.contains(start + i * MINUTE) for each in apart) for i in range(len(is_on)))
    return Trial(fires_at, false, whole / 60)
