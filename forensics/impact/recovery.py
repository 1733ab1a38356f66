"""Whether what moved came back: signals before, during and after the incident."""

from forensics.measuring import series
from forensics.records.evidence import SeriesEvidence
from forensics.records.impact import Recovery
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import MINUTE, Window
from forensics.store import Store

# The first minutes after the end still drain queues.
SETTLING = 2 * MINUTE
LONGEST = 60 * MINUTE
MOST = 20
# Returned when what is left of the shift is less than this share of it.
LEFT = 0.2


def check(store: Store, windows: Windows, detected: Detected) -> tuple[Recovery, ...]:
    """The largest metric shifts, each with its level after the incident; None where no data follows."""
    span = store.span()
    after = Window(windows.incident.end + SETTLING, min(windows.incident.end + LONGEST, span.end if span else 0))
    shifts = [each for each in detected.signals if each.kind == "level_shift" and each.evidence][:MOST]
    return tuple(_recovered(store, each, after) for each in shifts)


def _recovered(store: Store, signal: Signal, after: Window) -> Recovery:
    seen = signal.evidence[0]
    assert isinstance(seen, SeriesEvidence)
    asked = SeriesEvidence(seen.component, seen.metric, seen.labels, after, "median", 0.0, 0)
    found = series(store, asked) if after.end > after.start else None
    before, during = signal.before or 0.0, signal.during or 0.0
    if found is None:
        return Recovery(signal.component, signal.subject, signal.unit, before, during, None, None, signal.evidence)
    shift = abs(during - before)
    recovered = abs(found[0] - before) <= LEFT * shift
    evidence = (
        *signal.evidence,
        SeriesEvidence(seen.component, seen.metric, seen.labels, after, "median", found[0], found[1]),
    )
    return Recovery(signal.component, signal.subject, signal.unit, before, during, found[0], recovered, evidence)
