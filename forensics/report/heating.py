"""The heat maps of a report: messages by time, latency by time, and who was reached by what."""

from collections.abc import Mapping
from typing import Any

from forensics import clock
from forensics.report import charts
from forensics.report.charts.heat import Row, shade
from forensics.report.tables import quantity
from forensics.report.wording import count, duration

Figure = dict[str, Any]
NONE: Figure = {"svg": "", "caption": "", "evidence": []}
WIDE, SLIM = 720, 344


def messages(each: Mapping[str, Any] | None, window: tuple[int, int]) -> Figure:
    """Kinds of message by time."""
    if not each or not each["rows"]:
        return NONE
    start, step = clock.instant(each["start"], "UTC"), each["step_s"] * 1_000_000
    rows = [Row(row["template"], row["counts"]) for row in each["rows"]]
    title = f"{len(rows)} kinds of message by time"
    return {
        "svg": charts.heat_map(rows, start, step, window, title=title, left=270),
        "slim": charts.heat_map(rows, start, step, window, title=title, left=130, width=SLIM),
        "caption": f"When each kind of message was logged, {duration(each['step_s'])} a column; darker is more, each row against its "
        "own most. The dashed frame is the incident.",
        "evidence": [],
        "head": ("Message", "Lines", "Most in a column"),
        "rows": [(row.name, count(sum(row.counts)), count(max(row.counts))) for row in rows],
    }  # fmt: skip


def latency(each: Mapping[str, Any] | None, window: tuple[int, int]) -> Figure:
    """How many requests took how long, by time."""
    if not each or len(each["rows"]) < 2:
        return NONE
    start, step = clock.instant(each["start"], "UTC"), each["step_s"] * 1_000_000
    rows = [Row(duration(row["from_s"]), row["counts"]) for row in each["rows"]]
    title = f"Latency at {each['component']} by time"
    return {
        "svg": charts.heat_map(rows, start, step, window, title=title, left=66, height_of_row=13, is_mono=True),
        "slim": charts.heat_map(rows, start, step, window, title=title, left=66, width=SLIM, height_of_row=13, is_mono=True),
        "caption": f"How long requests to {each['component']} took: each row is a latency from the time beside it to the one above, darker "
        "where more requests lie. The dashed frame is the incident.",
        "evidence": [],
        "head": ("Latency from", "Requests"),
        "rows": [(row.name, count(sum(row.counts))) for row in rows],
    }  # fmt: skip


MOST_SOURCES = 24


def sources(each: Mapping[str, Any], window: tuple[int, int]) -> Figure:
    """Files by time: which speaks when, and where one is silent."""
    if not each["sources"]:
        return NONE
    start, step = clock.instant(each["start"], "UTC"), each["slot_s"] * 1_000_000
    rows = [Row(row["file"], row["counts"]) for row in each["sources"][:MOST_SOURCES]]
    title = f"{len(rows)} sources by time"
    more = len(each["sources"]) - len(rows)
    return {
        "svg": charts.heat_map(rows, start, step, window, title=title, left=200),
        "slim": charts.heat_map(rows, start, step, window, title=title, left=120, width=SLIM),
        "caption": f"Which file has rows when, {duration(each['slot_s'])} a column; each against its own most. The dashed frame is the "
        f"incident.{f' {more} more files are in report.json.' if more else ''}",
        "evidence": [],
        "head": ("File", "Rows", "Most in a column"),
        "rows": [(row.name, count(sum(row.counts)), count(max(row.counts))) for row in rows],
    }  # fmt: skip


def reach(each: Mapping[str, Any] | None) -> Figure:
    """Components by kind of signal."""
    if not each:
        return NONE
    cells = {(cell["component"], cell["quantity"]): cell for cell in each["cells"]}
    rows = []
    for name in each["components"]:
        found = [cells.get((name, kind)) for kind in each["quantities"]]
        rows.append((name, [(_said(cell), shade(cell["size"], 1000.0) if cell else 0) for cell in found]))
    title = "Which component showed what"
    return {
        "svg": charts.matrix(rows, each["quantities"], title=title),
        "slim": charts.matrix(rows, each["quantities"], title=title, width=SLIM),
        "caption": "What each component showed during the incident; darker is further from its own normal, ↑ rose, ↓ fell.",
        "evidence": [],
        "head": ("Component", "Signal", "Before", "During"),
        "rows": [
            (
                cell["component"],
                cell["subject"],
                quantity(cell["before"], cell["unit"]),
                quantity(cell["during"], cell["unit"]),
            )
            for cell in each["cells"]
        ],
    }


def _said(cell: Mapping[str, Any] | None) -> str:
    if cell is None:
        return ""
    value = (
        quantity(cell["during"], "" if cell["unit"].endswith("min") else cell["unit"])
        if cell["during"] is not None
        else ""
    )
    return f"{'↑' if cell['direction'] > 0 else '↓'} {value}".strip()
