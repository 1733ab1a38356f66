"""Every measure of the impact, or what to export so that it can be measured."""

from forensics.impact import (
    alerting,
    crediting,
    detection,
    edge,
    forecasting,
    levels,
    losing,
    money,
    recovery,
    responding,
    rules,
    transactions,
    users,
)
from forensics.impact.estimates import exact, unknown
from forensics.impact.minutes import Minutes
from forensics.library import Library
from forensics.records.bundle import Bundle
from forensics.records.cause import Ranking
from forensics.records.evidence import Statement
from forensics.records.impact import Estimate, Impact, Slo
from forensics.records.options import Options
from forensics.records.service import Detection
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
    affected, kept_out, unattributed = users.count(store, windows, found)
    failed, recovered, amplification = transactions.count(store, windows, found)
    gross, net = money.estimate(bundle, store, windows, failed)
    slos = levels.assess(bundle, store, windows, found, options)
    return Impact(
        duration_s=_duration(windows),
        requests=_requests(found, "requests"),
        failed_requests=_requests(found, "failed"),
        users_affected=affected,
        failed_transactions=failed,
        lost_transactions=losing.estimate(bundle, store, windows, found, seen, failed),
        revenue=gross,
        slos=slos,
        recovery=recovery.check(store, windows, detected, found),
        edge=found.points if found else (),
        edge_component=found.component if found else "",
        notes=(),
        users_not_recovered=kept_out,
        unattributed_errors=unattributed,
        retry_amplification=amplification,
        recovered_transactions=recovered,
        net_revenue=net,
        agreements=crediting.assess(bundle, seen, windows.incident, library),
        responses=responding.assess(bundle, store, windows, library),
        detection=_detection(bundle, store, windows, detected, seen, slos),
        forecasts=forecasting.forecast(store, windows, seen, slos),
        alerting=alerting.group(store, windows, ranking),
    )


def _detection(
    bundle: Bundle, store: Store, windows: Windows, detected: Detected, seen: Minutes | None, slos: tuple[Slo, ...]
) -> Detection:
    """How it was noticed, and the rules that could have paged."""
    noticed = detection.notice(windows, detected)
    return rules.try_out(noticed, store, windows, detected, seen, slos, bundle.declared.other_incidents)


def _duration(windows: Windows) -> Estimate:
    incident = windows.incident
    if windows.source == "none":
        return unknown("impact.no_incident", "s")
    seconds = incident.duration_s
    says = Statement("impact.duration", {"source": windows.source, "start_at": incident.start, "end_at": incident.end})
    return Estimate(seconds, seconds, seconds, "s", says)


def _requests(found: edge.Edge | None, which: str) -> Estimate:
    if found is None:
        return unknown("impact.no_requests", "requests")
    evidence = found.all_evidence if which == "requests" else found.failed_evidence
    value = float(found.requests if which == "requests" else found.failed)
    if found.source == "spans":
        # Traces are samples of unknown rate: what was counted is the least there can have been.
        says = Statement("impact.counted_spans", {"component": found.component, "n": value})
        return Estimate(None, value, None, "requests", says, (evidence,))
    return exact(value, "requests", f"impact.counted_{found.source}", (evidence,), component=found.component)
