"""A series over time: the incident as a band, changes as marks, the baseline as a line."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from forensics import clock
from forensics.records.window import Micros
from forensics.report.wording import number, percent

LEFT, RIGHT, TOP, BOTTOM = 54, 14, 16, 24


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, drawn as a vertical line with a letter."""

    time: Micros
    label: str
    is_guilty: bool


def line_chart(
    points: Sequence[tuple[Micros, float | None]],
    window: tuple[Micros, Micros],
    *,
    title: str,
    unit: str = "",
    marks: Sequence[Mark] = (),
    baseline: float | None = None,
    width: int = 720,
    height: int = 190,
) -> Markup:
    """An SVG of at least two points; empty text where there are fewer."""
    known = [(time, value) for time, value in points if value is not None]
    if len(known) < 2:
        return Markup("")
    start, end = min(known[0][0], window[0]), max(known[-1][0], window[1])
    top = max(max(value for _, value in known), baseline or 0.0, 1e-9) * 1.08
    low = min(0.0, min(value for _, value in known))
    frame = _Frame(start, end, low, top, width, height)
    parts = [
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}" preserveAspectRatio="xMidYMid meet">',
        f"<title>{escape(title)}</title>",
        _band(frame, window),
        _axes(frame, unit),
    ]
    if baseline is not None:
        y = frame.y(baseline)
        parts.append(f'<line class="base" x1="{LEFT}" y1="{y:.1f}" x2="{width - RIGHT}" y2="{y:.1f}"/>')
    path = " ".join(
        f"{'L' if i else 'M'}{frame.x(time):.1f} {frame.y(value):.1f}" for i, (time, value) in enumerate(known)
    )
    floor = frame.y(max(low, 0.0))
    parts.append(
        f'<path class="area" d="{path} L{frame.x(known[-1][0]):.1f} {floor:.1f} L{frame.x(known[0][0]):.1f} {floor:.1f} Z"/>'
    )
    parts.append(f'<path class="line" d="{path}"/>')
    shown = [each for each in marks if start <= each.time <= end]
    parts += [_mark(frame, each, height, shown) for each in shown]
    parts.append("</svg>")
    return Markup("".join(str(part) for part in parts))


@dataclass(frozen=True, slots=True)
class _Frame:
    start: Micros
    end: Micros
    low: float
    top: float
    width: int
    height: int

    def x(self, time: Micros) -> float:
        return LEFT + (time - self.start) / max(self.end - self.start, 1) * (self.width - LEFT - RIGHT)

    def y(self, value: float) -> float:
        return self.height - BOTTOM - (value - self.low) / (self.top - self.low) * (self.height - TOP - BOTTOM)


def _band(frame: _Frame, window: tuple[Micros, Micros]) -> str:
    left, right = frame.x(max(window[0], frame.start)), frame.x(min(window[1], frame.end))
    tall = frame.height - TOP - BOTTOM
    label = (
        f'<text class="tick" x="{right - 4:.1f}" y="{TOP + 10}" text-anchor="end">incident</text>'
        if right - left > 90
        else ""
    )
    return f'<rect class="band" x="{left:.1f}" y="{TOP}" width="{max(right - left, 1):.1f}" height="{tall}"/>{label}'


def _axes(frame: _Frame, unit: str) -> str:
    parts = []
    for share in (0.0, 0.5, 1.0):
        value = frame.low + (frame.top / 1.08 - frame.low) * share
        y = frame.y(value)
        text = percent(value) if unit == "ratio" else number(value)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{frame.width - RIGHT}" y2="{y:.1f}"/>')
        parts.append(f'<text class="tick" x="{LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end">{escape(text)}</text>')
    steps = 6 if frame.width > 500 else 3
    for step in range(steps + 1):
        time = frame.start + (frame.end - frame.start) * step // steps
        anchor = "start" if step == 0 else "end" if step == steps else "middle"
        parts.append(
            f'<text class="tick" x="{frame.x(time):.1f}" y="{frame.height - 8}" text-anchor="{anchor}">{clock.iso(time)[11:16]}</text>'
        )
    return "".join(parts)


def _mark(frame: _Frame, each: Mark, height: int, others: Sequence[Mark]) -> str:
    x = frame.x(each.time)
    # Labels that would touch give way to the guilty one, else to the first.
    near = [one for one in others if one is not each and abs(frame.x(one.time) - x) < 6 * len(each.label)]
    crowded = not each.is_guilty and any(one.is_guilty or one.time < each.time for one in near)
    kind = "mark guilty" if each.is_guilty else "mark"
    side = "end" if x > frame.width * 0.75 else "start"
    offset = -4 if side == "end" else 4
    return f'<line class="{kind}" x1="{x:.1f}" y1="{TOP - 4}" x2="{x:.1f}" y2="{height - BOTTOM}"/>' + (
        ""
        if crowded
        else f'<text class="tick {kind}" x="{x + offset:.1f}" y="{TOP - 5}" text-anchor="{side}">{escape(each.label[:28])}</text>'
    )
