"""A series over time: the incident as a band, what is usual as another, changes as marks, the peak by its value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forensics.records.window import Micros
from forensics.report.charts.frame import Frame, cut, label, levels, opened, placed, times, wide

ROWS = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, drawn as a vertical line with its name above the plot."""

    time: Micros
    label: str
    is_guilty: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What a line chart shows beside its line; ``say`` writes a value, ``usual`` is the band of normal values."""

    title: str
    say: Callable[[float], str]
    marks: Sequence[Mark] = ()
    usual: tuple[float, float] | None = None
    expected: Sequence[tuple[Micros, float]] = ()
    top: float | None = None
    low: float | None = None
    width: int = 720
    height: int = 220


def line_chart(points: Sequence[tuple[Micros, float | None]], window: tuple[Micros, Micros], look: Look) -> Markup:
    """An SVG of at least two points; empty text where there are fewer."""
    known = [(time, value) for time, value in points if value is not None]
    if len(known) < 2:
        return Markup("")
    frame = _frame(known, window, look)
    parts = [opened(look.width, look.height, look.title), _band(frame, window), _values(frame, look)]
    if look.usual is not None:
        parts.append(_usual(frame, look))
    parts += [_expected(frame, look, known), _line(frame, known), times(frame), _marks(frame, look)]
    if not look.expected and look.top is None:
        parts.append(_peak(frame, known, look))
    return Markup("".join(parts) + "</svg>")


def _frame(known: Sequence[tuple[Micros, float]], window: tuple[Micros, Micros], look: Look) -> Frame:
    start, end = min(known[0][0], window[0]), max(known[-1][0], window[1])
    values = [value for _, value in known] + [value for _, value in look.expected]
    top = look.top or max(*values, look.usual[1] if look.usual else 0.0, 1e-9) * 1.12
    low = min(0.0, *values) if look.low is None else look.low
    longest = max(wide(look.say(value)) for value in levels(top, low))
    shown = [each for each in look.marks if start <= each.time <= end]
    return Frame(
        start, end, low, top, look.width, look.height, left=int(longest) + 10, above=10 + 15 * (ROWS if shown else 0)
    )


def _band(frame: Frame, window: tuple[Micros, Micros]) -> str:
    left, right = frame.x(window[0]), frame.x(window[1])
    return f'<rect class="c-band" x="{left:.1f}" y="{frame.above}" width="{max(right - left, 1):.1f}" height="{frame.tall}"/>'


def _values(frame: Frame, look: Look) -> str:
    parts = []
    for value in levels(frame.top, frame.low):
        y = frame.y(value)
        parts.append(
            f'<line class="c-grid" x1="{frame.left}" y1="{y:.1f}" x2="{frame.width - frame.right}" y2="{y:.1f}"/>'
        )
        parts.append(label(look.say(value), frame.left - 7, y + 3.6, "end"))
    return "".join(parts)


def _usual(frame: Frame, look: Look) -> str:
    assert look.usual is not None
    low, high = (frame.y(min(max(each, frame.low), frame.top)) for each in look.usual)
    drawn = f'x="{frame.left}" width="{frame.width - frame.left - frame.right}"'
    if low - high < 2:
        return (
            f'<line class="c-base" x1="{frame.left}" y1="{low:.1f}" x2="{frame.width - frame.right}" y2="{low:.1f}"/>'
        )
    return f'<rect class="c-usual" {drawn} y="{high:.1f}" height="{low - high:.1f}"/>'


def _path(frame: Frame, points: Sequence[tuple[Micros, float]]) -> str:
    return " ".join(
        f"{'L' if index else 'M'}{frame.x(time):.1f} {frame.y(value):.1f}" for index, (time, value) in enumerate(points)
    )


def _line(frame: Frame, known: Sequence[tuple[Micros, float]]) -> str:
    path, floor = _path(frame, known), frame.y(max(frame.low, 0.0))
    right, left = frame.x(known[-1][0]), frame.x(known[0][0])
    return (
        f'<path class="c-area" d="{path} L{right:.1f} {floor:.1f} L{left:.1f} {floor:.1f} Z"/>'
        f'<path class="c-line" d="{path}"/>'
    )


def _expected(frame: Frame, look: Look, known: Sequence[tuple[Micros, float]]) -> str:
    """What was to be expected, and what lies between it and what was."""
    if len(look.expected) < 2:
        return ""
    actual = dict(known)
    both = [(time, value, min(value, actual[time])) for time, value in look.expected if time in actual]
    upper = _path(frame, [(time, value) for time, value, _ in both])
    lower = " ".join(f"L{frame.x(time):.1f} {frame.y(value):.1f}" for time, _, value in reversed(both))
    return f'<path class="c-lost" d="{upper} {lower} Z"/><path class="c-base" fill="none" d="{_path(frame, look.expected)}"/>'


def _peak(frame: Frame, known: Sequence[tuple[Micros, float]], look: Look) -> str:
    time, value = max(known, key=lambda each: (each[1], -each[0]))
    x, y = frame.x(time), frame.y(value)
    text = look.say(value)
    anchor = "end" if x + wide(text) + 8 > frame.width - frame.right else "start"
    at = x - 8 if anchor == "end" else x + 8
    return f'<circle class="c-peak" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' + label(text, at, y - 4, anchor, "c-strong")


def _marks(frame: Frame, look: Look) -> str:
    shown = [each for each in look.marks if frame.start <= each.time <= frame.end]
    names = [cut(each.label, 190) for each in shown]
    spots = placed(
        [(frame.x(each.time), name, each.is_guilty) for each, name in zip(shown, names, strict=True)],
        frame.left, frame.width - frame.right, ROWS, has_lines=True,
    )  # fmt: skip
    parts = []
    for each, name, (at, row, anchor, fits) in zip(shown, names, spots, strict=True):
        x = frame.x(each.time)
        y = frame.above - 6 - 14 * (ROWS - 1 - row) if fits else float(frame.above)
        kind = "c-guilty" if each.is_guilty else "c-change"
        parts.append(
            f'<line class="{kind}" x1="{x:.1f}" y1="{y - 6:.1f}" x2="{x:.1f}" y2="{frame.height - frame.below}"/>'
        )
        if fits:
            parts.append(label(name, at, y, anchor, "c-blamed" if each.is_guilty else "c-tick"))
    return "".join(parts)
