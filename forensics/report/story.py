"""The two pages that tell the story: when, what was ruled out, the tiles, the events that matter, what to do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from forensics.report.wording import count, duration, money, number, percent

TILES = (
    ("duration_s", "Duration", duration),
    ("failed_requests", "Failed requests", count),
    ("users_affected", "Users affected", count),
    ("failed_transactions", "Failed transactions", count),
    ("revenue", "Revenue at risk", money),
)
MOST_KEY_EVENTS = 12
MOST_RULED_OUT = 3
STEPS = (("Within two hours", "immediate"), ("Within a day", "short_term"), ("Within four weeks", "long_term"))


def instant(text: str) -> datetime:
    """An instant of the report as a time."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def zone(name: str) -> ZoneInfo | None:
    """The zone called ``name``; None for UTC and for what is no zone."""
    if not name or name.upper() in ("UTC", "ETC/UTC", "Z"):
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def span(start: datetime, end: datetime) -> str:
    """Two instants as a person writes them: the date once where it is one day."""
    day = f"{start.day} {start:%B %Y}"
    if start.date() == end.date():
        return f"{day}, {start:%H:%M:%S} to {end:%H:%M:%S}"
    return f"{day}, {start:%H:%M:%S} to {end.day} {end:%B}, {end:%H:%M:%S}"


def when(said: Mapping[str, Any], local: ZoneInfo | None) -> tuple[str, str]:
    """The window in UTC, and in local time where a zone is known."""
    window = said["incident"]["window"]
    start, end = instant(window["start"]), instant(window["end"])
    length = duration((end - start).total_seconds())
    text = f"{span(start, end)} UTC, {length}"
    if said["verdict"]["status"] == "no_incident":
        text = f"Data from {span(start, end)} UTC"
    return text, "" if local is None else f"{span(start.astimezone(local), end.astimezone(local))} {local.key}"


def facts(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The answer in five words each."""
    verdict = said["verdict"]
    if verdict["status"] == "no_incident":
        return []
    blamed = next((each for each in said["changes"] if verdict["change"] in (each["ref"], each["id"])), None)
    name = f"{blamed['kind']} {blamed['id'][:12]}" if blamed else (verdict["change"] or "none")[:12]
    rows = [
        ("Failed first", verdict["first_failing_component"] or "unknown"),
        ("Failure mode", verdict["failure_mode_title"] or "none that is known"),
        ("Category", verdict["category"].replace("_", " ")),
        ("Change to blame", name),
        ("Remedy", verdict["remediation"].replace("-", " ")),
    ]
    return rows


def ruled_out(said: Mapping[str, Any]) -> tuple[list[dict[str, Any]], int]:
    """What did not cause it, with the reason: changes nearest to the onset first; and how many more there are."""
    if said["verdict"]["status"] == "no_incident":
        return [], 0
    onset = instant(said["incident"]["marks"]["onset"] or said["incident"]["window"]["start"])
    cleared = [each for each in said["changes"] if each["verdict"] == "cleared" and each["time"]]
    # Deploys and migrations are what people suspect; commits follow from them.
    ranked = sorted(
        cleared,
        key=lambda each: (
            each["kind"] == "commit",
            abs((instant(each["time"]) - onset).total_seconds()),
            each["id"],
        ),
    )
    rows = [
        {
            "what": f"{each['kind'].capitalize()} {each['title'] or each['id'][:12]}",
            "why": each["reason"]["text"],
            "evidence": each["reason"]["evidence"] or each["evidence"],
        }
        for each in ranked
    ]
    rows += [
        {"what": each["text"], "why": each["against"][0]["text"], "evidence": each["evidence"]}
        for each in said["hypotheses"]
        if each["status"] == "rejected" and each["against"] and "caused it" not in each["text"]
    ]
    return rows[:MOST_RULED_OUT], max(0, len(rows) - MOST_RULED_OUT)


def tiles(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The measures of impact, six of them."""
    rows = []
    for name, label, form in TILES:
        each = said["impact"][name]
        known = each["estimate"] is not None
        shown = money(each["estimate"], each["unit"]) if name == "revenue" else form(each["estimate"])
        low, high = each["low"], each["high"]
        ends = known and low is not None and high is not None and low != high
        rows.append(
            {
                "label": label,
                "value": shown if known else "not measured",
                "known": known,
                "between": f"{form(low)} to {form(high)}" if ends else "",
                "method": each["method"],
            }
        )
    rows.insert(2, _availability(said))
    return rows


def _availability(said: Mapping[str, Any]) -> dict[str, Any]:
    each = next((each for each in said["slo"] if each["sli"] == "availability"), None)
    if each is None:
        method = "No objective is declared and no requests were counted."
        return {"label": "Availability", "value": "not measured", "known": False, "between": "", "method": method}
    known = each["actual"] is not None
    met = f", {'met' if each['met'] else 'missed'} in the window." if known else "."
    return {
        "label": "Availability",
        "value": percent(each["actual"]) if known else "not measured",
        "known": known,
        "between": "",
        "method": f"Objective {percent(each['objective'])}{' (assumed)' if each['assumed'] else ''}{met}",
    }


def events(said: Mapping[str, Any], local: ZoneInfo | None) -> list[dict[str, Any]]:
    """Every event of the timeline with local time, its shape, and whether it belongs to the story."""
    radius = {each["component"] for each in said["blast_radius"]}
    seen: set[str] = set()
    rows = []
    for each in said["timeline"]:
        verdict = each["text"].rpartition("(")[2].rstrip(")") if each["kind"] == "change" else ""
        key = each["kind"] in ("mark", "alert") or verdict in ("guilty", "possible")
        if each["kind"] == "change" and "commit" not in each["text"][:6].lower():
            key = True
        if each["kind"] == "signal" and each["component"] in radius and each["component"] not in seen:
            seen.add(each["component"])
            key = True
        time = instant(each["time"])
        row = {
            "key": key,
            "shape": "guilty" if verdict == "guilty" else each["kind"],
            "local": f"{time.astimezone(local):%H:%M}" if local else "",
        }
        rows.append({**each, **row})
    return rows


def key_events(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events of the story, notes filling what room is left, in time order."""
    keyed = [each for each in rows if each["key"]][:MOST_KEY_EVENTS]
    room = MOST_KEY_EVENTS - len(keyed)
    keep = {id(each) for each in [*keyed, *[each for each in rows if each["kind"] == "note"][:room]]}
    return [each for each in rows if id(each) in keep]


def steps(said: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Remedies by when they are due, without empty columns."""
    return [(title, said["remediation"][name]) for title, name in STEPS if said["remediation"][name]]


LABELS = {
    "duration_s": "Duration", "requests": "Requests", "failed_requests": "Failed requests", "users_affected": "Users affected",
    "failed_transactions": "Failed transactions", "lost_transactions": "Lost transactions",
    "recovered_transactions": "Recovered transactions", "retry_amplification": "Attempts a transaction", "revenue": "Revenue at risk",
    "net_revenue": "Revenue at risk, net", "unattributed_errors": "Errors without a user",
}  # fmt: skip
MONEY = ("revenue", "net_revenue")


def measures(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every measure of impact, with its interval and how it was got."""
    impact = said["impact"]
    rows = []
    for name in (*(each for each in LABELS if each in impact), *sorted(impact.keys() - LABELS.keys() - {"notes"})):
        each = impact[name]
        if not isinstance(each, Mapping) or "estimate" not in each:
            continue
        form = _form(name, each["unit"])
        low, high = each["low"], each["high"]
        ends = low is not None and high is not None and low != high
        rows.append(
            {
                "claim": each["claim"],
                "label": LABELS.get(name, name.replace("_", " ").capitalize()),
                "value": form(each["estimate"]) if each["estimate"] is not None else "not measured",
                "between": f"{form(low)} to {form(high)}" if ends else "exact" if each["estimate"] is not None else "",
                "method": each["method"],
                "evidence": each["evidence"],
            }
        )
    return rows


def _form(name: str, unit: str) -> Callable[[float | None], str]:
    if name in MONEY:
        return lambda value: money(value, unit)
    if name.endswith("_s"):
        return duration
    return number if unit == "ratio" else count
