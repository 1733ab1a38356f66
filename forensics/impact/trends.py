"""A robust trend of a series, whether it is one at all, and when it meets a limit.

Theil and Sen's slope (Sen, Journal of the American Statistical Association 63, 1968); Mann and Kendall's test with its
variance widened for serial correlation (after Hamed and Rao, Journal of Hydrology 204, 1998).
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from forensics.impact.response import percentile

Samples = Sequence[tuple[float, float]]
# Pairs of points grow with the square: longer series are folded into this many blocks.
BLOCKS = 60
FEWEST = 12
# What is forecast wakes nobody up falsely more than once in ten thousand series without a trend.
CLEAR = 0.0001
NORMAL_90 = 1.6449
# A slope of as many errors needs no ranks: what is left beside a straight line is rounding.
PLAIN = 10.0
# No series is believed to be more than this correlated: the trend itself is taken for correlation then.
STRONGEST = 0.95
HORIZON = 30.0
STEPS = 1_500
# The chance of staying short of a limit is tabulated to six deviations, in steps of a thirty-second.
WIDEST, FINE, PARTS = 6, 32, 16
# Lines as likely as one another, by the deviations at the middles of eleven equal shares of a normal distribution.
LINES = tuple(NormalDist().inv_cdf((i + 0.5) / 11) for i in range(11))


@dataclass(frozen=True, slots=True)
class Trend:
    """A line through ``(middle, level)``; ``noise`` of single samples, ``error`` of slope and level.

    ``apart`` is the mean time between samples and ``carried`` how much of its deviation one hands on to the next.
    """

    slope: float
    middle: float
    level: float
    noise: float
    error: float
    level_error: float
    p_value: float
    apart: float
    carried: float
    start: float
    end: float

    @property
    def is_clear(self) -> bool:
        """Whether the series has a trend: beyond chance, and its slope's interval leaves out zero."""
        size = abs(self.slope)
        return size > PLAIN * self.error or (self.p_value < CLEAR and size > NORMAL_90 * self.error)

    def at(self, time: float) -> float:
        """The line's value."""
        return self.level + self.slope * (time - self.middle)


@dataclass(frozen=True, slots=True)
class Meeting:
    """When a trend meets a limit, in the unit of time from the last sample; ``high`` None: perhaps never."""

    estimate: float
    low: float
    high: float | None


def fit(samples: Samples) -> Trend | None:
    """The trend of samples in time order; None with fewer than twelve, or no time between them."""
    blocks = _blocks(samples)
    if len(blocks) < FEWEST or blocks[-1][0] <= blocks[0][0]:
        return None
    pairs = [(a, b) for i, a in enumerate(blocks) for b in blocks[i + 1 :]]
    slope = percentile([(y - v) / (x - u) for (u, v), (x, y) in pairs if x > u], 0.5)
    middle = math.fsum(time for time, _ in blocks) / len(blocks)
    level = percentile([value - slope * (time - middle) for time, value in blocks], 0.5)
    rest = [value - level - slope * (time - middle) for time, value in blocks]
    square = math.fsum(each * each for each in rest)
    carried = _carried(rest)
    wider = (1 + carried) / (1 - carried)
    # Few independent points: Student's distribution is wider than the normal one (Peizer and Pratt's first term).
    free = max(3.0, len(blocks) / wider - 2)
    student = 1 + (NORMAL_90**2 + 1) / (4 * free)
    spread = math.fsum((time - middle) ** 2 for time, _ in blocks)
    variance = square / (len(blocks) - 2)
    single = [value - level - slope * (time - middle) for time, value in samples]
    noise = math.sqrt(math.fsum(each * each for each in single) / max(1, len(single) - 2))
    return Trend(
        slope, middle, level, noise, student * math.sqrt(variance * wider / spread),
        student * math.sqrt(variance * wider / len(blocks)),
        _mann_kendall(pairs, len(blocks), wider), *_handed_on(samples, single), samples[0][0], samples[-1][0],
    )  # fmt: skip


def _blocks(samples: Samples) -> list[tuple[float, float]]:
    """Means of runs of equally many samples."""
    size = -(-len(samples) // BLOCKS)
    runs = [samples[at : at + size] for at in range(0, len(samples), size)]
    return [
        (math.fsum(time for time, _ in run) / len(run), math.fsum(value for _, value in run) / len(run))
        for run in runs
        if len(run) == size
    ]


def _handed_on(samples: Samples, single: Sequence[float]) -> tuple[float, float]:
    """The mean spacing of samples, and the correlation of neighbours, with what a fitted line takes away of it added."""
    spacing = (samples[-1][0] - samples[0][0]) / (len(samples) - 1)
    return spacing, _carried(single)


def _carried(rest: Sequence[float]) -> float:
    """The correlation of neighbours around a fitted line, from 0 to 0.95, with Kendall's bias made good."""
    square = math.fsum(each * each for each in rest)
    found = math.fsum(a * b for a, b in itertools.pairwise(rest)) / square if square > 0 else 0.0
    return min(STRONGEST, max(0.0, found + (1 + 4 * max(0.0, found)) / len(rest)))


def _mann_kendall(pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], n: int, wider: float) -> float:
    """The two-sided p-value that there is no trend; ``wider`` is the inflation of the variance."""
    score = sum((y > v) - (y < v) for (_, v), (_, y) in pairs)
    variance = n * (n - 1) * (2 * n + 5) / 18 * wider
    z = max(0, abs(score) - 1) / math.sqrt(variance)
    return math.erfc(z / math.sqrt(2))


def meeting(trend: Trend, limit: float) -> Meeting | None:
    """When a sample first meets ``limit``, with an interval of 90 %; None where the line leads away from it.

    The chance of having met it by a time is averaged over lines that the samples leave possible; on each of them single
    samples scatter normally around it and hand on what they deviate by, so the first that meets a limit usually comes
    before the line does. Only the sample before counts for the chance of the next one.
    """
    left = limit - trend.at(trend.end)
    if trend.slope == 0 or left / trend.slope <= 0:
        return None
    sign = 1 if trend.slope > 0 else -1
    furthest = HORIZON * max(trend.end - trend.start, left / trend.slope)
    safe = [1.0] * len(LINES)
    found: list[float] = []
    before = 0.0
    stays = _staying(trend.carried)
    for step in range(1, STEPS + 1):
        # Steps grow, so that what is near is looked at closely.
        ahead = furthest * (step / STEPS) ** 2
        time = trend.end + ahead
        error = math.hypot(trend.level_error, trend.error * (time - trend.middle))
        gap = sign * (limit - trend.at(time))
        for i, line in enumerate(LINES):
            safe[i] *= stays(gap - line * error, trend.noise) ** ((ahead - before) / trend.apart)
        met = 1 - math.fsum(safe) / len(safe)
        while len(found) < 3 and met >= (0.05, 0.5, 0.95)[len(found)]:
            found.append(ahead)
        before = ahead
        if len(found) == 3:
            break
    if len(found) < 2:
        return None
    return Meeting(found[1], found[0], found[2] if len(found) == 3 else None)


def _staying(carried: float) -> Callable[[float, float], float]:
    """The chance that a sample stays short of a limit ``gap`` away, at a ``noise``, where the one before did.

    For two normal deviations of correlation r: 1/2pi times the integral of exp(-h^2 / (1 + sin t)) for t from 0 to
    asin(r), more than if they were independent (Plackett, Biometrika 41, 1954). Looked up in a table by h = gap / noise.
    """
    top = math.asin(carried)
    table: list[float] = []
    for place in range(2 * WIDEST * FINE + 1):
        h = place / FINE - WIDEST
        alone = 0.5 * math.erfc(-h / math.sqrt(2))
        middles = (1 + math.sin(top * (i + 0.5) / PARTS) for i in range(PARTS))
        more = top / PARTS * math.fsum(math.exp(-h * h / each) for each in middles) / (2 * math.pi)
        table.append(min(1.0, (alone * alone + more) / alone))

    def stays(gap: float, noise: float) -> float:
        if noise <= 0:
            return 1.0 if gap > 0 else 0.0
        place = min(max(gap / noise + WIDEST, 0.0), 2 * WIDEST - 1e-9) * FINE
        low = int(place)
        return table[low] + (table[low + 1] - table[low]) * (place - low)

    return stays
