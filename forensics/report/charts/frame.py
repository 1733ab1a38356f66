"""What charts over time share: scales, round ticks, and labels that do not touch."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import escape

from forensics import clock
from forensics.records.window import MINUTE, SECOND, Micros

STEPS = tuple(n * SECOND for n in (1, 5, 10, 30)) + tuple(
    n * MINUTE for n in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14400, 43200)
)
# Inter at 10.5 px is a little over half as wide as high, on average; wider is safer than touching.
LETTER = 6.1


def wide(text: str, letter: float = LETTER) -> float:
    """About how many pixels a label needs."""
    return len(text) * letter


@dataclass(frozen=True, slots=True)
class Frame:
    """A plot of ``width`` by ``height`` with margins, from ``start`` to ``end`` and ``low`` to ``top``."""

    start: Micros
    end: Micros
    low: float
    top: float
    width: int
    height: int
    left: int = 56
    right: int = 12
    above: int = 30
    below: int = 24

    def x(self, time: Micros) -> float:
        """Where an instant lies; what is outside lies on the edge."""
        inside = min(max(time, self.start), self.end)
        return self.left + (inside - self.start) / max(self.end - self.start, 1) * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Where a value lies."""
        return self.height - self.below - (value - self.low) / (self.top - self.low) * self.tall

    @property
    def tall(self) -> int:
        """Height of the plot without its margins."""
        return self.height - self.above - self.below


def instants(start: Micros, end: Micros, most: int) -> Iterator[Micros]:
    """Round instants from ``start`` to ``end``, at most ``most`` of them.

    >>> list(instants(90 * SECOND, 330 * SECOND, 3))
    [120000000, 240000000]
    """
    step = next((each for each in STEPS if (end - start) / each <= most), STEPS[-1])
    time = -(-start // step) * step
    while time <= end:
        yield time
        time += step


def times(frame: Frame) -> str:
    """The time axis: hours and minutes, with seconds or the day where the stretch needs them."""
    marks = list(instants(frame.start, frame.end, max(2, (frame.width - frame.left) // 80)))
    is_short, is_long = len(marks) > 1 and marks[1] - marks[0] < MINUTE, frame.end - frame.start > 2 * 1440 * MINUTE
    parts = []
    for time in marks:
        x, text = frame.x(time), clock.iso(time)
        said = text[5:10] if is_long else text[11:19] if is_short else text[11:16]
        half = wide(said) / 2
        anchor, at = ("end", frame.width - 1.0) if x + half > frame.width else ("middle", x)
        parts.append(f'<text class="c-tick" x="{at:.1f}" y="{frame.height - 7}" text-anchor="{anchor}">{said}</text>')
    return "".join(parts)


def levels(top: float, low: float = 0.0) -> tuple[float, ...]:
    """Round values from ``low`` to about ``top``, two or three steps.

    >>> levels(0.443), levels(61.0), levels(1.0, 0.9)
    ((0.0, 0.2, 0.4), (0.0, 20.0, 40.0, 60.0), (0.9, 0.95, 1.0))
    """
    reach = top - low
    if not reach > 0:
        return (low,)
    power = 10.0 ** math.floor(math.log10(reach))
    step = next(power * factor for factor in (0.25, 0.5, 1.0, 2.0, 2.5, 5.0) if reach / (power * factor) <= 3.6)
    first = math.ceil(low / step - 1e-9)
    return tuple(round(step * n, 12) for n in range(first, math.floor(top / step + 1e-9) + 1))


def placed(
    labels: Sequence[tuple[float, str, bool]], left: float, right: float, rows: int, *, has_lines: bool = False
) -> list[tuple[float, int, str, bool]]:
    """Where labels fit above a plot: ``(x, row, anchor, ...)`` for those that do; the important ones choose first.

    ``labels`` are ``(x, text, is_important)``; with ``has_lines`` each stands at a vertical line that no other may cross.
    What finds no room is left out: the table behind the chart has it.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(rows)]
    found: list[tuple[float, int, str, bool]] = [(0.0, -1, "", False)] * len(labels)
    for index in sorted(range(len(labels)), key=lambda i: (not labels[i][2], labels[i][0], i)):
        x, text, _ = labels[index]
        length = wide(text) + 6
        for row in range(rows):
            spans = ((x + 4, "start"), (x - 4 - length, "end"))
            fits = [
                (begin, anchor)
                for begin, anchor in spans
                if begin >= left - 2
                and begin + length <= right + 2
                and all(begin + length < a or begin > b for a, b in taken[row])
                and not (has_lines and any(begin < other < begin + length for other, _, _ in labels))
            ]
            if fits:
                begin, anchor = fits[0]
                taken[row].append((begin, begin + length))
                found[index] = (x + 4 if anchor == "start" else x - 4, row, anchor, True)
                break
    return found


def label(text: str, x: float, y: float, anchor: str, kind: str = "c-tick") -> str:
    """One text of a chart."""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def opened(width: int, height: int, title: str, kind: str = "") -> str:
    """The start of a drawing with its text for those who cannot see it."""
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
    )


def cut(text: str, room: float, letter: float = LETTER) -> str:
    """``text`` in a length that fits into ``room`` pixels."""
    most = max(3, int(room / letter))
    return text if len(text) <= most else text[: most - 1] + "…"
