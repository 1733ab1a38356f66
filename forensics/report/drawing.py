"""The pictures of a report, drawn from its JSON alone, each with a caption and the data behind it."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from forensics import clock
from forensics.report import charts
from forensics.report.charts.lines import Mark
from forensics.report.tables import quantity

Figure = dict[str, Any]


def figures(said: Mapping[str, Any]) -> dict[str, Any]:
    """Every picture by the name under which templates show it."""
    window = (micros(said["incident"]["window"]["start"]), micros(said["incident"]["window"]["end"]))
    marks = _marks(said)
    return {
        "charts": [_series(index, each, window, marks) for index, each in enumerate(said["series"])],
        "strip": charts.timeline_strip(
            [(micros(each["time"]), each["kind"], each["text"]) for each in said["timeline"]], window
        ),
        "graph": _graph(said),
        "matrix": None, "budget": None, "latency": None, "transactions": None, "heat": None, "waterfalls": [],
    }  # fmt: skip


def micros(text: str) -> int:
    """An instant of the report in microseconds."""
    return clock.instant(text, "UTC")


def _marks(said: Mapping[str, Any]) -> list[Mark]:
    rows = [
        each for each in said["changes"] if each["time"] and (each["kind"] != "commit" or each["verdict"] == "guilty")
    ]
    return [
        Mark(micros(each["time"]), f"{each['kind']} {each['component']}".strip(), each["verdict"] == "guilty")
        for each in rows
    ][:8]


def _series(index: int, each: Mapping[str, Any], window: tuple[int, int], marks: Sequence[Mark]) -> Figure:
    points = [(micros(time), value) for time, value in zip(each["times"], each["values"], strict=True)]
    name = f"{each['metric']} at {each['component']}" if each["component"] else each["metric"]
    first = index == 0
    drawn = charts.line_chart(
        points, window, title=name, unit=each["unit"], marks=[one for one in marks if first or one.is_guilty], baseline=each["baseline_low"],
        width=720 if first else 348, height=200 if first else 150,
    )  # fmt: skip
    known = [value for _, value in points if value is not None]
    reach = f", {quantity(min(known), each['unit'])} to {quantity(max(known), each['unit'])}" if known else ""
    more = " The shaded band is the incident; vertical lines are changes." if first else ""
    return {
        "svg": drawn,
        "caption": f"{name[:1].upper()}{name[1:]}{reach}.{more}",
        "evidence": each["evidence"],
        "series": index,
        "head": ("UTC", name),
        "rows": [
            (time[11:19], quantity(value, each["unit"]))
            for time, value in zip(each["times"], each["values"], strict=True)
        ][:240],
    }


def _graph(said: Mapping[str, Any]) -> Figure:
    roles = {each["component"]: each["role"] for each in said["blast_radius"]}
    origin = said["verdict"]["first_failing_component"] or ""
    if not roles or not origin:
        return {"svg": Markup("")}
    for edge in said["graph"]["edges"]:
        # The callees of the origin show that what it depends on is well.
        if edge["source"] == origin and len(roles) < 16:
            roles.setdefault(edge["target"], "other")
    roles[origin] = "origin"
    return {
        "svg": charts.causal_graph(said["graph"]["edges"], roles, origin),
        "caption": "Arrows show how the failure travels, from what failed to what depends on it.",
        "evidence": [],
    }
