"""Every measure of the impact, or what to export so that it can be measured."""

from forensics.impact import crediting, detection, edge, levels, recovery, responding
from forensics.library import Library
from forensics.measuring import count
from forensics.records.bundle import Bundle
from forensics.records.cause import Ranking
from forensics.records.evidence import CountEvidence, Evidence, Scalar, Statement
from forensics.records.impact import Estimate, Impact
from forensics.records.options import Options
from forensics.records.signal import Detected, Windows
from forensics.store import Store


def assess(
    bundle: Bundle,
    store: Store,
    windows: Windows,
    detected: Detected,
    ranking: Ranking,
    options: Options,
    library: Library,
) -> Impact:
    """The impact over the incident window; what cannot be measured says what is missing."""
    found = edge.find(store, windows)
    seen = levels.measured(store, windows, found) if windows.source != "none" else None
    return Impact(
        duration_s=_duration(windows),
        requests=_requests(found, "requests"),
        failed_requests=_requests(found, "failed"),
        users_affected=_users(store, windows, found),
        failed_transactions=_transactions(store, windows, found),
        lost_transactions=_unknown("impact.no_history", "transactions"),
        revenue=_revenue(bundle, store, windows, found),
        slos=levels.assess(bundle, store, windows, found, options),
        recovery=recovery.check(store, windows, detected),
        edge=found.points if found else (),
        edge_component=found.component if found else "",
        notes=(),
        agreements=crediting.assess(bundle, seen, windows.incident, library),
        responses=responding.assess(bundle, store, windows, library),
        detection=detection.notice(windows, detected),
    )


def _duration(windows: Windows) -> Estimate:
    incident = windows.incident
    if windows.source == "none":
        return _unknown("impact.no_incident", "s")
    seconds = incident.duration_s
    says = Statement("impact.duration", {"source": windows.source, "start_at": incident.start, "end_at": incident.end})
    return Estimate(seconds, seconds, seconds, "s", says)


def _unknown(say: str, unit: str) -> Estimate:
    return Estimate(None, None, None, unit, Statement(say, {}))


def _exact(value: float, unit: str, say: str, evidence: tuple[Evidence, ...], **values: Scalar) -> Estimate:
    return Estimate(value, value, value, unit, Statement(say, values), evidence)


def _requests(found: edge.Edge | None, which: str) -> Estimate:
    if found is None:
        return _unknown("impact.no_requests", "requests")
    evidence = found.all_evidence if which == "requests" else found.failed_evidence
    value = float(found.requests if which == "requests" else found.failed)
    if found.source == "spans":
        # Traces are samples of unknown rate: what was counted is the least there can have been.
        says = Statement("impact.counted_spans", {"component": found.component, "n": value})
        return Estimate(None, value, None, "requests", says, (evidence,))
    return _exact(value, "requests", f"impact.counted_{found.source}", (evidence,), component=found.component)


def _counted(
    store: Store, windows: Windows, found: edge.Edge | None, column: str, *, failed: bool
) -> tuple[int, CountEvidence] | None:
    """Distinct values of ``column`` among the edge's requests in the window; None where the column is empty."""
    if found is None or found.source != "requests":
        return None
    tests: tuple[tuple[str, str, Scalar], ...] = (("component", "=", found.component),)
    if failed:
        tests = (*tests, ("is_error", "=", True))
    asked = CountEvidence("requests", tests, windows.incident, f"distinct:{column}", 0)
    value = count(store, asked)
    every = count(store, CountEvidence("requests", tests[:1], windows.incident, f"distinct:{column}", 0))
    if every == 0:
        return None
    return value, CountEvidence("requests", tests, windows.incident, f"distinct:{column}", value)


def _users(store: Store, windows: Windows, found: edge.Edge | None) -> Estimate:
    counted = _counted(store, windows, found, "user", failed=True)
    if counted is None:
        return _unknown("impact.no_users", "users")
    return _exact(float(counted[0]), "users", "impact.users", (counted[1],))


def _transactions(store: Store, windows: Windows, found: edge.Edge | None) -> Estimate:
    """Transactions none of whose attempts succeeded; retries count once."""
    counted = _counted(store, windows, found, "transaction", failed=True)
    if counted is None or found is None:
        return _unknown("impact.no_transactions", "transactions")
    import polars as pl

    from forensics.measuring import within

    rows = store.scan("requests").filter(
        pl.col("component") == found.component, within(windows.incident), pl.col("transaction").is_not_null()
    )
    lost = (
        rows.group_by("transaction")
        .agg(pl.col("is_error").all().alias("lost"))
        .filter("lost")
        .select(pl.len())
        .collect()
        .item()
    )
    return _exact(float(lost), "transactions", "impact.transactions", (counted[1],))


def _revenue(bundle: Bundle, store: Store, windows: Windows, found: edge.Edge | None) -> Estimate:
    """Failed orders of the business export at their own value, else failed transactions at the declared average."""
    import math

    import polars as pl

    from forensics.measuring import within

    lost = (
        store.scan("business")
        .filter(
            within(windows.incident),
            pl.col("kind") == "order",
            pl.col("outcome").str.to_lowercase().is_in(FAILED),
            pl.col("value").is_finite(),
        )
        .select("value", "currency", "id")
        .sort("id", "value")
        .collect()
    )
    if lost.height:
        currency = str(lost["currency"][0])
        tests: tuple[tuple[str, str, Scalar], ...] = (("kind", "=", "order"),)
        evidence = CountEvidence("business", tests, windows.incident, "rows", 0)
        cited = CountEvidence("business", tests, windows.incident, "rows", count(store, evidence))
        return _exact(math.fsum(lost["value"]), currency, "impact.revenue_orders", (cited,), orders=lost.height)
    average = bundle.declared.business.get("average_order_value")
    transactions = _transactions(store, windows, found).estimate
    if isinstance(average, int | float) and transactions is not None:
        currency = str(bundle.declared.business.get("currency", ""))
        most = transactions * average
        # Customers who come back later are not lost: between none and all of it.
        return Estimate(
            most, 0.0, most, currency, Statement("impact.revenue_average", {"average": average, "n": transactions})
        )
    return _unknown("impact.no_revenue", "")


FAILED = ["failed", "error", "declined", "cancelled", "abandoned", "timeout", "lost"]
