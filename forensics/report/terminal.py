"""The summary on one screen."""

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.report.tables import quantity
from forensics.report.view import STATUS
from forensics.report.visible import shown
from forensics.report.wording import count, duration, money, percent, spark

COLORS = {"identified": "31", "probable": "33", "inconclusive": "36", "no_incident": "32"}


def terminal(report: Mapping[str, Any], *, width: int, color: bool, written: Sequence[Path]) -> str:
    """Verdict, impact, candidates, what was not read, and where the report is."""
    said = shown(report)
    verdict = said["verdict"]
    head = f"{STATUS[verdict['status']]}" + (
        f", confidence {percent(verdict['confidence'])}" if verdict["status"] != "no_incident" else ""
    )
    lines = [_bold(head, COLORS[verdict["status"]], color=color)]
    for each in verdict["summary"]:
        lines += textwrap.wrap(each["text"], width - 2, initial_indent="  ", subsequent_indent="  ")
    window = said["incident"]["window"]
    lines += ["", f"  Window      {window['start']} to {window['end']} ({window['source']})", *_impact(said)]
    lines += _sparks(said, width)
    if said["candidates"] and verdict["status"] != "no_incident":
        lines += ["", "  Candidates"]
        lines += [_candidate(each, width) for each in said["candidates"][:4]]
    guilty = [each for each in said["changes"] if each["verdict"] == "guilty"]
    judged = f"{len(said['changes'])} judged, {len(guilty)} guilty" if said["changes"] else "none in the bundle"
    coverage = said["bundle"]["coverage"]
    unread = (
        f", {coverage['files_unread']} files and {coverage['rejected']:,} lines or records not read"
        if coverage["files_unread"] or coverage["rejected"]
        else ""
    )
    lines += [
        "",
        f"  Changes     {judged}",
        f"  Read        {coverage['files_read']} files, {coverage['rows']:,} rows{unread}",
    ]
    for notice in coverage["notices"][:4]:
        lines += textwrap.wrap(f"Note        {notice}", width - 2, initial_indent="  ", subsequent_indent=" " * 14)
    lines += [f"  Report      {path.as_posix()}" for path in written]
    return "\n".join(lines)


def _impact(said: Mapping[str, Any]) -> list[str]:
    impact = said["impact"]
    parts = (
        [f"{duration(impact['duration_s']['estimate'])} long"] if impact["duration_s"]["estimate"] is not None else []
    )
    for name, label in (("failed_requests", "failed requests"), ("users_affected", "users affected")):
        if impact[name]["estimate"] is not None:
            parts.append(f"{count(impact[name]['estimate'])} {label}")
    if impact["revenue"]["estimate"] is not None:
        parts.append(f"up to {money(impact['revenue']['high'], impact['revenue']['unit'])} lost")
    rows = [f"  Impact      {', '.join(parts)}"] if parts else []
    for each in said["slo"][:2]:
        if each["actual"] is not None:
            state = "met" if each["met"] else "missed"
            assumed = ", assumed" if each["assumed"] else ""
            rows.append(
                f"  {each['name'][:11].capitalize():<11} {percent(each['actual'])} of {percent(each['objective'])} ({state}{assumed})"
            )
    return rows


def _sparks(said: Mapping[str, Any], width: int) -> list[str]:
    """The errors at the edge and what moved most where it began, as bars with the highest value."""
    edge = next((each for each in said["series"] if each["role"] == "edge"), None)
    origin = said["verdict"]["first_failing_component"]
    moved = next((each for each in said["series"] if each is not edge and each["component"] == origin), None)
    rows: list[str] = []
    for label, each in (("Errors", edge), ("Signal", moved)):
        known = [value for value in each["values"] if value is not None] if each else []
        if each and len(known) > 1 and any(known):
            name = "" if each is edge else f"{each['metric']} "
            said_of = f" {name}up to {quantity(max(known), each['unit'])}"
            rows.append(f"  {label:<11} {spark(each['values'], max(16, width - 16 - len(said_of)))}{said_of}")
    return rows


def _candidate(each: Mapping[str, Any], width: int) -> str:
    reason = each["reasons"][0]["text"] if each["reasons"] else ""
    text = f"    {each['rank']}. {each['component']}  {percent(each['confidence'])}  {reason}"
    return text if len(text) <= width else text[: width - 1] + "…"


def _bold(text: str, code: str, *, color: bool) -> str:
    return f"\x1b[1;{code}m{text}\x1b[0m" if color else text
