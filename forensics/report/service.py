"""Agreements, response times, detection, forecasts and alert groups as report rows."""

from collections.abc import Sequence

from forensics.records.case import Case
from forensics.records.report.outcome import AlertOut
from forensics.records.report.prose import claim
from forensics.records.report.service import (
    AlertGroupOut,
    AlertingOut,
    DetectionOut,
    ForecastOut,
    ResponseOut,
    RuleOut,
    SlaOut,
)
from forensics.records.service import AlertGroup, Rule
from forensics.report.citing import Register, span
from forensics.report.costs import at


def agreements(case: Case, register: Register) -> tuple[SlaOut, ...]:
    """SLA schemes over the months that the incident touches."""
    found = []
    for each in case.impact.agreements:
        method = register.prose(each.method)
        ids = (*register.cite(each.evidence), *method.evidence)
        found.append(
            SlaOut(
                claim("sla", each.scheme, str(each.window.start)), each.scheme, each.style, each.source, span(each.window),
                each.uptime_percent, each.uptime_if_down, each.down_minutes, each.credit_percent, each.exposure,
                each.currency, each.unknown_share, each.assumed, method.text, ids,
            )
        )  # fmt: skip
    return tuple(found)


def responses(case: Case, register: Register) -> tuple[ResponseOut, ...]:
    """Times to detect, acknowledge, mitigate and recover."""
    return tuple(
        ResponseOut(
            claim("response", "", each.name), each.name, each.seconds, at(each.anchor), at(each.mark), each.said_by,
            each.objective_s, each.met, each.assumed, register.cite(each.evidence),
        )
        for each in case.impact.responses
    )  # fmt: skip


def detection(case: Case, register: Register) -> DetectionOut:
    """The earliest signal, the first alert, the time between them, and the rules that could have paged."""
    found = case.impact.detection
    if found is None:
        return DetectionOut(None, "", None, None, (), ())
    known = found.earliest is not None and found.first_alert is not None
    gap = (found.first_alert - found.earliest) / 1e6 if known else None  # type: ignore[operator]
    rules = tuple(_rule(each, register) for each in found.rules)
    return DetectionOut(
        at(found.earliest), found.earliest_what, at(found.first_alert), gap, rules, register.cite(found.evidence)
    )


def _rule(each: Rule, register: Register) -> RuleOut:
    text = register.prose(each.text)
    return RuleOut(
        claim("rule", each.component, each.name), each.name, each.kind, each.component, each.metric, text.text, each.expr,
        each.for_s, at(each.fires_at), each.lead_s, each.false_alarms, each.baseline_h,
        (*register.cite(each.evidence), *text.evidence),
    )  # fmt: skip


def forecasts(case: Case, register: Register) -> tuple[ForecastOut, ...]:
    """What runs out, and what nearly did."""
    found = []
    for each in case.impact.forecasts:
        text = register.prose(each.text)
        found.append(
            ForecastOut(
                claim("forecast", each.component, f"{each.kind} {each.subject} {each.near_miss}"), each.kind, each.component,
                each.subject, at(each.at), each.value, each.limit, each.unit, each.slope_per_h, each.time_to_limit_s,
                each.low_s, each.high_s, each.near_miss, text.text, (*register.cite(each.evidence), *text.evidence),
            )
        )  # fmt: skip
    return tuple(found)


def alerting(case: Case, alerts: Sequence[AlertOut], register: Register) -> AlertingOut:
    """The groups, with the claims of the alert rows ``alerts`` that they hold."""
    found = case.impact.alerting
    groups = tuple(_group(each, alerts, register) for each in found.groups)
    return AlertingOut(groups, found.alerts, found.noise_ratio, register.proses(found.silent))


def _group(each: AlertGroup, alerts: Sequence[AlertOut], register: Register) -> AlertGroupOut:
    text = register.prose(each.text)
    rows = tuple(dict.fromkeys(alerts[number].claim for number in each.members if number < len(alerts)))
    return AlertGroupOut(
        claim("alert_group", each.component, each.title), each.rank, each.component, each.title, each.role, at(each.first),
        at(each.last), rows, each.duplicates, each.flapping, text.text, (*register.cite(each.evidence), *text.evidence),
    )  # fmt: skip
