"""Impact, service levels and recovery as report rows."""

from forensics.records.case import Case
from forensics.records.impact import Estimate
from forensics.records.report.outcome import BudgetOut, EstimateOut, ImpactOut, RecoveryOut, SloOut
from forensics.records.report.prose import claim
from forensics.report.citing import Register, span

MEASURES = (
    "duration_s",
    "requests",
    "failed_requests",
    "users_affected",
    "failed_transactions",
    "lost_transactions",
    "revenue",
)


def impact(case: Case, register: Register) -> ImpactOut:
    """Every measure with its method in words."""
    rows = {name: _estimate(name, getattr(case.impact, name), register) for name in MEASURES}
    return ImpactOut(**rows, notes=register.proses(case.impact.notes))


def _estimate(name: str, each: Estimate, register: Register) -> EstimateOut:
    method = register.prose(each.method)
    ids = (*register.cite(each.evidence), *method.evidence)
    return EstimateOut(claim("impact", "", name), each.estimate, each.low, each.high, each.unit, method.text, ids)


def slos(case: Case, register: Register) -> tuple[SloOut, ...]:
    """Service level objectives."""
    return tuple(
        SloOut(
            claim("slo", each.component, each.name), each.name, each.component, each.sli, each.objective, each.window,
            span(each.measured), each.actual, each.met, each.method, each.assumed,
            BudgetOut(
                each.budget.method, each.budget.allowed, each.budget.spent, each.budget.consumed, each.budget.allowed_minutes,
                each.budget.spent_minutes,
            ) if each.budget else None,
            each.burn_rate, each.unknown_share, register.cite(each.evidence),
        )
        for each in case.impact.slos
    )  # fmt: skip


def recovery(case: Case, register: Register) -> tuple[RecoveryOut, ...]:
    """Signals before, during and after."""
    return tuple(
        RecoveryOut(
            claim("recovery", each.component, each.metric), each.component, each.metric, each.unit, each.before, each.during,
            each.after, each.recovered, register.cite(each.evidence),
        )
        for each in case.impact.recovery
    )  # fmt: skip
