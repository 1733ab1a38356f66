"""The incident window: declared, else told by an alert or a symptom, else detected; and its baselines."""

from forensics.records.bundle import Declared, Symptom
from forensics.records.evidence import Scalar, Statement
from forensics.records.options import Options
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store
from forensics.windows import marks
from forensics.windows.stretches import Stretch, alarming

# A baseline longer than the data needs says nothing more; a day holds every hour once.
LONGEST_BASELINE = 26 * 60 * MINUTE
# What happens right before the detected onset may be the incident building up.
GUARD = MINUTE
# A single earlier incident fills much of a baseline shorter than this; then the time after the incident counts as well.
SHORT_BASELINE = 60 * MINUTE


def find(store: Store, declared: Declared, options: Options, symptom: Symptom | None) -> Windows:
    """The incident window and its baselines; ``source`` is ``none`` where nothing points at an incident."""
    span = store.span()
    if span is None:
        empty = Window(0, 1)
        return Windows(empty, "none", (), Marks(), (Statement("windows.no_times", {}),))
    incident, source, why, stretch = _incident(store, declared, options, symptom, span)
    baselines = _baselines(declared, incident, span)
    onset = stretch.window.start if stretch else None
    found = marks.read(store, incident, source, onset)
    return Windows(incident, source, baselines, found, why)


def _incident(
    store: Store, declared: Declared, options: Options, symptom: Symptom | None, span: Window
) -> tuple[Window, str, tuple[Statement, ...], Stretch | None]:
    asked = _asked(options, declared, span)
    if asked is not None:
        stretch = alarming(store, asked, asked.start)
        says = Statement("windows.declared", {"start_at": asked.start, "end_at": asked.end})
        return asked, "declared", (says,), stretch
    alert = marks.first_alert(store)
    near = alert.time if alert else symptom.since if symptom else None
    stretch = alarming(store, span, near)
    if stretch is not None:
        values: dict[str, Scalar] = {
            "start_at": stretch.window.start,
            "end_at": stretch.window.end,
            "what": stretch.what,
            "component": stretch.component,
        }
        source = "alert" if alert else "symptom" if near is not None else "detected"
        return stretch.window, source, (Statement("windows.detected", values, stretch.evidence),), stretch
    if near is not None:
        start = max(span.start, near - 30 * MINUTE)
        window = Window(start, max(span.end, start + MINUTE))
        source = "alert" if alert else "symptom"
        return window, source, (Statement("windows.near", {"start_at": window.start, "end_at": window.end}),), None
    middle = span.start + (span.end - span.start) // 2
    return Window(middle, max(span.end, middle + 1)), "none", (Statement("windows.nothing", {}),), None


def _asked(options: Options, declared: Declared, span: Window) -> Window | None:
    """What the command line says, else what the bundle's owner says; an open end is the end of the data."""
    if options.start is not None or options.end is not None:
        start = options.start if options.start is not None else span.start
        end = options.end if options.end is not None else span.end
        return Window(start, max(end, start + 1))
    return declared.window


def _baselines(declared: Declared, incident: Window, span: Window) -> tuple[Window, ...]:
    """Declared baselines, else the time before the incident, and after it where that is short; other incidents are left out."""
    if declared.baseline_windows:
        kept = [each for each in declared.baseline_windows if not each.overlaps(incident)]
        apart = [part for each in kept for part in _without(each, declared.other_incidents)]
        # Where subtracting leaves nothing, a baseline with another incident in it is better than none.
        return tuple(sorted(apart or kept))
    before = Window(max(span.start, incident.start - LONGEST_BASELINE), incident.start - GUARD)
    # What an incident leaves behind lasts about as long as it did.
    after = Window(incident.end + max(GUARD, incident.end - incident.start), span.end)
    usable = [each for each in (before, after) if each.end - each.start >= MINUTE]
    if before in usable and before.end - before.start >= SHORT_BASELINE:
        usable = [before]
    apart = [part for each in usable for part in _without(each, declared.other_incidents)]
    return tuple(apart or usable)


def _without(window: Window, others: tuple[Window, ...]) -> list[Window]:
    """``window`` with ``others`` cut out; parts shorter than a minute are dropped."""
    parts = [window]
    for other in others:
        cut = [
            part
            for each in parts
            for part in (
                (Window(each.start, other.start), Window(other.end, each.end)) if each.overlaps(other) else (each,)
            )
        ]
        parts = [part for part in cut if part.end - part.start >= MINUTE]
    return sorted(parts)
