"""Service levels, agreements, response times, detection, forecasts and alerts, as the stages found them."""

from dataclasses import dataclass

from forensics.records.evidence import Evidence, Statement
from forensics.records.window import Micros, Window


@dataclass(frozen=True, slots=True)
class Spend:
    """One way of counting what an SLO's window lost: ``allowed``, and ``before``, ``during``, ``after`` the incident.

    ``method`` is occurrences, timeslices, ratio_timeslices or full_downtime; ``unit`` requests or minutes; ``window``
    is the stretch counted over, named by ``kind`` (``30 d rolling``, ``calendar month``). ``consumed`` takes what nobody
    measured as good, ``consumed_if_bad`` as bad; ``unknown_share`` is how much of the window that is.
    """

    method: str
    unit: str
    kind: str
    window: Window
    allowed: float | None
    before: float
    during: float
    after: float
    consumed: float | None
    consumed_if_bad: float | None
    unknown_share: float


@dataclass(frozen=True, slots=True)
class Burn:
    """The highest burn rate over a trailing window of ``window_s``, and the minute in which it was reached."""

    window_s: int
    peak: float
    peak_at: Micros


@dataclass(frozen=True, slots=True)
class BurnAlert:
    """A multi-window burn-rate alert: when it would have fired; both None where it would not.

    ``spent`` is the share of the window's budget that was gone by then.
    """

    scheme: str
    short_s: int
    long_s: int
    factor: float
    severity: str
    fires_at: Micros | None
    ends_at: Micros | None
    spent: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """An SLA scheme over the calendar months that the incident touches.

    ``uptime_percent`` takes what nobody measured as up, ``uptime_if_down`` as down. ``exposure`` is the credit in money
    where the monthly fee is declared. ``assumed`` where nobody declared the scheme: what it would mean if it held.
    """

    scheme: str
    style: str
    source: str
    window: Window
    uptime_percent: float
    uptime_if_down: float
    down_minutes: float | None
    credit_percent: float
    exposure: float | None
    currency: str
    unknown_share: float
    assumed: bool
    method: Statement
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Response:
    """How long it took to ``name`` (detect, acknowledge, mitigate, recover); negative where it came before the impact.

    ``anchor`` and ``mark`` are the instants; ``said_by`` is where the mark comes from (alert, note, telemetry).
    """

    name: str
    seconds: float | None
    anchor: Micros | None
    mark: Micros | None
    said_by: str
    objective_s: float | None
    met: bool | None
    assumed: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that could have paged, tried on the bundle.

    ``kind`` is threshold, ratio, burn_rate or absence. ``false_alarms`` counts separate firings in ``baseline_h`` hours
    outside the incident, None where the baseline is shorter than 24 h. ``lead_s`` is how much earlier than the first
    alert of the bundle it fires (negative: later), None without such an alert. ``expr`` is PromQL.
    """

    name: str
    kind: str
    component: str
    metric: str
    text: Statement
    expr: str
    for_s: int
    fires_at: Micros | None
    lead_s: float | None
    false_alarms: int | None
    baseline_h: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Detection:
    """How the incident was noticed, and how it could have been; the best rules first."""

    earliest: Micros | None
    earliest_what: str
    first_alert: Micros | None
    rules: tuple[Rule, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Something that runs out: seconds from ``at`` until ``limit`` is met, with a 90 % interval.

    ``kind`` is disk, memory, connections, queue, certificate, budget, quota or other. ``near_miss`` is True where it is
    how close the incident came and not what lies ahead. ``high_s`` None: perhaps never.
    """

    kind: str
    component: str
    subject: str
    at: Micros
    value: float
    limit: float
    unit: str
    slope_per_h: float | None
    time_to_limit_s: float | None
    low_s: float | None
    high_s: float | None
    near_miss: bool
    text: Statement
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts of one cause, most useful group first.

    ``role`` is cause (it names the first failing component), symptom, early (before the incident), unrelated. ``members``
    are row numbers of the bundle's alerts in time order; ``duplicates`` are repeats of one alert; ``flapping`` counts
    alerts that fired three times or more within an hour.
    """

    component: str
    title: str
    role: str
    rank: int
    first: Micros | None
    last: Micros | None
    members: tuple[int, ...]
    duplicates: int
    flapping: int
    text: Statement
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Alerting:
    """The bundle's alerts in groups; ``noise_ratio`` is the share that told nothing new; ``silent`` what no alert named."""

    groups: tuple[AlertGroup, ...] = ()
    alerts: int = 0
    noise_ratio: float | None = None
    silent: tuple[Statement, ...] = ()
