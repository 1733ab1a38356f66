"""What to do: remedies, actions, the runbook and drafts for communication."""

import shlex
from collections.abc import Mapping
from typing import Any

from forensics.clock import iso
from forensics.records.case import Case
from forensics.records.report.outcome import RemediationOut, StepOut
from forensics.records.report.prose import claim
from forensics.records.window import SECOND
from forensics.report.citing import Register
from forensics.report.wording import count, duration, instant, percent

UNDO: Mapping[str, str] = {
    "rollback": "Deploy the version again once it is mended.",
    "config-revert": "Apply the new configuration again once it is mended.",
    "feature-flag-disable": "Turn the flag on again.",
    "scale": "Scale back once the load is gone.",
}


def _mode(case: Case) -> Mapping[str, Any]:
    return next((each.definition for each in case.findings.modes if each.mode == case.verdict.failure_mode), {})


def _evidence(case: Case, register: Register) -> tuple[str, ...]:
    return register.cite(item for each in case.verdict.summary for item in each.evidence)


def remediation(case: Case, register: Register) -> RemediationOut:
    """Steps for two hours, a day and four weeks, from the failure mode and the verdict."""
    if case.verdict.status == "no_incident":
        return RemediationOut((), (), ())
    mode, ids = _mode(case), _evidence(case, register)
    component = case.verdict.first_failing_component
    because = f"{mode['title']} at {component}." if mode else f"The evidence points at {component}."
    immediate = []
    guilty = next(
        (each for each in case.findings.changes if case.verdict.change in (each.ref, each.id) and case.verdict.change),
        None,
    )
    if guilty is not None:
        name = guilty.title or guilty.id
        words = {
            "rollback": "Roll back",
            "roll-forward": "Complete",
            "config-revert": "Revert",
            "feature-flag-disable": "Turn off",
        }
        verb = words.get(case.verdict.remediation, "Take back")
        text = (
            f"{verb} the {guilty.kind} “{name}” ({(guilty.ref or guilty.id)[:12]}) of {guilty.component or component}."
        )
        immediate.append(_step(text, because, UNDO.get(case.verdict.remediation), ids))
    if mode.get("now"):
        immediate.append(_step(mode["now"], because, None, ids))
    short = [_step(mode["soon"], because, None, ids)] if mode.get("soon") else []
    later = [_step(mode["later"], because, None, ids)] if mode.get("later") else []
    return RemediationOut(tuple(immediate), tuple(short), tuple(later))


def _step(text: str, because: str, undo: str | None, ids: tuple[str, ...]) -> StepOut:
    return StepOut(claim("step", "", text), text, because, None, None, None, None, undo, ids)


def actions(case: Case) -> tuple[dict[str, Any], ...]:
    """Action items: type, priority, owner's role, due, how to verify, and what they address."""
    mode = _mode(case)
    if case.verdict.status == "no_incident" or not mode:
        return ()
    owner = f"owners of {case.verdict.first_failing_component}"
    rows = (
        ("mitigate", "P1", "2 days", mode.get("now")),
        ("prevent", "P2", "2 weeks", mode.get("soon")),
        ("detect", "P2", "4 weeks", mode.get("later")),
    )
    return tuple(
        {
            "title": text, "type": kind, "priority": priority, "owner_role": owner, "due": due,
            "verify": "Repeat the conditions of this incident in a test and see that it no longer fails.",
            "addresses": mode["title"],
        }
        for kind, priority, due, text in rows if text
    )  # fmt: skip


def runbook(case: Case) -> tuple[dict[str, Any], ...]:
    """The checks of the failure mode, in order, with the names and times of this incident in their commands."""
    window = case.windows.incident
    names = {
        # Names come from the bundle: quoted, a hostile one stays a name when somebody runs the command.
        "{component}": shlex.quote(case.verdict.first_failing_component),
        "{start}": iso(window.start // SECOND * SECOND),
        "{end}": iso(window.end // SECOND * SECOND),
        "{start_ms}": str(window.start // 1000),
        "{end_ms}": str(window.end // 1000),
        # Which pod or node a command is for, the reader of the runbook chooses.
        "{pod}": "POD",
        "{node}": "NODE",
    }
    return tuple(
        {"step": number, **{key: _named(text, names) for key, text in check.items()}}
        for number, check in enumerate(_mode(case).get("runbook", ()), 1)
    )


def _named(text: str, names: Mapping[str, str]) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text


def communications(case: Case, register: Register) -> dict[str, Any]:
    """Drafts, each with only what was known at its time."""
    if case.verdict.status == "no_incident":
        return {}
    start = instant(case.windows.incident.start)
    edge = case.impact.edge_component
    failed, every = case.impact.failed_requests.estimate, case.impact.requests.estimate
    share = f" {percent(failed / every)} of requests to {edge} failed." if failed and every else ""
    length = duration(case.impact.duration_s.estimate)
    cause = case.verdict.summary and case.verdict.status in ("identified", "probable")
    mode = _mode(case)
    what = (
        f"{mode['title'].lower()} at {case.verdict.first_failing_component}"
        if mode
        else f"a failure at {case.verdict.first_failing_component}"
    )
    users = case.impact.users_affected.estimate
    reached = f" {count(users)} users were affected." if users else ""
    sure = percent(case.verdict.confidence)
    return {
        "initial": f"Since {start} some requests fail or are slow. We are investigating and will write again within 30 minutes.",
        "update": f"We have found what fails: {what}. We are working on it." if cause else "We are still looking for the cause.",
        "resolved": f"The incident that began at {start} lasted {length}.{share} Service is back to normal; a full report follows.",
        "internal": f"Incident from {start}, {length}. Verdict ({case.verdict.status}, confidence {sure}): {what}.{share}{reached}",
        "executive": f"From {start} service was degraded for {length}.{share}{reached} The cause was {what}." if cause
        else f"From {start} service was degraded for {length}.{share}{reached} The cause is not yet proven.",
    }  # fmt: skip
