"""Impact, service levels and recovery as report rows."""

from forensics.clock import iso
from forensics.records.case import Case
from forensics.records.impact import Estimate, Slo
from forensics.records.report.outcome import BudgetOut, EstimateOut, ImpactOut, RecoveryOut, SloOut
from forensics.records.report.prose import claim
from forensics.records.report.service import BurnAlertOut, BurnOut, SpendOut
from forensics.records.service import BurnAlert, Spend
from forensics.records.window import Micros
from forensics.report.citing import Register, span

MEASURES = (
    "duration_s",
    "requests",
    "failed_requests",
    "users_affected",
    "failed_transactions",
    "lost_transactions",
    "revenue",
    "users_not_recovered",
    "unattributed_errors",
    "retry_amplification",
    "recovered_transactions",
    "net_revenue",
)


def impact(case: Case, register: Register) -> ImpactOut:
    """Every measure with its method in words."""
    found = ((name, getattr(case.impact, name)) for name in MEASURES)
    rows = {name: _estimate(name, each, register) for name, each in found if each is not None}
    return ImpactOut(**rows, notes=register.proses(case.impact.notes))


def _estimate(name: str, each: Estimate, register: Register) -> EstimateOut:
    method = register.prose(each.method)
    ids = (*register.cite(each.evidence), *method.evidence)
    return EstimateOut(claim("impact", "", name), each.estimate, each.low, each.high, each.unit, method.text, ids)


def slos(case: Case, register: Register) -> tuple[SloOut, ...]:
    """Service level objectives."""
    return tuple(_slo(each, register) for each in case.impact.slos)


def _slo(each: Slo, register: Register) -> SloOut:
    budget = each.budget
    return SloOut(
        claim("slo", each.component, each.name), each.name, each.component, each.sli, each.objective, each.window,
        span(each.measured), each.actual, each.met, each.method, each.assumed,
        BudgetOut(
            budget.method, budget.allowed, budget.spent, budget.consumed, budget.allowed_minutes, budget.spent_minutes,
        ) if budget else None,
        each.burn_rate, each.unknown_share, register.cite(each.evidence),
        actual_if_bad=each.actual_if_bad,
        spends=tuple(_spend(one) for one in each.spends),
        burns=tuple(BurnOut(one.window_s, one.peak, iso(one.peak_at)) for one in each.burns),
        alerts=tuple(_alert(one) for one in each.alerts),
        exhaustion_h=each.exhaustion_h,
        remark=register.prose(each.remark).text if each.remark else "",
    )  # fmt: skip


def _spend(each: Spend) -> SpendOut:
    return SpendOut(
        each.method, each.unit, each.kind, span(each.window), each.allowed, each.before, each.during, each.after,
        each.consumed, each.consumed_if_bad, each.unknown_share,
    )  # fmt: skip


def _alert(each: BurnAlert) -> BurnAlertOut:
    return BurnAlertOut(
        each.scheme, each.short_s, each.long_s, each.factor, each.severity, at(each.fires_at), at(each.ends_at), each.spent
    )  # fmt: skip


def at(time: Micros | None) -> str | None:
    """An instant as the report writes it."""
    return None if time is None else iso(time)


def recovery(case: Case, register: Register) -> tuple[RecoveryOut, ...]:
    """Signals before, during and after."""
    return tuple(
        RecoveryOut(
            claim("recovery", each.component, each.metric), each.component, each.metric, each.unit, each.before, each.during,
            each.after, each.recovered, register.cite(each.evidence), at(each.recovered_at), each.p_value, each.lingering,
        )
        for each in case.impact.recovery
    )  # fmt: skip
