"""The table of detectors, and running them."""

from collections.abc import Callable, Mapping

from forensics.library import Library
from forensics.records.evidence import Skipped
from forensics.records.signal import Detected, Signal, Windows
from forensics.signals import calls, errors, flows, levels, messages, sequences, silences, spans, states
from forensics.store import Store

Detector = Callable[[Store, Windows, Library], list[Signal]]

# What each detector needs to see, and the detector.
DETECTORS: Mapping[str, tuple[str, Detector]] = {
    "level_shift": ("metrics", levels.detect),
    "request_flow": ("metrics", flows.detect),
    "stopped_calls": ("metrics", calls.detect),
    "template_rate": ("logs", messages.detect),
    "silence": ("logs", silences.detect),
    "request_errors": ("requests", errors.detect_errors),
    "request_latency": ("requests", errors.detect_latency),
    "span_latency": ("spans", spans.detect_latency),
    "span_errors": ("spans", spans.detect_errors),
    "span_rate": ("spans", spans.detect_rates),
    "broken_sequence": ("spans", sequences.detect),
    "state_event": ("state", states.detect),
}


def detect(store: Store, windows: Windows, library: Library) -> Detected:
    """Every signal of the case, largest first; detectors without data are told in ``skipped``."""
    found: list[Signal] = []
    skipped: list[Skipped] = []
    for name, (table, detector) in DETECTORS.items():
        if not store.has(table):
            skipped.append(Skipped(name, f"no {table} in the bundle"))
        elif not windows.baselines and name != "state_event":
            skipped.append(Skipped(name, "no baseline to compare with"))
        else:
            found += detector(store, windows, library)
    return Detected(tuple(sorted(found, key=_order)), tuple(skipped))


def _order(signal: Signal) -> tuple[float, str, str, str, str, int]:
    return (-signal.size, signal.component, signal.kind, signal.subject, signal.peer, signal.direction)
