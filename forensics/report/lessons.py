"""What went well, what went poorly, where it got lucky: from timings and headroom alone; the rest is for people to say."""

from collections.abc import Iterator

from forensics.records.case import Case
from forensics.records.evidence import Scalar, Statement
from forensics.records.finding import Change
from forensics.records.report.prose import Prose
from forensics.records.window import MINUTE
from forensics.report.citing import Register

# A gap below a minute is within what alerting intervals take anyway.
SLOW_ALERT_S = 60.0
SOON = 5 * MINUTE
LONG_SEARCH = 0.4
NEAR_LIMIT = 0.8


def lessons(case: Case, register: Register) -> dict[str, tuple[Prose, ...]]:
    """Sentences by well, poorly, lucky; empty lists where nothing shows."""
    if case.verdict.status == "no_incident":
        return {"well": (), "poorly": (), "lucky": ()}
    return {
        "well": register.proses(_well(case)),
        "poorly": register.proses(_poorly(case)),
        "lucky": register.proses(_lucky(case)),
    }


def _responses(case: Case, *, met: bool) -> Iterator[Statement]:
    for each in case.impact.responses:
        if each.met is met and each.seconds is not None and each.seconds >= 0:
            values: dict[str, Scalar] = {
                "name": each.name, "seconds": each.seconds, "objective_s": each.objective_s, "assumed": each.assumed,
            }  # fmt: skip
            yield Statement("lessons.met" if met else "lessons.missed", values, each.evidence)


def _well(case: Case) -> Iterator[Statement]:
    yield from _responses(case, met=True)
    end = case.windows.incident.end
    for each in case.findings.changes:
        if each.time is not None and end - SOON <= each.time <= end and not _is_blamed(case, each):
            values: dict[str, Scalar] = {"change": _named(each), "live_at": each.time, "lag_s": (end - each.time) / 1e6}
            yield Statement("lessons.undone", values, each.evidence)
    known = [each for each in case.impact.recovery if each.recovered is not None]
    if known and all(each.recovered for each in known):
        yield Statement(
            "lessons.recovered", {"n": len(known)}, tuple(item for each in known for item in each.evidence)[:4]
        )


def _poorly(case: Case) -> Iterator[Statement]:
    yield from _responses(case, met=False)
    yield from _alerting(case)
    verdict, marks = case.verdict, case.windows.marks
    for each in case.findings.changes:
        if (
            _is_blamed(case, each)
            and each.time is not None
            and marks.onset is not None
            and marks.onset - each.time > MINUTE
        ):
            yield Statement(
                "lessons.live", {"change": _named(each), "lag_s": (marks.onset - each.time) / 1e6}, each.evidence
            )
    length = case.windows.incident.duration_s
    if marks.acknowledged is not None and marks.mitigated is not None and length > 0:
        search = (marks.mitigated - marks.acknowledged) / 1e6
        if search > LONG_SEARCH * length and verdict.summary:
            cited = next((each.evidence for each in case.impact.responses if each.name == "mitigate"), ())
            yield Statement("lessons.search", {"search_s": search, "length_s": length}, cited)
    known = [each for each in case.impact.recovery if each.recovered is not None]
    still = [each for each in known if not each.recovered]
    if still:
        cited = tuple(item for each in still for item in each.evidence)[:4]
        yield Statement("lessons.unrecovered", {"open": len(still), "n": len(known)}, cited)


def _alerting(case: Case) -> Iterator[Statement]:
    found = case.impact.detection
    if found is None or found.earliest is None:
        return
    if found.first_alert is None:
        yield Statement(
            "lessons.no_alert", {"what": found.earliest_what, "earliest_at": found.earliest}, found.evidence
        )
    elif (gap := (found.first_alert - found.earliest) / 1e6) > SLOW_ALERT_S:
        yield Statement("lessons.gap", {"gap_s": gap, "what": found.earliest_what}, found.evidence)
    best = next(
        (each for each in found.rules if each.lead_s and each.lead_s > SLOW_ALERT_S and each.false_alarms is not None),
        None,
    )
    if best is not None:
        values: dict[str, Scalar] = {
            "metric": best.metric, "component": best.component, "lead_s": best.lead_s, "false_alarms": best.false_alarms,
            "baseline_h": best.baseline_h,
        }  # fmt: skip
        yield Statement("lessons.rule", values, best.evidence)
    origin = case.verdict.first_failing_component
    groups = [each for each in case.impact.alerting.groups if each.role == "symptom"]
    if origin and groups and not any(each.role == "cause" for each in case.impact.alerting.groups):
        yield Statement("lessons.elsewhere", {"alerted": groups[0].component, "component": origin}, groups[0].evidence)


def _lucky(case: Case) -> Iterator[Statement]:
    """How close something came to a limit that it did not reach."""
    for each in case.impact.forecasts:
        if each.near_miss:
            values: dict[str, Scalar] = {
                "subject": each.subject, "component": each.component, "value": each.value, "limit": each.limit, "unit": each.unit,
                "time_s": each.time_to_limit_s,
            }  # fmt: skip
            yield Statement("lessons.near", values, each.evidence)
    for check in case.findings.health:
        if (
            check.status == "warn"
            and check.value is not None
            and check.threshold
            and NEAR_LIMIT <= check.value / check.threshold < 1
        ):
            said: dict[str, Scalar] = {
                "check": check.check, "component": check.component, "value": check.value, "threshold": check.threshold,
            }  # fmt: skip
            yield Statement("lessons.spare", said, check.evidence)


def _is_blamed(case: Case, change: Change) -> bool:
    return bool(case.verdict.change) and case.verdict.change in (change.ref, change.id)


def _named(change: Change) -> str:
    return f"The {change.kind} “{change.title or change.id[:12]}”"
