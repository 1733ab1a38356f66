"""Service levels: every objective against what was measured, else why it was not."""

from dataclasses import replace

from forensics.impact import budgets, burning, edge, minutes, objectives, spending, telemetry
from forensics.impact.dialects import Objective
from forensics.impact.edge import Edge
from forensics.impact.minutes import Minutes
from forensics.records.bundle import Bundle
from forensics.records.evidence import Scalar, Statement
from forensics.records.impact import Budget, Slo
from forensics.records.options import Options
from forensics.records.signal import Windows
from forensics.store import Store

# Traces are samples; fewer than this say nothing about a ratio of a thousandth.
FEWEST_SPANS = 200
MEASURABLE = ("availability", "latency")


def assess(bundle: Bundle, store: Store, windows: Windows, found: Edge | None, options: Options) -> tuple[Slo, ...]:
    """Each objective against the edge's requests, else against metrics; those that cannot be measured say why.

    Raises:
        UsageError: ``--slo`` cannot be read.
    """
    asked = objectives.read(bundle, options, found.component if found else "")
    zone = bundle.declared.timezone or "UTC"
    laid = (each if each.calendar else replace(each, zone=zone) for each in asked)
    return tuple(_assessed(each, store, windows, found, bundle) for each in laid)


def measured(store: Store, windows: Windows, found: Edge | None, each: Objective | None = None) -> Minutes | None:
    """The minutes that an objective is measured on: of its own component where that has any, else of the edge."""
    limit = each.threshold_s if each else None
    wanted = each.component if each else ""
    own = edge.at(store, windows, wanted) if wanted and (found is None or wanted != found.component) else None
    source = own or found
    if source is not None and (source.source == "requests" or source.requests >= FEWEST_SPANS):
        return minutes.of_edge(store, source, limit)
    return None if limit is not None else telemetry.minutes(store, windows.incident, (wanted,) if wanted else ())


def _assessed(each: Objective, store: Store, windows: Windows, found: Edge | None, bundle: Bundle) -> Slo:
    is_known = each.sli in MEASURABLE and not (each.sli == "latency" and each.threshold_s is None)
    seen = measured(store, windows, found, each) if is_known else None
    bad, total, known = seen.between(windows.incident) if seen else (0, 0, 0)
    length = max(1.0, windows.incident.duration_s / 60)
    if seen is None or total == 0:
        return _unmeasured(each, windows, is_known=is_known)
    exact = found if found and each.sli == "availability" and found.component == seen.component else None
    if exact and exact.requests:
        bad, total = exact.failed, exact.requests
    unknown = max(0.0, round(length) - known) / max(1, round(length))
    standing = budgets.standing(total - bad, bad, each.target, windows.incident.duration_s)
    assert standing is not None
    spent = spending.spends(each, seen, spending.Around(windows.incident, bundle.declared.other_incidents))
    burn = standing.burn_rate
    period_h = each.window_days * 24
    chosen = next((one for one in spent if one.method == each.method), spent[0] if spent else None)
    whole = chosen.consumed if chosen and chosen.consumed is not None else 0.0
    missing = unknown * total / (1 - unknown) if unknown < 1 else 0.0
    return Slo(
        each.name, each.component or seen.component, each.sli, each.target, f"{each.window_days:g} d", windows.incident,
        standing.sli, standing.sli >= each.target, each.method, each.is_assumed, _budget(each, seen, bad, total, windows),
        burn, unknown, (exact.all_evidence, exact.failed_evidence) if exact else seen.evidence,
        actual_if_bad=(total - bad) / (total + missing),
        spends=spent, burns=spending.burns(each, seen), alerts=spending.alerts(each, seen, windows.incident),
        exhaustion_h=burning.hours_to_exhaustion(burn, period_h, whole), remark=_remark(each, seen),
    )  # fmt: skip


def _budget(each: Objective, seen: Minutes, bad: int, total: int, windows: Windows) -> Budget:
    """By requests, on what the whole window allows at the average rate of the data."""
    allowed_minutes = budgets.budget_minutes(each.target, each.window_days * budgets.DAY_MINUTES)
    rate = seen.rate() or total / max(windows.incident.duration_s / 60, 1e-9)
    allowed = allowed_minutes * rate
    spent_minutes = bad / total * windows.incident.duration_s / 60
    return Budget(
        "occurrences", allowed, float(bad), bad / allowed if allowed else None, allowed_minutes, spent_minutes
    )


def _unmeasured(each: Objective, windows: Windows, *, is_known: bool) -> Slo:
    allowed = budgets.budget_minutes(each.target, each.window_days * budgets.DAY_MINUTES)
    budget = Budget("occurrences", None, None, None, allowed, None)
    says = "slo_nothing" if is_known else "slo_threshold" if each.sli == "latency" else "slo_kind"
    values: dict[str, Scalar] = {"sli": each.sli, "query": each.query}
    blank = Slo(
        each.name, each.component, each.sli, each.target, f"{each.window_days:g} d", windows.incident, None, None,
        "not_measured", each.is_assumed, budget, None, 1.0, (),
    )  # fmt: skip
    return replace(blank, remark=Statement(f"impact.{says}", values))


def _remark(each: Objective, seen: Minutes) -> Statement:
    """What was measured, and that a query of the definition was not run."""
    values: dict[str, Scalar] = {"source": seen.source, "component": seen.component, "query": each.query}
    return Statement(
        "impact.slo_measured", values | {"sli": each.sli, "threshold": each.threshold_s, "style": each.style}
    )
