"""The pictures of a report, drawn from its JSON alone, each with a caption and the data behind it."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from forensics import clock
from forensics.report import charts, heating
from forensics.report.charts.lines import Look, Mark
from forensics.report.tables import quantity
from forensics.report.wording import duration

Figure = dict[str, Any]
WIDE, SLIM = 720, 344
NONE: Figure = {"svg": Markup(""), "caption": "", "evidence": []}
REQUESTS = {
    "failing": "A request that failed",
    "slow": "The slowest request that succeeded",
    "normal": "A normal request before",
}


def figures(said: Mapping[str, Any]) -> dict[str, Any]:
    """Every picture by the name under which templates show it."""
    window = (micros(said["incident"]["window"]["start"]), micros(said["incident"]["window"]["end"]))
    if said["incident"]["window"]["source"] == "none":
        window = (window[1], window[1])
    marks = _marks(said)
    drawn = said["figures"]
    return {
        "charts": _charts(said["series"], window, marks),
        "strip": _strip(said, window),
        "graph": _graph(said),
        "matrix": heating.reach(drawn.get("reach")),
        "budget": _budget(drawn.get("budget"), window),
        "latency": heating.latency(drawn.get("latency"), window),
        "transactions": _transactions(drawn.get("transactions"), window),
        "heat": heating.messages(drawn.get("messages"), window),
        "sources": heating.sources(said["bundle"]["coverage"]["matrix"], window),
        "waterfalls": [_waterfall(each) for each in said["requests"]],
    }


def _charts(series: Sequence[Mapping[str, Any]], window: tuple[int, int], marks: Sequence[Mark]) -> list[Figure]:
    """Every series that can be drawn, first the one that shows the incident: the edge, unless nothing failed there."""
    varied = [len({value for value in each["values"] if value is not None}) > 1 for each in series]
    lead = varied.index(True) if True in varied else 0
    order = [lead, *(index for index in range(len(series)) if index != lead)] if series else []
    drawn = [_series(index, series[index], window, marks, first=index == lead) for index in order]
    return [each for each in drawn if each["svg"]]


def both(draw: Callable[[int], Markup], **rest: Any) -> Figure:
    """A picture for wide screens and paper, and one for phones."""
    return {"svg": draw(WIDE), "slim": draw(SLIM), **rest}


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
    ]  # fmt: skip


def _series(
    index: int, each: Mapping[str, Any], window: tuple[int, int], marks: Sequence[Mark], *, first: bool
) -> Figure:
    points = [(micros(time), value) for time, value in zip(each["times"], each["values"], strict=True)]
    name = f"{each['metric']} at {each['component']}" if each["component"] else each["metric"]
    low, high, unit = each["baseline_low"], each["baseline_high"], each["unit"]
    usual = (low, high) if low is not None and high is not None else None
    shown = [one for one in marks if first or one.is_guilty]

    def draw(width: int) -> Markup:
        look = Look(name, lambda value: quantity(value, unit), shown, usual, width=width, height=230 if first else 170)
        return charts.line_chart(points, window, look)

    said = f" Normal is {quantity(low, unit)} to {quantity(high, unit)}." if usual and low != high else ""
    more = " The shaded band is the incident; lines are changes." if first else ""
    rest = {
        "caption": f"{name[:1].upper() + name[1:] if ' ' in each['metric'] else name}.{said}{more}",
        "evidence": each["evidence"],
        "series": index,
        "head": ("UTC", name),
        "rows": [
            (time[11:19], quantity(value, unit)) for time, value in zip(each["times"], each["values"], strict=True)
        ][:240],
    }
    return both(draw, **rest) if first else {"svg": draw(SLIM), **rest}


def _strip(said: Mapping[str, Any], window: tuple[int, int]) -> Figure:
    events = [(micros(each["time"]), each["kind"], each["text"], each["component"]) for each in said["timeline"]]
    if not events:
        return NONE
    return both(lambda width: charts.timeline_strip(events, window, width), caption="", evidence=[])


def _graph(said: Mapping[str, Any]) -> Figure:
    roles = {each["component"]: each["role"] for each in said["blast_radius"]}
    origin = said["verdict"]["first_failing_component"] or ""
    if not roles or not origin:
        return NONE
    for edge in said["graph"]["edges"]:
        # The callees of the origin show that what it depends on is well.
        if edge["source"] == origin and len(roles) < 16:
            roles.setdefault(edge["target"], "other")
    roles[origin] = "origin"
    onsets = {each["component"]: each["onset"][11:19] for each in said["blast_radius"] if each["onset"]}
    edges = said["graph"]["edges"]
    return {
        "svg": charts.causal_graph(edges, roles, origin, onsets),
        "slim": charts.causal_graph(edges, roles, origin, onsets, is_tall=True),
        "caption": "Arrows show how the failure travels, from what failed to what depends on it, with the time of each onset. "
        "A dashed box has no known link to the others.",
        "evidence": [],
        "head": ("Depends", "on", "known from"),
        "rows": [(each["source"], each["target"], each["origin"]) for each in edges[:100]],
    }


def _budget(each: Mapping[str, Any] | None, window: tuple[int, int]) -> Figure:
    if not each:
        return NONE
    points = list(zip(map(micros, each["times"]), each["left"], strict=True))
    # The axis ends just below the lowest value: a few percent of a month's budget would not show on a full one.
    low = math.floor(min(each["left"]) * 20 - 0.5) / 20

    def draw(width: int) -> Markup:
        title = f"Error budget left of {each['slo']}"
        look = Look(title, lambda value: quantity(value, "ratio"), top=1.0, low=low, width=width, height=170)
        return charts.line_chart(points, window, look)

    left = quantity(each["left"][-1], "ratio")
    return both(
        draw,
        caption=f"Error budget of {each['slo']} over {each['window']}: {left} left at the end of the data, "
        "if nothing was spent before it begins.",
        evidence=each["evidence"],
        head=("UTC", "Left"),
        rows=[(time[11:16], quantity(value, "ratio")) for time, value in zip(each["times"], each["left"], strict=True)][
            :240
        ],
    )


def _transactions(each: Mapping[str, Any] | None, window: tuple[int, int]) -> Figure:
    if not each:
        return NONE
    start, step = micros(each["start"]), each["step_s"] * 1_000_000
    points = [(start + index * step, float(n)) for index, n in enumerate(each["counts"])]
    usual = each["expected"]
    expected = [(time, float(usual)) for time, _ in points if window[0] - step <= time <= window[1]] if usual else []
    unit = duration(each["step_s"])

    def draw(width: int) -> Markup:
        look = Look(
            "Orders that went through", lambda value: f"{value:,.0f}", expected=expected, width=width, height=170
        )
        return charts.line_chart(points, window, look)

    said = f", against {usual:,} in the median {unit} before the onset (dashed)" if usual else ""
    return both(
        draw,
        caption=f"Orders that went through in each {unit}{said}.",
        evidence=each["evidence"],
        head=("UTC", "Orders"),
        rows=[(clock.iso(time)[11:16], f"{value:,.0f}") for time, value in points],
    )


def _waterfall(each: Mapping[str, Any]) -> Figure:
    total = max([each["duration_us"], *(span["start_us"] + span["duration_us"] for span in each["spans"])])
    held = [f"{one['component']} {duration(one['duration_us'] / 1e6)}" for one in each["critical_path"][:4]]
    heading = f"{REQUESTS.get(each['kind'], each['kind'])}: {duration(each['duration_us'] / 1e6)}"
    return both(
        lambda width: charts.waterfall(each["spans"], total, title=heading, width=width),
        heading=heading,
        caption=f"Trace {each['trace_id']} at {each['time'][11:19]}. The request waited for {', '.join(held)}.",
        evidence=each["evidence"],
        head=("Span", "Starts", "Takes"),
        rows=[
            (
                f"{one['component']} {one['operation']}",
                duration(one["start_us"] / 1e6),
                duration(one["duration_us"] / 1e6),
            )
            for one in each["spans"]
        ],
    )
