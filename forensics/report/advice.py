"""What to do: remedies and the runbook."""

import shlex
from collections.abc import Mapping
from typing import Any

from forensics.clock import iso
from forensics.records.case import Case
from forensics.records.cause import Sizing
from forensics.records.report.outcome import RemediationOut, StepOut
from forensics.records.report.prose import claim
from forensics.records.window import SECOND
from forensics.report.citing import Register

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
    sized = [(each.kind, _sized(each, because, register)) for each in case.verdict.sizings]
    immediate += [step for kind, step in sized if kind in ("restore", "scale", "restart")]
    if mode.get("now"):
        immediate.append(_step(_at(component, mode["now"]), because, None, ids))
    short = [step for kind, step in sized if kind in ("enlarge", "unknown")]
    short += [_step(_at(component, mode["soon"]), because, None, ids)] if mode.get("soon") else []
    later = [_step(_at(component, mode["later"]), because, None, ids)] if mode.get("later") else []
    return RemediationOut(tuple(immediate), tuple(short), tuple(later))


def _at(component: str, text: str) -> str:
    """A step of a failure mode, at the component where it is to be taken."""
    return f"{component}: {text[:1].lower()}{text[1:]}" if component and text[1:2].islower() else f"{component}: {text}"


def _sized(each: Sizing, because: str, register: Register) -> StepOut:
    """A step with its numbers; ``proposed`` is None where a number is missing for it."""
    text, arithmetic = register.prose(each.text), register.prose(each.arithmetic)
    ids = tuple(dict.fromkeys((*text.evidence, *arithmetic.evidence)))
    undo = register.prose(each.undo).text if each.undo is not None else None
    return StepOut(
        claim("step", each.component, each.kind + each.setting), text.text, because, each.setting or None, each.current or None,
        each.proposed or None, arithmetic.text, undo, ids,
    )  # fmt: skip


def _step(text: str, because: str, undo: str | None, ids: tuple[str, ...]) -> StepOut:
    return StepOut(claim("step", "", text), text, because, None, None, None, None, undo, ids)


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
