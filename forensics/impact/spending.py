"""What an SLO's window lost before, during and after the incident, how fast, and when alerts would have fired."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from forensics.impact import burning, calendars
from forensics.impact.budgets import allowance, budget_minutes, burn_rate, exact
from forensics.impact.dialects import Objective
from forensics.impact.minutes import Minutes
from forensics.records.service import Burn, BurnAlert, Spend
from forensics.records.window import MINUTE, Window

WINDOWS_S = (300, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200)
# Alerts that fire this long after the incident still belong to it: long windows lag.
LAG = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Around:
    """The incident, and other incidents that its owner declared."""

    incident: Window
    others: tuple[Window, ...]


def spends(each: Objective, found: Minutes, around: Around) -> tuple[Spend, ...]:
    """Every method over the SLO's own window, and over each calendar month that the incident touches."""
    incident = around.incident
    if each.calendar:
        parts = calendars.pieces(incident, each.calendar, each.zone)
        laid = [(f"calendar {each.calendar}", calendars.window(part.start, each.calendar, each.zone)) for part in parts]
    else:
        end = max(incident.end, found.window.end)
        laid = [(f"{each.window_days:g} d rolling", calendars.rolling(end, each.window_days))]
        parts = calendars.pieces(incident, "month", each.zone)
        laid += [("calendar month", calendars.window(part.start, "month", each.zone)) for part in parts]
    return tuple(spend for kind, window in laid for spend in _in_window(each, found, around, kind, window))


def _in_window(each: Objective, found: Minutes, around: Around, kind: str, window: Window) -> list[Spend]:
    length = (window.end - window.start) / MINUTE
    # Whole minutes: one that the incident touches belongs to it.
    incident = Window(around.incident.start // MINUTE * MINUTE, -(-around.incident.end // MINUTE) * MINUTE)
    phases = [
        _cut(Window(window.start, incident.start), window),
        _cut(incident, window),
        _cut(Window(incident.end, window.end), window),
    ]
    known = found.between(window)[2]
    unknown = max(0.0, length - known)
    allowed_min = budget_minutes(each.target, length)
    rate = found.rate() or 0.0
    blank = Spend("", "minutes", kind, window, allowed_min, 0.0, 0.0, 0.0, None, None, unknown / length)
    slice_target = each.slice_target if each.slice_target is not None else each.target
    down = [calendars.covered([*around.others, around.incident], part) / MINUTE for part in phases]
    rows = [
        _told(
            replace(blank, method="timeslices"), [_bad_minutes(found, part, slice_target) for part in phases], unknown
        ),
        _told(replace(blank, method="ratio_timeslices"), [_error_minutes(found, part) for part in phases], unknown),
        _told(replace(blank, method="full_downtime"), down, 0.0),
    ]
    if found.is_counted and rate:
        allowed = float(allowance(each.target) * exact(rate) * exact(length))
        events = replace(blank, method="occurrences", unit="requests", allowed=allowed)
        rows.insert(0, _told(events, [float(found.between(part)[0]) for part in phases], unknown * rate))
    return rows


def _cut(part: Window, window: Window) -> Window:
    start = min(max(part.start, window.start), window.end)
    return Window(start, max(start, min(part.end, window.end)))


def _told(row: Spend, lost: Sequence[float], unknown: float) -> Spend:
    total = math.fsum(lost)
    allowed = row.allowed or 0.0
    before, during, after = lost
    return replace(
        row, before=before, during=during, after=after, consumed=total / allowed if allowed else None,
        consumed_if_bad=(total + unknown) / allowed if allowed else None,
    )  # fmt: skip


def _indexes(found: Minutes, part: Window) -> range:
    low = max(0, -(-(part.start - found.start) // MINUTE))
    return range(low, max(low, min(len(found.total), -(-(part.end - found.start) // MINUTE))))


def _bad_minutes(found: Minutes, part: Window, target: float) -> float:
    limit = allowance(target)
    return float(
        sum(found.total[i] > 0 and exact(found.bad[i]) > limit * found.total[i] for i in _indexes(found, part))
    )


def _error_minutes(found: Minutes, part: Window) -> float:
    return math.fsum(found.bad[i] / found.total[i] for i in _indexes(found, part) if found.total[i])


def burns(each: Objective, found: Minutes) -> tuple[Burn, ...]:
    """The peak over each standard window that the data fills, at the end of the minute in which it was reached."""
    rows = []
    for width in WINDOWS_S:
        size = width // 60
        if size > len(found.total) or not any(found.total):
            continue
        bads, totals = _sums(found.bad), _sums(found.total)
        ratios = [
            ((bads[i] - bads[i - size]) / (totals[i] - totals[i - size]), -i)
            for i in range(size, len(bads))
            if totals[i] > totals[i - size]
        ]
        if ratios:
            top, place = max(ratios)
            rows.append(Burn(width, burn_rate(top, each.target), found.start - place * MINUTE))
    return tuple(rows)


def _sums(values: Sequence[int]) -> list[int]:
    sums = [0]
    for each in values:
        sums.append(sums[-1] + each)
    return sums


def alerts(each: Objective, found: Minutes, incident: Window) -> tuple[BurnAlert, ...]:
    """When the Workbook's multi-window alerts would have fired in the incident.

    What came before the data is taken as good, at its average rate: the alert fires then at the latest.
    """
    pairs = burning.workbook(each.window_days)
    rate = round(found.rate() or 0)
    pad = max(0, max(pair.long_s for pair in pairs) // 60)
    bad, total = [0] * pad + list(found.bad), [rate] * pad + list(found.total)
    allowed = float(allowance(each.target)) * (found.rate() or 0) * each.window_days * 1_440
    rows = []
    for pair in pairs:
        at, until = None, None
        for firing in burning.firings(bad, total, each.target, pair):
            begins = found.start + (firing.at - pad + 1) * MINUTE
            ends = found.start + (firing.until - pad + 1) * MINUTE
            if begins < incident.end + LAG and ends > incident.start:
                at, until = begins, ends if firing.until < len(bad) else None
                spent = sum(bad[: firing.at + 1]) / allowed if allowed else None
                break
        rows.append(
            BurnAlert(
                "workbook", pair.short_s, pair.long_s, pair.factor, pair.severity, at, until, spent if at else None
            )
        )
    return tuple(rows)
