"""How the incident was noticed: the earliest signal that could have paged, and the first alert."""

from forensics.records.service import Detection
from forensics.records.signal import Detected, Signal, Windows

# Surprise, in robust deviations, from which a person would call it unusual.
CLEAR = 6.0
LEAD_US = 30 * 60_000_000


def notice(windows: Windows, detected: Detected) -> Detection:
    """The earliest clear signal of the incident and the first alert; rules are added by ``rules.try_out``."""
    incident = windows.incident
    clear = [
        each
        for each in detected.signals
        if each.onset is not None
        and each.size >= CLEAR
        and incident.start - LEAD_US <= each.onset < incident.end
    ]  # fmt: skip
    first = min(clear, key=_order, default=None)
    alert = windows.marks.detected
    if first is None or windows.source == "none":
        return Detection(None, "", alert, (), ())
    return Detection(first.onset, f"{first.component} {first.subject}".strip(), alert, (), first.evidence)


def _order(each: Signal) -> tuple[int, float, str, str, str]:
    return each.onset or 0, -each.size, each.component, each.kind, each.subject
