"""Counts by row and time as shades, and by component and kind of signal."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from forensics.records.window import Micros
from forensics.report.charts.frame import Frame, cut, label, opened, times

SHADES = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a heat map: what it is called, and its counts by column."""

    name: str
    counts: Sequence[int]


def shade(value: float, most: float) -> int:
    """From 0 for nothing to 5 for the most, by the logarithm, so that rare things show beside frequent ones.

    >>> [shade(value, 1000) for value in (0, 1, 30, 1000)]
    [0, 1, 3, 5]
    """
    if value <= 0 or most <= 0:
        return 0
    import math

    return min(SHADES, 1 + int(SHADES * math.log1p(value) / math.log1p(most) - 1e-9))


def heat_map(
    rows: Sequence[Row], start: Micros, step: Micros, window: tuple[Micros, Micros], *, title: str, left: int, width: int = 720,
    height_of_row: int = 17, is_mono: bool = False,
) -> Markup:  # fmt: skip
    """An SVG with a row a thing and a column a stretch of time; each row is shaded against its own largest count.

    Neighbours of one shade are drawn as one rectangle.
    """
    columns = max((len(each.counts) for each in rows), default=0)
    if not columns:
        return Markup("")
    height = 8 + height_of_row * len(rows) + 24
    frame = Frame(start, start + step * columns, 0.0, 1.0, width, height, left=left, above=6)
    across = (width - frame.left - frame.right) / columns
    most = max(max(each.counts, default=0) for each in rows)
    parts = [opened(width, height, title, "heat")]
    for index, each in enumerate(rows):
        y = 6 + index * height_of_row
        parts.append(label(cut(each.name, left - 12, 5.9), left - 7, y + height_of_row - 5, "end"))
        own = max(each.counts, default=0) if not is_mono else most
        parts.append(_runs(each.counts, own, frame.left, across, y, height_of_row - 1))
    x, end = frame.x(window[0]), frame.x(window[1])
    parts.append(
        f'<rect class="c-edges" x="{x:.1f}" y="4" width="{max(end - x, 2):.1f}" height="{height_of_row * len(rows) + 3}"/>'
    )
    return Markup("".join(parts) + times(frame) + "</svg>")


def _runs(counts: Sequence[int], most: int, left: float, across: float, y: float, tall: float) -> str:
    parts = []
    start = 0
    shades = [shade(each, most) for each in counts]
    for index in range(1, len(shades) + 1):
        if index == len(shades) or shades[index] != shades[start]:
            if shades[start]:
                x = left + start * across
                parts.append(
                    f'<rect class="c-h{shades[start]}" x="{x:.1f}" y="{y}" width="{(index - start) * across:.1f}" height="{tall}"/>'
                )
            start = index
    return "".join(parts)


def matrix(
    rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], heads: Sequence[str], *, title: str, width: int = 720
) -> Markup:
    """An SVG of ``rows`` by ``heads``: each cell a text and a shade from 0 to 5."""
    if not rows or not heads:
        return Markup("")
    left, top, tall = (150 if width > 500 else 92), 26, 30
    across = (width - left) / len(heads)
    height = top + tall * len(rows) + 4
    parts = [opened(width, height, title, "matrix")]
    for column, head in enumerate(heads):
        parts.append(label(cut(head, across - 2), left + (column + 0.5) * across, 16, "middle"))
    for index, (name, cells) in enumerate(rows):
        y = top + index * tall
        parts.append(label(cut(name, left - 10, 6.6), 0, y + 19, "start", "c-name"))
        for column, (text, level) in enumerate(cells):
            x = left + column * across
            kind = f"c-h{level}" if level else "c-node"
            parts.append(
                f'<rect class="{kind}" x="{x + 1.5:.1f}" y="{y + 1.5}" width="{across - 3:.1f}" height="{tall - 3}" rx="3"/>'
            )
            if text:
                inside = "c-onbadsmall" if level >= 4 else "c-strong"
                parts.append(label(cut(text, across - 6), x + across / 2, y + 19, "middle", inside))
    return Markup("".join(parts) + "</svg>")
