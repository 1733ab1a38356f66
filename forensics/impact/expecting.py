"""What a count would have been without the incident: a seasonal profile at today's level, with a conformal interval.

The prediction for a window is its seasonal profile times the ratio of the level just before it to that profile, to the
power that earlier windows bear out (a level that is mostly noise carries over little). The same prediction made for
earlier windows shows how far it strays: the 5th and 95th percentile of ``log(actual / predicted)`` there give the interval
(split conformal prediction, Vovk et al., Algorithmic Learning in a Random World, ch. 2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from forensics.impact.response import percentile

# A season counts once it has been seen this often besides the one in question.
FEWEST_SEASONS = 2
FEWEST_WINDOWS = 20
COVERAGE = 0.9
# Windows of another size stray differently: calibrate on those that predict about as much.
ALIKE = 2.0
# The profile of a slot is smoothed over its neighbours: half an hour either way in a week.
SMOOTH_SHARE = 336
MOST_WINDOWS = 1_000


@dataclass(frozen=True, slots=True)
class Slots:
    """Counts in slots of equal length, None where nothing was measured or another incident ran.

    ``season`` is the number of slots a season (a week), None without a seasonal baseline.
    """

    counts: tuple[float | None, ...]
    season: int | None


@dataclass(frozen=True, slots=True)
class Expected:
    """The count a window would have had, with its interval of 90 %; ``n`` earlier windows calibrate it."""

    value: float
    low: float
    high: float
    n: int
    is_seasonal: bool


def median_of(history: Sequence[float]) -> float | None:
    """The median of the same slot in other seasons; None without any.

    >>> median_of([1000, 1040, 980, 1020, 990, 1010])
    1005.0
    """
    return percentile(history, 0.5) if history else None


def expect(slots: Slots, start: int, length: int, lead: int, gap: int = 0) -> Expected | None:
    """What ``length`` slots from ``start`` would have held; None where too little came before.

    The slots before ``start - gap`` give today's level: ``lead`` of them, or two or four times as many, whichever told
    earlier windows best. Only slots before ``start`` are looked at.
    """
    season = slots.season if slots.season and start >= FEWEST_SEASONS * slots.season else None
    past = _Past(slots.counts[:start], season, _profile(slots.counts[:start], season))
    fits = [_fit(past, start, length, each, gap) for each in (lead, 2 * lead, 4 * lead)]
    best = min((each for each in fits if each is not None), key=lambda each: each.typical, default=None)
    if best is None:
        return None
    tail, n = (1 - COVERAGE) / 2, len(best.errors)
    # One more than were seen: the window in question is exchangeable with them. They overlap by half.
    spread = min(1.0, (1 - tail) * (n / 2 + 1) / (n / 2))
    low, middle, high = (percentile(best.errors, q) for q in (1 - spread, 0.5, spread))
    value = best.predicted
    return Expected(
        value * math.exp(middle), value * math.exp(low), value * math.exp(high), n, season is not None
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Past:
    """What came before; ``profile`` holds by slot of the season its number and count, smoothed over neighbours."""

    known: tuple[float | None, ...]
    season: int | None
    profile: dict[int, list[tuple[int, float]]]

    def usual(self, slot: int, without: int | None) -> float | None:
        """The median of a slot over all seasons but one; 1 without a season, so that only the level counts."""
        if self.season is None:
            return 1.0
        values = [value for number, value in self.profile.get(slot % self.season, ()) if number != without]
        return percentile(values, 0.5) if values else None


@dataclass(frozen=True, slots=True)
class _Fit:
    """A prediction and the log errors of the same prediction on earlier windows."""

    predicted: float
    errors: list[float]

    @property
    def typical(self) -> float:
        return percentile([abs(each) for each in self.errors], 0.5)


def _profile(known: Sequence[float | None], season: int | None) -> dict[int, list[tuple[int, float]]]:
    found: dict[int, list[tuple[int, float]]] = {}
    if season is None:
        return found
    sums, seen = [0.0], [0]
    for value in known:
        sums.append(sums[-1] + (value or 0.0))
        seen.append(seen[-1] + (value is not None))
    width = max(1, season // SMOOTH_SHARE)
    for i, value in enumerate(known):
        low, high = max(0, i - width), min(len(known), i + width + 1)
        if value is not None:
            found.setdefault(i % season, []).append((i // season, (sums[high] - sums[low]) / (seen[high] - seen[low])))
    return found


def _parts(
    past: _Past, start: int, length: int, lead: int, gap: int, without: int | None
) -> tuple[float, float] | None:
    """The profile's sum over a window and the level just before it relative to the profile; None where not known."""
    usual = [past.usual(start + i, without) for i in range(length)]
    before = range(max(0, start - gap - lead), max(0, start - gap))
    pairs = [(past.known[i], past.usual(i, without)) for i in before]
    told = [(seen, base) for seen, base in pairs if seen is not None and base is not None]
    total = math.fsum(base for _, base in told)
    level = math.fsum(seen for seen, _ in told)
    if None in usual or len(told) < max(1, lead // 2) or total <= 0 or level <= 0:
        return None
    return math.fsum(each for each in usual if each is not None), level / total


def _fit(past: _Past, start: int, length: int, lead: int, gap: int) -> _Fit | None:
    """How much of the level carries over, fitted on earlier windows, each without its own season in the profile."""
    here = _parts(past, start, length, lead, gap, start // past.season if past.season else None)
    if here is None or here[0] <= 0:
        return None
    step = max(1, length // 2, start // MOST_WINDOWS)
    rows = []
    for at in range(lead + gap, start - length + 1, step):
        part = past.known[at : at + length]
        actual = math.fsum(each for each in part if each is not None)
        if actual <= 0 or any(each is None for each in part):
            continue
        seen = _parts(past, at, length, lead, gap, at // past.season if past.season else None)
        if seen is not None and seen[0] > 0:
            rows.append((seen[0] * seen[1], math.log(actual / seen[0]), math.log(seen[1])))
    size = here[0] * here[1]
    alike = [(moved, level) for guess, moved, level in rows if size / ALIKE <= guess <= size * ALIKE]
    if len(alike) < FEWEST_WINDOWS:
        return None
    square = math.fsum(level * level for _, level in alike)
    # Without a season the level is all there is.
    carried = 1.0 if past.season is None or square == 0 else math.fsum(moved * level for moved, level in alike) / square
    carried = min(1.0, max(0.0, carried))
    return _Fit(here[0] * here[1] ** carried, sorted(moved - carried * level for moved, level in alike))
