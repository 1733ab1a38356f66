"""Report types: budgets, burn rates, agreements, response times, detection rules, forecasts, alert groups."""

from dataclasses import dataclass

from forensics.records.report.prose import Ids, Instant, Prose, Span


@dataclass(frozen=True, slots=True)
class SpendOut:
    """One way of counting what an SLO's window lost: ``allowed``, and ``before``, ``during``, ``after`` the incident.

    ``method`` is occurrences, timeslices, ratio_timeslices or full_downtime; ``unit`` requests or minutes; ``kind`` says
    how ``window`` is laid (``30 d rolling``, ``calendar month``). ``consumed`` and ``consumed_if_bad`` are ratios: what
    nobody measured (``unknown_share`` of the window) taken as good, and as bad.
    """

    method: str
    unit: str
    kind: str
    window: Span
    allowed: float | None
    before: float
    during: float
    after: float
    consumed: float | None
    consumed_if_bad: float | None
    unknown_share: float


@dataclass(frozen=True, slots=True)
class BurnOut:
    """The highest burn rate over a trailing window, and when it was reached."""

    window_s: int
    peak: float
    peak_at: Instant


@dataclass(frozen=True, slots=True)
class BurnAlertOut:
    """A multi-window burn-rate alert and when it would have fired; ``spent`` is the share of the budget gone by then."""

    scheme: str
    short_s: int
    long_s: int
    factor: float
    severity: str
    fires_at: Instant
    ends_at: Instant
    spent: float | None


@dataclass(frozen=True, slots=True)
class SlaOut:
    """An SLA scheme over one calendar month; percentages, what nobody measured as up and as down.

    ``assumed``: nobody declared the scheme; the row says what it would mean if it held. ``exposure`` is money.
    """

    claim: str
    scheme: str
    style: str
    source: str
    window: Span
    uptime_percent: float
    uptime_if_down: float
    down_minutes: float | None
    credit_percent: float
    exposure: float | None
    currency: str
    unknown_share: float
    assumed: bool
    method: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class ResponseOut:
    """A response time: ``name`` is detect, acknowledge, mitigate or recover; seconds are negative for a lead.

    Measured from ``anchor`` (impact start; for acknowledge: detection) to ``mark``; ``said_by`` is alert, note or
    telemetry, "" without a mark.
    """

    claim: str
    name: str
    seconds: float | None
    anchor: Instant
    mark: Instant
    said_by: str
    objective_s: float | None
    met: bool | None
    assumed: bool
    evidence: Ids


@dataclass(frozen=True, slots=True)
class RuleOut:
    """A rule that could have paged: when it would have fired, and how often falsely in ``baseline_h`` hours.

    ``false_alarms_in_baseline`` is None where the baseline is under 24 h. ``lead_s``: earlier than the first alert.
    """

    claim: str
    name: str
    kind: str
    component: str
    metric: str
    text: str
    expr: str
    for_s: int
    would_fire_at: Instant
    lead_s: float | None
    false_alarms_in_baseline: int | None
    baseline_h: float
    evidence: Ids


@dataclass(frozen=True, slots=True)
class DetectionOut:
    """How the incident was noticed and how it could have been: ``gap_s`` from the earliest signal to the first alert."""

    earliest_signal: Instant
    earliest_what: str
    first_alert: Instant
    gap_s: float | None
    rules: tuple[RuleOut, ...]
    evidence: Ids


@dataclass(frozen=True, slots=True)
class ForecastOut:
    """Something that runs out, or nearly did (``near_miss``): seconds to the limit with a 90 % interval."""

    claim: str
    kind: str
    component: str
    subject: str
    at: Instant
    value: float
    limit: float
    unit: str
    slope_per_h: float | None
    time_to_limit_s: float | None
    low_s: float | None
    high_s: float | None
    near_miss: bool
    text: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class AlertGroupOut:
    """Alerts of one cause: ``role`` is cause, symptom, early or unrelated; ``alerts`` are claims of the alert rows."""

    claim: str
    rank: int
    component: str
    title: str
    role: str
    first: Instant
    last: Instant
    alerts: tuple[str, ...]
    duplicates: int
    flapping: int
    text: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class AlertingOut:
    """Alerts grouped and ranked; ``noise_ratio`` is the share that told nothing new; ``silent`` what no alert named."""

    groups: tuple[AlertGroupOut, ...]
    alerts: int
    noise_ratio: float | None
    silent: tuple[Prose, ...]
