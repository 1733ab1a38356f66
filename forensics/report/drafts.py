"""Drafts for communication, each with the facts that were known at its time and no others."""

from typing import Any

import polars as pl

from forensics.clock import iso, micros
from forensics.records.case import Case
from forensics.records.evidence import Evidence, RecordEvidence, Scalar, Statement
from forensics.records.report.outcome import RemediationOut
from forensics.records.window import MINUTE, Micros
from forensics.report.actions import due_date
from forensics.report.citing import Register
from forensics.store import Store

RECENT = 5 * MINUTE
SCOPE_AFTER = 10 * MINUTE


def communications(case: Case, store: Store, register: Register, remedies: RemediationOut) -> dict[str, Any]:
    """The first notice, scope, an update, the end, and what is told inside and to those who lead."""
    if case.verdict.status == "no_incident":
        return {}
    marks, incident = case.windows.marks, case.windows.incident
    first = marks.detected or incident.start
    over = marks.resolved or incident.end
    turned = min(marks.mitigated or over, over)
    scope = min(max(marks.acknowledged or 0, first) + SCOPE_AFTER, (first + max(turned, first)) // 2 + MINUTE)
    note = _note(store, scope, turned)
    update = note[0] if note else (scope + max(turned, scope)) // 2
    counted = case.impact.failed_requests.evidence
    found: tuple[tuple[str, Micros, dict[str, Scalar], tuple[Evidence, ...]], ...] = (
        ("initial", first, _alert(case, store, first), counted),
        ("scope", scope, {"components": _reached(case, scope)}, counted),
        ("update", update, {"note": note[1] if note else None}, (*counted, *((note[2],) if note else ()))),
    )
    said = {name: _draft(register, name, at, _then(case, at) | more, cited) for name, at, more, cited in found}
    said["resolved"] = _draft(
        register, "resolved", max(over, incident.end), _whole(case), case.impact.failed_requests.evidence
    )
    after = _whole(case) | _judged(case, remedies)
    cited = tuple(item for each in case.verdict.summary for item in each.evidence)
    return said | {
        name: _draft(register, name, None, after, (*cited, *case.impact.users_affected.evidence))
        for name in ("internal", "executive")
    }


def _draft(
    register: Register, name: str, at: Micros | None, values: dict[str, Scalar], evidence: tuple[Evidence, ...]
) -> dict[str, Any]:
    prose = register.prose(Statement(f"drafts.{name}", values, evidence))
    return {"at": None if at is None else iso(at), "text": prose.text, "evidence": list(prose.evidence)}


def _service(case: Case) -> str:
    return case.impact.edge_component or case.verdict.first_failing_component or "the service"


def _then(case: Case, now: Micros) -> dict[str, Scalar]:
    """What the edge showed up to ``now``: whole minutes only."""
    start = case.windows.incident.start
    past = [
        each for each in case.impact.edge if start // MINUTE * MINUTE <= each.minute and each.minute + MINUTE <= now
    ]
    recent = [each for each in case.impact.edge if now - RECENT <= each.minute and each.minute + MINUTE <= now]
    asked, failed = sum(each.requests for each in recent), sum(each.errors for each in recent)
    return {
        "now_at": now,
        "start_at": start,
        "service": _service(case),
        "failed": sum(each.errors for each in past) or None,
        "requests": sum(each.requests for each in past),
        "share": failed / asked if asked and failed else None,
    }


def _alert(case: Case, store: Store, first: Micros) -> dict[str, Scalar]:
    rows = (
        store.scan("alerts").drop_nulls("time").filter(pl.col("time").to_physical() == first).sort("name", "component")
    )
    names = rows.select("name").collect()["name"].to_list()
    return {"alert": names[0] if names else None}


def _reached(case: Case, now: Micros) -> str:
    names = [each.component for each in case.ranking.blast_radius if each.onset is not None and each.onset <= now]
    return ", ".join(sorted(names)[:8])


def _note(store: Store, first: Micros, last: Micros) -> tuple[Micros, str, Evidence] | None:
    """The last thing that responders wrote before the mitigation."""
    at = pl.col("time").to_physical()
    rows = (
        store.scan("notes").drop_nulls("time").filter(at >= first, at < last, pl.col("record") != "")
        .sort("time", "file", "record").tail(1).collect().to_dicts()
    )  # fmt: skip
    if not rows:
        return None
    row = rows[0]
    return micros(row["time"]), row["text"][:200], RecordEvidence(row["file"], row["record"], row["text"][:200])


def _whole(case: Case) -> dict[str, Scalar]:
    impact, incident = case.impact, case.windows.incident
    failed, every = impact.failed_requests.estimate, impact.requests.estimate
    return {
        "start_at": incident.start,
        "end_at": incident.end,
        "length_s": incident.duration_s,
        "service": _service(case),
        "failed": failed or None,
        "requests": every,
        "share": failed / every if failed and every else None,
    }


def _judged(case: Case, remedies: RemediationOut) -> dict[str, Scalar]:
    verdict = case.verdict
    title = next((each.definition["title"] for each in case.findings.modes if each.mode == verdict.failure_mode), "")
    component = verdict.first_failing_component
    blamed = next(
        (each for each in case.findings.changes if verdict.change and verdict.change in (each.ref, each.id)), None
    )
    return {
        "status": verdict.status.replace("_", " "),
        "confidence": verdict.confidence,
        "what": f"{title[:1].lower()}{title[1:]} at {component}"
        if title
        else f"a failure at {component or 'an unknown place'}",
        "change": f"the {blamed.kind} “{blamed.title or blamed.id[:12]}”" if blamed else None,
        "users": case.impact.users_affected.estimate or None,
        "money": case.impact.revenue.high or None,
        "currency": case.impact.revenue.unit,
        "is_known": verdict.status in ("identified", "probable"),
        "step": remedies.immediate[0].text if remedies.immediate else None,
        "due": due_date(case, 2),
    }
