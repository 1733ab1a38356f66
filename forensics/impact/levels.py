"""Service levels: every objective against what was measured, else why it was not."""

from dataclasses import dataclass, replace

from forensics.impact import budgets, burning, edge, indicators, minutes, objectives, queries, spending, telemetry
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
LIMITED = ("latency", "throughput", "freshness")
MEASURABLE = ("availability", *LIMITED)


@dataclass(frozen=True, slots=True)
class _Measured:
    """What an objective was measured on, if at all; ``is_run`` where its own query was, else ``why`` says what kept it from being so."""

    seen: Minutes | None
    is_run: bool = False
    why: str = ""


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
    limit = each.threshold_s if each and each.sli == "latency" else None
    wanted = each.component if each else ""
    own = edge.at(store, windows, wanted) if wanted and (found is None or wanted != found.component) else None
    source = own or found
    if source is not None and (source.source == "requests" or source.requests >= FEWEST_SPANS):
        return minutes.of_edge(store, source, limit)
    named = (wanted,) if wanted else ()
    if each is not None and limit is not None:
        return indicators.latency(store, windows.incident, named, limit, each.target)
    return telemetry.minutes(store, windows.incident, named)


def _measured(each: Objective, store: Store, windows: Windows, found: Edge | None) -> _Measured:
    """By the definition's own queries where they can be evaluated on the bundle, else by what the bundle measured."""
    why = ""
    if each.asked is not None:
        try:
            return _Measured(queries.measure(store, each.asked, each.component, windows.incident), is_run=True)
        except queries.Unread as error:
            why = str(error)
    if each.sli not in MEASURABLE or (each.sli in LIMITED and each.threshold_s is None):
        return _Measured(None, why=why)
    if each.sli == "freshness":
        named = (each.component,) if each.component else ()
        return _Measured(indicators.freshness(store, windows.incident, named, each.threshold_s or 0.0), why=why)
    seen = measured(store, windows, found, each)
    return _Measured(
        indicators.throughput(seen, each.threshold_s or 0.0) if each.sli == "throughput" else seen, why=why
    )


def _assessed(each: Objective, store: Store, windows: Windows, found: Edge | None, bundle: Bundle) -> Slo:
    told = _measured(each, store, windows, found)
    seen = told.seen
    bad, total, known = seen.between(windows.incident) if seen else (0, 0, 0)
    length = max(1.0, windows.incident.duration_s / 60)
    if seen is None or total == 0:
        return _unmeasured(each, windows, told)
    is_edge = found is not None and each.sli == "availability" and found.component == seen.component and not told.is_run
    exact = found if is_edge else None
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
        exhaustion_h=burning.hours_to_exhaustion(burn, period_h, whole), remark=_remark(each, seen, told),
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


def _unmeasured(each: Objective, windows: Windows, told: _Measured) -> Slo:
    allowed = budgets.budget_minutes(each.target, each.window_days * budgets.DAY_MINUTES)
    budget = Budget("occurrences", None, None, None, allowed, None)
    is_limited = each.sli in LIMITED and each.threshold_s is None
    says = "slo_kind" if each.sli not in MEASURABLE else "slo_threshold" if is_limited else "slo_nothing"
    if told.is_run:
        says = "slo_no_events"
    values: dict[str, Scalar] = {"sli": each.sli, "query": each.query, "why": told.why, "style": each.style}
    blank = Slo(
        each.name, each.component, each.sli, each.target, f"{each.window_days:g} d", windows.incident, None, None,
        "not_measured", each.is_assumed, budget, None, 1.0, (),
    )  # fmt: skip
    return replace(blank, remark=Statement(f"impact.{says}", values))


def _remark(each: Objective, seen: Minutes, told: _Measured) -> Statement:
    """What was measured and on what; whether a query of the definition was run, and if not why."""
    values: dict[str, Scalar] = {
        "source": seen.source, "component": seen.component, "query": each.query, "style": each.style, "sli": each.sli,
        "threshold": each.threshold_s, "is_run": told.is_run, "why": told.why, "target": each.target,
    }  # fmt: skip
    flags: dict[str, Scalar] = {name: name in seen.remarks for name in ("resets", "interpolated", "mended")}
    return Statement("impact.slo_measured", values | flags)
