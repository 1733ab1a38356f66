"""The incident window, its baselines, and what behaved unusually."""

from dataclasses import dataclass

from forensics.records.evidence import Evidence, Skipped, Statement
from forensics.records.window import Marks, Micros, Window


@dataclass(frozen=True, slots=True)
class Windows:
    """When the incident was and what it is compared with.

    ``source`` is declared, alert, symptom or detected; ``none`` where nothing points at an incident, and then
    ``incident`` spans the last part of the data, so that later stages can still look. ``why`` says how it was found.
    Baselines never overlap the incident and may be empty ("no baseline" is then said).
    """

    incident: Window
    source: str
    baselines: tuple[Window, ...]
    marks: Marks
    why: tuple[Statement, ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that behaved unusually, with evidence.

    Attributes:
        kind: the detector's name in ``signals.DETECTORS``.
        component: where it was seen, verbatim.
        subject: the metric, template text, operation or state reason.
        quantity: what is measured: cpu, memory, disk, network, latency, errors, traffic, saturation, queue,
            availability, restarts, template, silence, other.
        direction: 1 rose or appeared, -1 fell or vanished.
        size: surprise in robust deviations of its own baseline, at least 0, capped at 1,000.
        onset: first unusual instant; None where it cannot be told.
        onset_error_s: half-width of the interval around ``onset``.
        before, during: typical values in ``unit`` (medians, rates a minute, ratios).
        peer: the other end for edge metrics and spans, else "".
        amount: what adds up along calls (extra time or failures of all requests), else 0.
    """

    kind: str
    component: str
    subject: str
    quantity: str
    direction: int
    size: float
    onset: Micros | None
    onset_error_s: float
    before: float | None
    during: float | None
    unit: str
    peer: str = ""
    evidence: tuple[Evidence, ...] = ()
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Detected:
    """All signals, largest first with a full sort key, and the detectors that could not run."""

    signals: tuple[Signal, ...]
    skipped: tuple[Skipped, ...]
