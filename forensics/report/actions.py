"""Action items that can be worked off: what, how urgent, whose, by when, how to see that it is done, which failure it addresses."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from forensics.clock import EPOCH
from forensics.records.case import Case
from forensics.records.evidence import Scalar, Statement
from forensics.records.report.outcome import GapOut, RemediationOut
from forensics.records.report.prose import claim
from forensics.report.citing import Register

# Days until an action of a kind is due: Google and Atlassian let the urgent be done in days, the rest in four or eight weeks.
DUE: Mapping[str, int] = {"mitigate": 2, "prevent": 14, "detect": 14, "process": 28, "observe": 28}
PRIORITY: Mapping[str, str] = {"mitigate": "P1", "prevent": "P2", "detect": "P2", "process": "P3", "observe": "P3"}
MOST_OBSERVED = 3


def due_date(case: Case, days: int) -> str:
    """The day ``days`` after the incident ended."""
    return f"{EPOCH + timedelta(microseconds=case.windows.incident.end) + timedelta(days=days):%Y-%m-%d}"


def actions(
    case: Case, remedies: RemediationOut, gaps: tuple[GapOut, ...], register: Register
) -> tuple[dict[str, Any], ...]:
    """Every action, the urgent first, each text once."""
    if case.verdict.status == "no_incident":
        return ()
    owner = (
        f"owners of {case.verdict.first_failing_component}"
        if case.verdict.first_failing_component
        else "owners of the service"
    )
    rows: list[dict[str, Any]] = []
    for kind, steps in (("mitigate", remedies.immediate), ("prevent", remedies.short_term)):
        rows += [_row(case, kind, each.text, _back(case), owner, register, each.evidence) for each in steps]
    rows += [
        _row(case, "detect", each.text, _fires(case) or _back(case), owner, register, each.evidence)
        for each in remedies.long_term
    ]
    for kind, said, check, who in _more(case, gaps, owner, register):
        text = register.prose(said)
        rows.append(_row(case, kind, text.text, check, who, register, text.evidence))
    seen: dict[str, dict[str, Any]] = {}
    for row in rows:
        seen.setdefault(row["claim"], row)
    return tuple(seen.values())


def _row(
    case: Case, kind: str, text: str, check: Statement, owner: str, register: Register, ids: tuple[str, ...]
) -> dict[str, Any]:
    verify = register.prose(check)
    return {
        "claim": claim("action", "", text), "title": text, "type": kind, "priority": PRIORITY[kind], "owner_role": owner,
        "due": due_date(case, DUE[kind]), "verify": verify.text, "addresses": _addressed(case),
        "evidence": list(dict.fromkeys((*ids, *verify.evidence))),
    }  # fmt: skip


def _addressed(case: Case) -> str:
    title = next(
        (each.definition["title"] for each in case.findings.modes if each.mode == case.verdict.failure_mode), ""
    )
    component = case.verdict.first_failing_component
    return f"{title} at {component}" if title else f"the failure of {component}" if component else "this incident"


def _back(case: Case) -> Statement:
    """The signal of the origin that says whether it is mended."""
    origin = case.verdict.first_failing_component
    found = next((each for each in case.impact.recovery if each.component == origin and each.before is not None), None)
    if found is None or found.during is None:
        return Statement("advice.verify_plain", {"component": origin or "the service"})
    values: dict[str, Scalar] = {
        "metric": found.metric, "component": found.component, "before": found.before, "during": found.during,
    }  # fmt: skip
    return Statement("advice.verify_back", values, found.evidence)


def _fires(case: Case) -> Statement | None:
    rules = case.impact.detection.rules if case.impact.detection else ()
    best = next((each for each in rules if each.fires_at is not None), None)
    if best is None:
        return None
    values: dict[str, Scalar] = {"fires_at": best.fires_at, "false_alarms": best.false_alarms}
    return Statement("advice.verify_detect", values, best.evidence)


def _more(
    case: Case, gaps: tuple[GapOut, ...], owner: str, register: Register
) -> Iterator[tuple[str, Statement, Statement, str]]:
    """What detection, the guilty change and the gaps of the data call for."""
    rules = case.impact.detection.rules if case.impact.detection else ()
    best = next((each for each in rules if each.fires_at is not None and each.false_alarms is not None), None)
    check = _fires(case)
    if best is not None and check is not None:
        rule = register.prose(best.text)
        said: dict[str, Scalar] = {"metric": best.metric, "component": best.component, "text": rule.text}
        yield "detect", Statement("advice.detect", said, best.evidence), check, owner
    for each in case.findings.changes:
        if case.verdict.change and case.verdict.change in (each.ref, each.id):
            values: dict[str, Scalar] = {
                "kind": each.kind,
                "component": each.component or case.verdict.first_failing_component,
            }
            name: dict[str, Scalar] = {"change": f"“{each.title or each.id[:12]}”"}
            yield (
                "process",
                Statement("advice.guard", values, each.evidence),
                Statement("advice.verify_guard", name),
                owner,
            )
            break
    for gap in [each for each in gaps if each.why == "The bundle holds none."][:MOST_OBSERVED]:
        what: dict[str, Scalar] = {"what": gap.what, "effect": gap.effect}
        yield "observe", Statement("advice.observe", what), Statement("advice.verify_observe", what), "incident review"
