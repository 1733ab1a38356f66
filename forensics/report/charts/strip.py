"""The timeline as lanes of marks: what kind of thing happened when, the marks of the incident by their names."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from forensics import clock
from forensics.records.window import Micros
from forensics.report.charts.frame import Frame, cut, label, opened, placed, times

LANES = ("mark", "alert", "change", "signal", "note")
NAMES = {"change": "Changes", "signal": "Signals", "alert": "Alerts", "note": "Notes", "mark": "Marks"}
SHORT = {"The incident window begins": "begins", "The incident window ends": "ends"}
LANE = 24
TALLER = 17


def timeline_strip(
    events: Sequence[tuple[Micros, str, str, str]], window: tuple[Micros, Micros], width: int = 720
) -> Markup:
    """An SVG with a lane a kind, of ``(time, kind, text, component)``; each mark has its text as a tooltip."""
    lanes = [kind for kind in LANES if any(each[1] == kind for each in events)]
    if not lanes:
        return Markup("")
    start, end = min(window[0], *(each[0] for each in events)), max(window[1], *(each[0] for each in events))
    extra = {kind: TALLER * _rows(kind) for kind in lanes}
    height = 8 + sum(LANE + extra[kind] for kind in lanes) + 24
    frame = Frame(start, end, 0.0, 1.0, width, height, left=66, above=6)
    title = f"Timeline: {len(events)} events by kind"
    ends = f'data-start="{start // 1000}" data-end="{end // 1000}" data-from="{window[0] // 1000}" data-to="{window[1] // 1000}"'
    sides = f'data-left="{frame.left}" data-right="{width - frame.right}"'
    parts = [
        opened(width, height, title, "strip").replace(" role=", f" {ends} {sides} role=", 1),
        f'<rect class="c-band" x="{frame.x(window[0]):.1f}" y="6" width="{max(frame.x(window[1]) - frame.x(window[0]), 1):.1f}"'
        f' height="{height - 32}"/>',
    ]
    top = 8.0
    for kind in lanes:
        parts.append(_lane(frame, kind, [each for each in events if each[1] == kind], top, extra[kind]))
        top += LANE + extra[kind]
    return Markup("".join(parts) + times(frame).replace('class="c-tick"', 'class="c-tick c-loosetick"') + "</svg>")


def _rows(kind: str) -> int:
    return {"mark": 2, "change": 1, "alert": 1}.get(kind, 0)


def _lane(frame: Frame, kind: str, events: Sequence[tuple[Micros, str, str, str]], top: float, extra: float) -> str:
    y = top + extra + LANE / 2
    parts = [
        f'<line class="c-grid" x1="{frame.left}" y1="{y}" x2="{frame.width - frame.right}" y2="{y}"/>',
        label(NAMES[kind], frame.left - 9, y + 3.6, "end"),
    ]
    names = [_name(kind, text, component) for _, _, text, component in events]
    spots = placed(
        [
            (frame.x(time), name, "(guilty)" in text or kind == "mark")
            for (time, _, text, _), name in zip(events, names, strict=True)
        ],
        frame.left, frame.width - 2, max(1, _rows(kind)),
    )  # fmt: skip
    for (time, _, text, component), name, (at, row, anchor, fits) in zip(events, names, spots, strict=True):
        is_guilty = "(guilty)" in text
        said = f"{clock.iso(time)[11:19]} {component} {text}".replace("  ", " ")
        x = frame.x(time)
        parts.append(
            f'<g data-at="{clock.iso(time)}" data-x="{x:.1f}">{_shape(kind, x, y, said, is_guilty=is_guilty)}</g>'
        )
        if fits and name and _rows(kind):
            at_y = y - 11 - 14 * row
            parts.append(label(name, at, at_y, anchor, ("c-blamed" if is_guilty else "c-tick") + " c-loosetext"))
    return "".join(parts)


def _name(kind: str, text: str, component: str) -> str:
    if kind == "mark":
        return SHORT.get(text, text.lower())
    if kind == "alert":
        return cut(text.removeprefix("Alert ").partition(" (")[0], 190)
    return cut(f"{text.partition(' ')[0].lower()} {component}".strip(), 190) if kind == "change" else ""


def _shape(kind: str, x: float, y: float, text: str, *, is_guilty: bool) -> str:
    title = f"<title>{escape(text)}</title>"
    if kind == "change":
        colour = "c-bad" if is_guilty else "c-dot"
        return f'<path class="{colour}" d="M{x:.1f} {y - 6.5} l6.5 6.5 l-6.5 6.5 l-6.5 -6.5 Z">{title}</path>'
    if kind == "alert":
        return f'<path class="c-alert" d="M{x:.1f} {y - 6} l6.5 11.5 l-13 0 Z">{title}</path>'
    if kind == "mark":
        return f'<rect class="c-mark" x="{x - 1.5:.1f}" y="{y - 8}" width="3" height="16">{title}</rect>'
    kind_of = "c-note" if kind == "note" else "c-signal"
    return f'<circle class="{kind_of}" cx="{x:.1f}" cy="{y}" r="4">{title}</circle>'
