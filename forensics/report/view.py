"""What the templates show: the report with charts and with numbers ready to read."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from forensics import clock
from forensics.report import charts
from forensics.report.charts.lines import Mark
from forensics.report.visible import shown
from forensics.report.wording import count, duration, money, number, percent

STATUS = {
    "identified": "Root cause identified",
    "probable": "Root cause probable",
    "inconclusive": "Inconclusive",
    "no_incident": "No incident",
}
TILES = (
    ("duration_s", "Duration", duration),
    ("failed_requests", "Failed requests", count),
    ("users_affected", "Users affected", count),
    ("failed_transactions", "Failed transactions", count),
    ("revenue", "Revenue", money),
)


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report, its texts made visible, and under ``show`` what is drawn or counted from it."""
    said: dict[str, Any] = shown(report)
    window = (_micros(said["incident"]["window"]["start"]), _micros(said["incident"]["window"]["end"]))
    marks = _marks(said)
    show = {
        "status": STATUS[said["verdict"]["status"]],
        "tiles": _tiles(said),
        "charts": [_chart(each, window, marks, first=index == 0) for index, each in enumerate(said["series"])],
        "strip": charts.timeline_strip(
            [(_micros(each["time"]), each["kind"], each["text"]) for each in said["timeline"]], window
        ),
        "graph": _graph(said),
        "verdicts": {
            kind: [each for each in said["changes"] if each["verdict"] == kind]
            for kind in ("guilty", "possible", "cleared")
        },
        "evidence": {name: _place(row) for name, row in said["evidence"].items()},
    }
    return said | {"show": show}


def _micros(text: str) -> int:
    return clock.instant(text, "UTC")


def _tiles(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    tiles = []
    for name, label, form in TILES:
        each = said["impact"][name]
        value = money(each["estimate"], each["unit"]) if name == "revenue" else form(each["estimate"])
        known = each["estimate"] is not None
        low, high = each["low"], each["high"]
        between = (
            f"{form(low)} to {form(high)}" if known and low is not None and high is not None and low != high else ""
        )
        tiles.append(
            {
                "label": label,
                "value": value if known else "not measured",
                "known": known,
                "between": between,
                "method": each["method"],
            }
        )
    availability = next((each for each in said["slo"] if each["sli"] == "availability"), None)
    if availability is not None:
        known = availability["actual"] is not None
        met = "met" if availability["met"] else "missed"
        method = f"Objective {percent(availability['objective'])}{' (assumed)' if availability['assumed'] else ''}" + (
            f", {met} during the incident." if known else "."
        )
        tiles.insert(
            2,
            {
                "label": "Availability",
                "value": percent(availability["actual"]) if known else "not measured",
                "known": known,
                "between": "",
                "method": method,
            },
        )
    return tiles


def _marks(said: Mapping[str, Any]) -> list[Mark]:
    rows = [
        each for each in said["changes"] if each["time"] and (each["kind"] != "commit" or each["verdict"] == "guilty")
    ]
    return [
        Mark(_micros(each["time"]), f"{each['kind']} {each['component']}".strip(), each["verdict"] == "guilty")
        for each in rows
    ][:8]


def _chart(each: Mapping[str, Any], window: tuple[int, int], marks: list[Mark], *, first: bool) -> dict[str, Any]:
    points = [(_micros(time), value) for time, value in zip(each["times"], each["values"], strict=True)]
    name = f"{each['metric']} at {each['component']}" if each["component"] else each["metric"]
    drawn = charts.line_chart(
        points, window, title=name, unit=each["unit"], marks=[one for one in marks if first or one.is_guilty], baseline=each["baseline_low"],
        width=720 if first else 348, height=200 if first else 150,
    )  # fmt: skip
    known = [value for _, value in points if value is not None]
    span = (
        f"{number(min(known))} to {number(max(known))} {each['unit']}".strip()
        if known and each["unit"] != "ratio"
        else ""
    )
    return {"svg": drawn, "title": name, "span": span, "evidence": each["evidence"]}


def _graph(said: Mapping[str, Any]) -> Markup:
    roles = {each["component"]: each["role"] for each in said["blast_radius"]}
    origin = said["verdict"]["first_failing_component"] or ""
    if not roles or not origin:
        return Markup("")
    for edge in said["graph"]["edges"]:
        # The callees of the origin show that what it depends on is well.
        if edge["source"] == origin and len(roles) < 16:
            roles.setdefault(edge["target"], "other")
    roles[origin] = "origin"
    return charts.causal_graph(said["graph"]["edges"], roles, origin)


def _place(row: Mapping[str, Any]) -> dict[str, Any]:
    """Where evidence stands, in one line, and its text."""
    if row["kind"] == "line":
        return {"place": f"{row['file']}:{row['first']}", "text": "\n".join(row["context"]) or row["text"]}
    if row["kind"] == "record":
        return {"place": f"{row['file']} {row['record']}", "text": row["text"]}
    span = f"{row['window']['start']} to {row['window']['end']}"
    if row["kind"] == "series":
        labels = ", ".join(f"{key}={value}" for key, value in sorted((row["labels"] or {}).items()))
        place = f"{row['component']} {row['metric']}" + (f" {{{labels}}}" if labels else "")
        return {"place": place, "text": f"{row['statistic']} {number(row['value'])} of {row['n']} samples, {span}"}
    tests = " and ".join(f"{column} {operator} {value}" for column, operator, value in row["filters"])
    return {
        "place": f"count over {row['table']}",
        "text": f"{count(row['value'])} {row['measure']} where {tests or 'any'}, {span}",
    }
