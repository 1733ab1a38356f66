"""The timeline as lanes of marks: what kind of thing happened when."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from forensics import clock
from forensics.records.window import Micros

LANES = ("change", "signal", "alert", "note", "mark")
NAMES = {"change": "Changes", "signal": "Signals", "alert": "Alerts", "note": "Notes", "mark": "Marks"}
LEFT, RIGHT, LANE, TOP = 74, 14, 22, 8


def timeline_strip(
    events: Sequence[tuple[Micros, str, str]], window: tuple[Micros, Micros], width: int = 720
) -> Markup:
    """An SVG with a lane a kind; each mark has its text as a tooltip."""
    lanes = [kind for kind in LANES if any(each[1] == kind for each in events)]
    if not lanes:
        return Markup("")
    start = min(window[0], min(each[0] for each in events))
    end = max(window[1], max(each[0] for each in events))
    height = TOP + LANE * len(lanes) + 22

    def x(time: Micros) -> float:
        return LEFT + (time - start) / max(end - start, 1) * (width - LEFT - RIGHT)

    parts = [
        f'<svg class="chart strip" viewBox="0 0 {width} {height}" role="img" aria-label="Timeline by kind of event">'
    ]
    parts.append(
        f'<rect class="band" x="{x(window[0]):.1f}" y="{TOP}" width="{max(x(window[1]) - x(window[0]), 1):.1f}" height="{LANE * len(lanes)}"/>'
    )
    for row, kind in enumerate(lanes):
        y = TOP + LANE * row + LANE / 2
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{width - RIGHT}" y2="{y}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 8}" y="{y + 3.5}" text-anchor="end">{NAMES[kind]}</text>')
        for time, each, text in events:
            if each == kind:
                guilty = " guilty" if "(guilty)" in text else ""
                parts.append(_shape(kind, x(time), y, guilty, f"{clock.iso(time)[11:19]} {text}"))
    for step in range(7):
        time = start + (end - start) * step // 6
        anchor = "start" if step == 0 else "end" if step == 6 else "middle"
        parts.append(
            f'<text class="tick" x="{x(time):.1f}" y="{height - 6}" text-anchor="{anchor}">{clock.iso(time)[11:16]}</text>'
        )
    parts.append("</svg>")
    return Markup("".join(parts))


def _shape(kind: str, x: float, y: float, guilty: str, text: str) -> str:
    title = f"<title>{escape(text)}</title>"
    if kind == "change":
        return f'<path class="dot {kind}{guilty}" d="M{x:.1f} {y - 6} l6 6 l-6 6 l-6 -6 Z">{title}</path>'
    if kind == "alert":
        return f'<path class="dot {kind}" d="M{x:.1f} {y - 6} l6 11 l-12 0 Z">{title}</path>'
    if kind == "mark":
        return f'<rect class="dot {kind}" x="{x - 1.5:.1f}" y="{y - 8}" width="3" height="16">{title}</rect>'
    return f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y}" r="4.5">{title}</circle>'
