"""What the incident cost: measures with intervals, service levels, recovery."""

from dataclasses import dataclass, field

from forensics.records.evidence import Evidence, Statement
from forensics.records.service import Agreement, Alerting, Burn, BurnAlert, Detection, Forecast, Response, Spend
from forensics.records.window import Micros, Window


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval; ``low == high == estimate`` where it is exact, all None where it cannot be measured.

    ``method`` says how it was got, or what to export so that it can be.
    """

    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    method: Statement
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """An error budget over the SLO's window, in events and in minutes; ``consumed`` is a ratio and may exceed 1."""

    method: str
    allowed: float | None
    spent: float | None
    consumed: float | None
    allowed_minutes: float
    spent_minutes: float | None


@dataclass(frozen=True, slots=True)
class Slo:
    """An SLO against what was measured; ``assumed`` where nobody declared it, ``met`` None where it is unknown.

    ``actual_if_bad`` counts minutes without telemetry as bad, ``actual`` as good. ``exhaustion_h`` is how long the whole
    budget lasts at the incident's burn rate. ``remark`` says what was measured in place of what the definition asks for,
    or why nothing was.
    """

    name: str
    component: str
    sli: str
    objective: float
    window: str
    measured: Window
    actual: float | None
    met: bool | None
    method: str
    assumed: bool
    budget: Budget | None
    burn_rate: float | None
    unknown_share: float
    evidence: tuple[Evidence, ...]
    actual_if_bad: float | None = None
    spends: tuple[Spend, ...] = ()
    burns: tuple[Burn, ...] = ()
    alerts: tuple[BurnAlert, ...] = ()
    exhaustion_h: float | None = None
    remark: Statement | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """A signal before, during and after; ``recovered`` None where no data follows the incident.

    ``recovered_at`` is the first instant from which it stayed within its baseline; ``p_value`` is of the test that before
    and after are alike (Mann-Whitney, two-sided); ``lingering`` where it differs and lies on the incident's side.
    """

    component: str
    metric: str
    unit: str
    before: float | None
    during: float | None
    after: float | None
    recovered: bool | None
    evidence: tuple[Evidence, ...]
    recovered_at: Micros | None = None
    p_value: float | None = None
    lingering: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A minute of the edge's traffic for the charts."""

    minute: Micros
    requests: int
    errors: int


@dataclass(frozen=True, slots=True)
class Impact:
    """The impact of the incident; estimates keyed by the names of the report contract.

    ``failed_transactions`` never succeeded, ``recovered_transactions`` failed first and succeeded later;
    ``users_not_recovered`` met an error that no success followed within a minute.
    """

    duration_s: Estimate
    requests: Estimate
    failed_requests: Estimate
    users_affected: Estimate
    failed_transactions: Estimate
    lost_transactions: Estimate
    revenue: Estimate
    slos: tuple[Slo, ...]
    recovery: tuple[Recovery, ...]
    edge: tuple[Point, ...]
    edge_component: str
    notes: tuple[Statement, ...]
    users_not_recovered: Estimate | None = None
    unattributed_errors: Estimate | None = None
    retry_amplification: Estimate | None = None
    recovered_transactions: Estimate | None = None
    net_revenue: Estimate | None = None
    agreements: tuple[Agreement, ...] = ()
    responses: tuple[Response, ...] = ()
    detection: Detection | None = None
    forecasts: tuple[Forecast, ...] = ()
    alerting: Alerting = field(default_factory=Alerting)
