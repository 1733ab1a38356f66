"""The report: what every stage found, in the shape of the contract."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from forensics import __version__
from forensics import coverage as measured
from forensics.clock import iso
from forensics.library import Library
from forensics.records.case import Case
from forensics.records.finding import Saturation
from forensics.records.options import recorded
from forensics.records.report import SCHEMA_VERSION, Report
from forensics.records.report.document import ReviewOut, ToolOut
from forensics.records.report.investigation import (
    AffectedOut,
    CandidateOut,
    ChangeOut,
    EdgeOut,
    GraphOut,
    HealthOut,
    HypothesisOut,
    IncidentOut,
    MarksOut,
    MissingOut,
    NodeOut,
    VerdictOut,
    WindowOut,
)
from forensics.records.report.outcome import AlertOut, GapOut
from forensics.records.report.prose import claim
from forensics.records.window import Micros
from forensics.report import (
    actions,
    advice,
    charting,
    clocks,
    costs,
    coverage,
    drafts,
    effects,
    events,
    figuring,
    knowledge,
    lessons,
    redacting,
    service,
    templates,
    tracing,
)
from forensics.report.canonical import as_json, seal
from forensics.report.citing import Register, span
from forensics.report.wording import Words
from forensics.store import Store

# Sections of the contract that no stage fills yet.
UNKNOWN: Mapping[str, Any] = {
    "similar_incidents": (),
}


def compose(case: Case, store: Store, library: Library) -> Report:
    """The whole report, sealed."""
    words = Words(library)
    register = Register(case.bundle, words)
    covered = measured.coverage(store, case.windows.incident)
    sections: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": ToolOut("forensics", __version__, library.sha256()),
        "bundle": coverage.bundle(case, store, covered),
        "redaction": {},
        **_investigation(case, store, register),
        **_outcome(case, store, register, coverage.gaps(case, store, covered, words)),
        "clocks": clocks.clocks(case, store, register),
        "review": ReviewOut(),
        "options": recorded(case.options),
    }
    sections |= {**UNKNOWN, "evidence": register.rows()}
    whole = redacting.redact(Report(**sections, seal=""), store, library, people=case.options.redact)
    return replace(whole, seal=seal(as_json(whole)))


def _investigation(case: Case, store: Store, register: Register) -> dict[str, Any]:
    messages = templates.rows(case, store, register)
    return {
        "incident": _incident(case, register),
        "verdict": _verdict(case, register),
        "candidates": _candidates(case, register),
        "hypotheses": _hypotheses(case, register),
        "changes": _changes(case, register),
        "contributing_factors": register.proses(case.verdict.contributing),
        "timeline": events.timeline(case, store, register),
        "graph": _graph(case),
        "series": charting.series(case, store, register),
        "blast_radius": _blast_radius(case, register),
        "templates": messages,
        "clusters": templates.clusters(case),
        "health": _health(case, register),
        "saturation": tuple(_saturation(each, register) for each in case.findings.saturation),
        "requests": tracing.requests(case, store, register),
        "figures": figuring.figures(case, store, register, messages),
    }


def _outcome(case: Case, store: Store, register: Register, gaps: tuple[GapOut, ...]) -> dict[str, Any]:
    remedies = advice.remediation(case, register)
    return {
        "slo": costs.slos(case, register),
        "impact": costs.impact(case, register),
        "recovery": costs.recovery(case, register),
        "detection": service.detection(case, register),
        "sla": service.agreements(case, register),
        "response": service.responses(case, register),
        "forecast": service.forecasts(case, register),
        "alerts": (alerts := _alerts(store, register)),
        "alerting": service.alerting(case, alerts, register),
        "remediation": remedies,
        "actions": actions.actions(case, remedies, gaps, register),
        "runbook": advice.runbook(case),
        "communications": drafts.communications(case, store, register, remedies),
        "lessons": lessons.lessons(case, register),
        "knowledge_base": knowledge.knowledge_base(case, remedies, register),
        "data_gaps": gaps,
    }


def _at(time: Micros | None) -> str | None:
    return None if time is None else iso(time)


def _incident(case: Case, register: Register) -> IncidentOut:
    windows, declared = case.windows, case.bundle.declared
    marks = windows.marks
    why = register.proses(windows.why)
    return IncidentOut(
        claim("incident", "", ""),
        _title(case),
        WindowOut(iso(windows.incident.start), iso(windows.incident.end), windows.source),  # type: ignore[arg-type]
        tuple(span(each) for each in windows.baselines),
        declared.severity,
        MarksOut(
            *(_at(each) for each in (marks.onset, marks.detected, marks.acknowledged, marks.mitigated, marks.resolved))
        ),
        why,
        tuple(name for each in why for name in each.evidence),
        declared.timezone,
    )


def _title(case: Case) -> str:
    if case.bundle.declared.title:
        return case.bundle.declared.title
    verdict = case.verdict
    if verdict.status == "no_incident":
        return f"No incident found in {case.bundle.name}"
    mode = _definition(case)
    what = mode["title"] if mode else "Incident"
    return (
        f"{what} at {verdict.first_failing_component}"
        if verdict.first_failing_component
        else f"Incident in {case.bundle.name}"
    )


def _definition(case: Case) -> Mapping[str, Any]:
    for each in case.findings.modes:
        if each.mode == case.verdict.failure_mode:
            return each.definition
    return {}


def _verdict(case: Case, register: Register) -> VerdictOut:
    said = case.verdict
    summary, trigger = register.proses(said.summary), register.proses(said.trigger)
    return VerdictOut(
        claim("verdict", said.first_failing_component, said.failure_mode),
        said.status,  # type: ignore[arg-type]
        said.category,  # type: ignore[arg-type]
        summary,
        said.first_failing_component or None,
        said.failure_mode or None,
        _definition(case).get("title"),
        trigger,
        said.change,
        said.remediation,  # type: ignore[arg-type]
        said.confidence,
        tuple(MissingOut(each.what, each.why, each.command) for each in said.missing),
        tuple(dict.fromkeys(name for each in (*summary, *trigger) for name in each.evidence)),
    )


def _candidates(case: Case, register: Register) -> tuple[CandidateOut, ...]:
    found = []
    for each in case.ranking.candidates:
        reasons, against = register.proses(each.reasons), register.proses(each.against)
        ids = tuple(dict.fromkeys(name for prose in (*reasons, *against) for name in prose.evidence))
        found.append(
            CandidateOut(
                claim("candidate", each.component, each.kind), each.rank, each.component, each.kind, each.score,
                each.confidence, _at(each.onset), each.failure_mode or None, reasons, against, ids,
            )
        )  # fmt: skip
    return tuple(found)


def _hypotheses(case: Case, register: Register) -> tuple[HypothesisOut, ...]:
    found = []
    for each in case.verdict.hypotheses:
        text = register.prose(each.text)
        support, against = register.proses(each.support), register.proses(each.against)
        ids = tuple(dict.fromkeys(name for prose in (*support, *against) for name in prose.evidence))
        found.append(
            HypothesisOut(claim("hypothesis", "", text.text), text.text, each.status, support, against, ids)  # type: ignore[arg-type]
        )
    return tuple(found)


def _changes(case: Case, register: Register) -> tuple[ChangeOut, ...]:
    judged = {each.change_id: each for each in case.verdict.judgements}
    found = []
    for each in case.findings.changes:
        judgement = judged[each.id]
        found.append(
            ChangeOut(
                claim("change", each.component, each.id), each.id, _at(each.time), each.kind, each.component, each.ref,
                each.title, judgement.verdict, register.prose(judgement.reason), register.cite(each.evidence),  # type: ignore[arg-type]
                effects.facts(each) if judgement.verdict == "guilty" else (),
            )
        )  # fmt: skip
    return tuple(found)


def _graph(case: Case) -> GraphOut:
    nodes = tuple(NodeOut(each.component, each.role, _at(each.onset), each.surprise) for each in case.ranking.nodes)
    edges = tuple(EdgeOut(each.source, each.target, each.kind, each.origin, each.weight) for each in case.ranking.edges)
    return GraphOut(nodes, edges)


def _blast_radius(case: Case, register: Register) -> tuple[AffectedOut, ...]:
    if case.verdict.status == "no_incident":
        return ()
    return tuple(
        AffectedOut(
            claim("affected", each.component, each.role), each.component, each.role, _at(each.onset), each.via,  # type: ignore[arg-type]
            register.proses(each.symptoms), register.cite(each.evidence),
        )
        for each in case.ranking.blast_radius
    )  # fmt: skip


def _health(case: Case, register: Register) -> tuple[HealthOut, ...]:
    return tuple(
        HealthOut(
            claim("health", each.component, each.check), each.area, each.check, each.component, each.status, each.value,  # type: ignore[arg-type]
            each.unit, each.threshold, each.baseline, register.cite(each.evidence),
        )
        for each in case.findings.health
    )  # fmt: skip


def _saturation(each: Saturation, register: Register) -> dict[str, Any]:
    """Keys: component, resource, size, peak, holders with consumer, before and during, evidence."""
    return {
        "claim": claim("saturation", each.component, each.resource),
        "component": each.component,
        "resource": f"{each.resource} at {each.component}" if each.component else each.resource,
        "size": each.size,
        "peak": each.peak,
        "holders": [asdict(holder) for holder in each.holders],
        "evidence": register.cite(each.evidence),
    }


def _alerts(store: Store, register: Register) -> tuple[AlertOut, ...]:
    from forensics.clock import micros
    from forensics.records.evidence import RecordEvidence

    rows = store.scan("alerts").sort("time", "component", "name", "file", "record", nulls_last=True).head(200).collect()
    return tuple(
        AlertOut(
            claim("alert", row["component"], row["name"]), _at(micros(row["time"])) if row["time"] else None,
            _at(micros(row["ended"])) if row["ended"] else None, row["component"], row["name"], row["severity"], row["state"],
            row["summary"], register.cite([RecordEvidence(row["file"], row["record"], row["name"])] if row["record"] else []),
        )
        for row in rows.iter_rows(named=True)
    )  # fmt: skip
