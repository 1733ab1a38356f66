"""The whole report."""

from dataclasses import dataclass, field
from typing import Any

from forensics.records.report.investigation import (
    AffectedOut,
    CandidateOut,
    ChangeOut,
    EventOut,
    GraphOut,
    HealthOut,
    HypothesisOut,
    IncidentOut,
    SeriesOut,
    TemplateOut,
    VerdictOut,
)
from forensics.records.report.outcome import (
    AlertOut,
    EvidenceOut,
    GapOut,
    ImpactOut,
    RecoveryOut,
    RemediationOut,
    SloOut,
)
from forensics.records.report.prose import Prose
from forensics.records.report.service import AlertingOut, DetectionOut, ForecastOut, ResponseOut, SlaOut

SCHEMA_VERSION = "1"


@dataclass(frozen=True, slots=True)
class ToolOut:
    """Who made the report."""

    name: str
    version: str
    definitions_sha256: str


@dataclass(frozen=True, slots=True)
class FileOut:
    """A file of the bundle and how it was read."""

    path: str
    sha256: str
    bytes: int
    format: str
    kind: str
    rows: int
    rejected: int
    first_time: str | None
    last_time: str | None
    zone_source: str
    shift_us: int
    note: str


@dataclass(frozen=True, slots=True)
class RejectOut:
    """Something in a file that was not understood; ``n`` counts all of this reason."""

    file: str
    line: int
    reason: str
    sample: str
    n: int


@dataclass(frozen=True, slots=True)
class SourceOut:
    """A file in the matrix of sources by time: its rows in each slot."""

    file: str
    table: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MatrixOut:
    """Sources by time: slots of ``slot_s`` seconds from ``start``."""

    start: str
    slot_s: float
    sources: tuple[SourceOut, ...]


@dataclass(frozen=True, slots=True)
class CoverageOut:
    """What was read, and what was not."""

    files_read: int
    files_unread: int
    rows: int
    rejected: int
    sources: dict[str, int]
    rejects: tuple[RejectOut, ...]
    notices: tuple[str, ...]
    matrix: MatrixOut


@dataclass(frozen=True, slots=True)
class BundleOut:
    """The bundle the report is about."""

    name: str
    sha256: str
    files: tuple[FileOut, ...]
    coverage: CoverageOut


@dataclass(frozen=True, slots=True)
class ClockOut:
    """What was decided about the clock of a file, or of a component's spans (``file`` empty).

    ``decision`` is one of those of the case table ``clocks``; ``offset_s`` with ``low_s`` and ``high_s`` is how far it stood from
    ``against``, measured over ``pairs`` shared ids of which ``agreeing`` agree; ``shift_s`` is what was added to its times.
    ``is_odd`` where the clock was not simply read as written, or a zone or order of day and month had to be assumed.
    """

    claim: str
    file: str
    component: str
    decision: str
    is_odd: bool
    text: str
    against: str
    offset_s: float | None
    low_s: float | None
    high_s: float | None
    pairs: int
    agreeing: int
    shift_s: float
    steps_back: int
    largest_step_s: float
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClocksOut:
    """The clock audit: every decision, and what the clocks mean for the order of causes."""

    order: tuple[Prose, ...]
    rows: tuple[ClockOut, ...]


@dataclass(frozen=True, slots=True)
class ReviewOut:
    """What people changed in ``review.yaml``, by claim; ``edits`` in full (decision, text, note, owner, due, by), orphans too.

    ``verdict`` (status, component, summary, by, note) is the people's own; the machine's stands unchanged in ``verdict`` above.
    """

    accepted: tuple[str, ...] = ()
    rejected: tuple[str, ...] = ()
    reworded: tuple[str, ...] = ()
    orphaned: tuple[str, ...] = ()
    edits: dict[str, dict[str, str]] = field(default_factory=dict)
    verdict: dict[str, str] = field(default_factory=dict)
    lessons: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sections: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """``report.json``. ``seal`` is the SHA-256 of the canonical JSON without it: it detects damage, not forgery.

    ``options`` are those of the analysis that differ from their defaults (``records.options.recorded``). ``figures`` holds what
    pictures are drawn from: ``messages`` and ``latency`` (counts by row and column of ``step_s`` seconds), ``transactions``,
    ``budget``, ``reach``; a key is missing where there is nothing to draw.
    """

    schema_version: str
    tool: ToolOut
    bundle: BundleOut
    redaction: dict[str, int]
    incident: IncidentOut
    verdict: VerdictOut
    candidates: tuple[CandidateOut, ...]
    hypotheses: tuple[HypothesisOut, ...]
    changes: tuple[ChangeOut, ...]
    contributing_factors: tuple[Prose, ...]
    timeline: tuple[EventOut, ...]
    graph: GraphOut
    series: tuple[SeriesOut, ...]
    blast_radius: tuple[AffectedOut, ...]
    templates: tuple[TemplateOut, ...]
    clusters: tuple[dict[str, Any], ...]
    health: tuple[HealthOut, ...]
    saturation: tuple[dict[str, Any], ...]
    requests: tuple[dict[str, Any], ...]
    slo: tuple[SloOut, ...]
    sla: tuple[SlaOut, ...]
    impact: ImpactOut
    recovery: tuple[RecoveryOut, ...]
    detection: DetectionOut
    forecast: tuple[ForecastOut, ...]
    alerts: tuple[AlertOut, ...]
    similar_incidents: tuple[dict[str, Any], ...]
    lessons: dict[str, Any]
    remediation: RemediationOut
    actions: tuple[dict[str, Any], ...]
    runbook: tuple[dict[str, Any], ...]
    communications: dict[str, Any]
    data_gaps: tuple[GapOut, ...]
    clocks: ClocksOut
    evidence: dict[str, EvidenceOut]
    review: ReviewOut
    seal: str
    options: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)
    knowledge_base: dict[str, Any] = field(default_factory=dict)
    response: tuple[ResponseOut, ...] = ()
    alerting: AlertingOut | None = None
