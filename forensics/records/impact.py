"""What the incident cost: measures with intervals, service levels, recovery."""

from dataclasses import dataclass

from forensics.records.evidence import Evidence, Statement
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
    """An SLO against what was measured; ``assumed`` where nobody declared it, ``met`` None where it is unknown."""

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


@dataclass(frozen=True, slots=True)
class Recovery:
    """A signal before, during and after; ``recovered`` None where no data follows the incident."""

    component: str
    metric: str
    unit: str
    before: float | None
    during: float | None
    after: float | None
    recovered: bool | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """A minute of the edge's traffic for the charts."""

    minute: Micros
    requests: int
    errors: int


@dataclass(frozen=True, slots=True)
class Impact:
    """The impact of the incident; estimates keyed by the names of the report contract."""

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
