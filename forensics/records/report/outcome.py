"""Report types: impact, service levels, recovery, remedies, data gaps."""

from dataclasses import dataclass
from typing import Literal

from forensics.records.report.prose import Ids, Instant, Prose, Span
from forensics.records.report.service import BurnAlertOut, BurnOut, SpendOut


@dataclass(frozen=True, slots=True)
class EstimateOut:
    """A number with its interval and method; None where it cannot be measured."""

    claim: str
    estimate: float | None
    low: float | None
    high: float | None
    unit: str
    method: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class ImpactOut:
    """What it cost. ``failed_transactions`` never succeeded, ``recovered_transactions`` failed first and succeeded later."""

    duration_s: EstimateOut
    requests: EstimateOut
    failed_requests: EstimateOut
    users_affected: EstimateOut
    failed_transactions: EstimateOut
    lost_transactions: EstimateOut
    revenue: EstimateOut
    notes: tuple[Prose, ...]
    users_not_recovered: EstimateOut | None = None
    unattributed_errors: EstimateOut | None = None
    retry_amplification: EstimateOut | None = None
    recovered_transactions: EstimateOut | None = None
    net_revenue: EstimateOut | None = None


@dataclass(frozen=True, slots=True)
class BudgetOut:
    """An error budget; ratios, not percent."""

    method: str
    allowed: float | None
    spent: float | None
    consumed: float | None
    allowed_minutes: float
    spent_minutes: float | None


@dataclass(frozen=True, slots=True)
class SloOut:
    """An SLO against what was measured: ``actual`` takes unknown minutes as good, ``actual_if_bad`` as bad.

    ``exhaustion_h``: how long the whole budget lasts at the incident's burn rate. ``remark``: what was measured in place
    of what the definition asks for, or why nothing was.
    """

    claim: str
    name: str
    component: str
    sli: str
    objective: float
    window: str
    measured: Span
    actual: float | None
    met: bool | None
    method: str
    assumed: bool
    budget: BudgetOut | None
    burn_rate: float | None
    unknown_share: float
    evidence: Ids
    actual_if_bad: float | None = None
    spends: tuple[SpendOut, ...] = ()
    burns: tuple[BurnOut, ...] = ()
    alerts: tuple[BurnAlertOut, ...] = ()
    exhaustion_h: float | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RecoveryOut:
    """A signal before, during and after; ``p_value`` tests that before and after are alike; ``lingering`` where not."""

    claim: str
    component: str
    metric: str
    unit: str
    before: float | None
    during: float | None
    after: float | None
    recovered: bool | None
    evidence: Ids
    recovered_at: Instant = None
    p_value: float | None = None
    lingering: bool = False


@dataclass(frozen=True, slots=True)
class StepOut:
    """A remedy."""

    claim: str
    text: str
    because: str
    setting: str | None
    current: str | None
    proposed: str | None
    arithmetic: str | None
    undo: str | None
    evidence: Ids


@dataclass(frozen=True, slots=True)
class RemediationOut:
    """What to do: in two hours, in a day, in four weeks."""

    immediate: tuple[StepOut, ...]
    short_term: tuple[StepOut, ...]
    long_term: tuple[StepOut, ...]


@dataclass(frozen=True, slots=True)
class AlertOut:
    """An alert of the bundle."""

    claim: str
    time: str | None
    ended: str | None
    component: str
    name: str
    severity: str
    state: str
    summary: str
    evidence: Ids


@dataclass(frozen=True, slots=True)
class GapOut:
    """Something the bundle could not show."""

    what: str
    why: str
    effect: str


@dataclass(frozen=True, slots=True)
class EvidenceOut:
    """One piece of evidence; fields of other kinds are None. ``context`` holds lines around a line of a log."""

    kind: Literal["line", "record", "series", "count"]
    file: str | None = None
    sha256: str | None = None
    first: int | None = None
    last: int | None = None
    record: str | None = None
    text: str | None = None
    context: tuple[str, ...] = ()
    component: str | None = None
    metric: str | None = None
    labels: dict[str, str] | None = None
    table: str | None = None
    filters: tuple[tuple[str, str, str | int | float | bool | None], ...] | None = None
    measure: str | None = None
    window: Span | None = None
    statistic: str | None = None
    value: float | None = None
    n: int | None = None
