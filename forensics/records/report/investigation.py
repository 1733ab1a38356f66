"""Report types: verdict, candidates, changes, timeline, graph, templates, health."""

from dataclasses import dataclass
from typing import Literal

from forensics.records.report.prose import Ids, Instant, Prose, Span

Status = Literal["identified", "probable", "inconclusive", "no_incident"]
Category = Literal[
    "code_defect",
    "configuration_error",
    "resource_exhaustion",
    "dependency_failure",
    "infrastructure",
    "traffic",
    "data_quality",
    "certificate",
    "security",
    "unknown",
]
Remediation = Literal[
    "rollback",
    "roll-forward",
    "config-revert",
    "feature-flag-disable",
    "scale",
    "failover",
    "reschedule",
    "rotate-cert",
    "purge-bad-data",
    "escalate-upstream",
    "restart",
    "none",
]


@dataclass(frozen=True, slots=True)
class MarksOut:
    """The marks of the timeline."""

    onset: Instant
    detected: Instant
    acknowledged: Instant
    mitigated: Instant
    resolved: Instant


@dataclass(frozen=True, slots=True)
class WindowOut:
    """The incident window and who set it."""

    start: str
    end: str
    source: Literal["declared", "alert", "symptom", "detected", "none"]


@dataclass(frozen=True, slots=True)
class IncidentOut:
    """What happened, when; ``timezone`` names the zone in which local times are shown, "" for UTC alone."""

    claim: str
    title: str
    window: WindowOut
    baselines: tuple[Span, ...]
    severity: str
    marks: MarksOut
    why: tuple[Prose, ...]
    evidence: Ids
    timezone: str = ""


@dataclass(frozen=True, slots=True)
class MissingOut:
    """What would settle an open question."""

    what: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class VerdictOut:
    """The answer."""

    claim: str
    status: Status
    category: Category
    summary: tuple[Prose, ...]
    first_failing_component: str | None
    failure_mode: str | None
    failure_mode_title: str | None
    trigger: tuple[Prose, ...]
    change: str | None
    remediation: Remediation
    confidence: float
    missing: tuple[MissingOut, ...]
    evidence: Ids


@dataclass(frozen=True, slots=True)
class CandidateOut:
    """A possible root cause."""

    claim: str
    rank: int
    component: str
    kind: str
    score: float
    confidence: float
    onset: Instant
    failure_mode: str | None
    reasons: tuple[Prose, ...]
    against: tuple[Prose, ...]
    evidence: Ids


@dataclass(frozen=True, slots=True)
class HypothesisOut:
    """A possible explanation, with both sides. ``for_`` is written ``for`` in JSON."""

    claim: str
    text: str
    status: Literal["supported", "rejected", "open"]
    for_: tuple[Prose, ...]
    against: tuple[Prose, ...]
    evidence: Ids


@dataclass(frozen=True, slots=True)
class FactOut:
    """What a change does, told from its code: ``before`` and ``after`` as written, ``risk`` from 0 to 1."""

    kind: str
    subject: str
    before: str
    after: str
    path: str
    causes: tuple[str, ...]
    risk: float


@dataclass(frozen=True, slots=True)
class ChangeOut:
    """A change of the bundle and the verdict on it; ``facts`` (of a guilty one) say what it does, riskiest first."""

    claim: str
    id: str
    time: Instant
    kind: str
    component: str
    ref: str
    title: str
    verdict: Literal["guilty", "cleared", "possible"]
    reason: Prose
    evidence: Ids
    facts: tuple[FactOut, ...] = ()


@dataclass(frozen=True, slots=True)
class EventOut:
    """A row of the timeline."""

    claim: str
    time: str
    component: str
    kind: str
    text: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class NodeOut:
    """A node of the causal graph."""

    component: str
    role: str
    onset: Instant
    surprise: float


@dataclass(frozen=True, slots=True)
class EdgeOut:
    """An edge of the causal graph: ``source`` depends on ``target``."""

    source: str
    target: str
    kind: str
    origin: str
    weight: float


@dataclass(frozen=True, slots=True)
class GraphOut:
    """The causal graph."""

    nodes: tuple[NodeOut, ...]
    edges: tuple[EdgeOut, ...]


@dataclass(frozen=True, slots=True)
class SeriesOut:
    """A series for the charts: values by instant, thinned to at most 1,500 points."""

    claim: str
    component: str
    metric: str
    unit: str
    role: str
    times: tuple[str, ...]
    values: tuple[float | None, ...]
    baseline_low: float | None
    baseline_high: float | None
    evidence: Ids


@dataclass(frozen=True, slots=True)
class AffectedOut:
    """A component in the blast radius."""

    claim: str
    component: str
    role: Literal["origin", "affected"]
    onset: Instant
    via: tuple[str, ...]
    symptoms: tuple[Prose, ...]
    evidence: Ids


@dataclass(frozen=True, slots=True)
class TemplateOut:
    """A log template with its rates (a minute) before and during; ``lift`` is None where it was never seen before."""

    claim: str
    template_id: str
    template: str
    count: int
    baseline_rate: float | None
    incident_rate: float
    lift: float | None
    first_seen: str
    components: tuple[str, ...]
    severity: int
    example: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class HealthOut:
    """A health check."""

    claim: str
    area: str
    check: str
    component: str
    status: Literal["ok", "warn", "critical", "unknown"]
    value: float | None
    unit: str
    threshold: float | None
    baseline: float | None
    evidence: Ids
