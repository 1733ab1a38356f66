"""The value of a query at each full minute, as Prometheus would have given it."""

import bisect
import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from forensics.impact import counters, gains, histograms
from forensics.impact.queries.parsing import Aggregate, Binary, Call, Node, Number, Selector, Unread
from forensics.impact.queries.selecting import Bundled, Labels
from forensics.records.window import Micros

Row = list[float | None]
Vector = dict[Labels, Row]
LOOKBACK_S = 300.0
# Series times minutes; more takes longer than an answer is worth.
MOST = 4_000_000
FOLDS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "sum": math.fsum,
    "avg": lambda values: math.fsum(values) / len(values),
    "min": min,
    "max": max,
    "count": lambda values: float(len(values)),
    "last": lambda values: values[-1],
}


class Values:
    """Evaluates at ``marks``, microseconds in order."""

    def __init__(self, bundled: Bundled, marks: Sequence[Micros]) -> None:
        self.bundled, self.marks = bundled, marks

    def single(self, node: Node) -> Row:
        """The one series that a query gives.

        Raises:
            Unread: it gives none or several, or goes beyond the subset.
        """
        found = self.vector(node)
        if isinstance(found, float):
            raise Unread("it is a number and no series")
        if len(found) != 1:
            raise Unread(f"it gives {len(found)} series where one is needed")
        return next(iter(found.values()))

    def vector(self, node: Node) -> Vector | float:
        """The series of a query by their labels; a float where it is a number."""
        if isinstance(node, Number):
            return node.value
        if isinstance(node, Selector):
            if node.range_s is not None:
                raise Unread("a range stands where a value is needed")
            return self._each(node, _last)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Aggregate):
            return self._aggregate(node)
        return self._binary(node)

    def _each(self, selector: Selector, how: Callable[["Samples", float], float | None]) -> Vector:
        found = self.bundled.select(selector)
        if len(found) * len(self.marks) > MOST:
            raise Unread("it reads more than can be evaluated here")
        samples = _samples(self.bundled, [key for _, key in found])
        vector: Vector = {}
        for labels, key in found:
            mine = Samples(samples.get(key, []))
            row = [how(mine, mark / 1e6) for mark in self.marks]
            vector[labels] = _either(vector[labels], row) if labels in vector else row
        return vector

    def _call(self, node: Call) -> Vector | float:
        first = node.arguments[0]
        if node.name == "vector":
            return self.vector(first)
        if node.name == "histogram_quantile":
            return self._quantile(first, node.arguments[1])
        assert isinstance(first, Selector)
        assert first.range_s is not None
        reach = first.range_s
        if node.name in ("rate", "increase"):
            return self._each(first, lambda samples, at: samples.increase(at, reach, a_second=node.name == "rate"))
        if node.name == "irate":
            return self._each(first, lambda samples, at: samples.irate(at, reach))
        fold = FOLDS[node.name.removesuffix("_over_time")]
        return self._each(first, lambda samples, at: _folded(samples.values(at, reach), fold))

    def _quantile(self, q: Node, inner: Node) -> Vector:
        if not isinstance(q, Number):
            raise Unread("the quantile is no number")
        found = self.vector(inner)
        if isinstance(found, float):
            raise Unread("histogram_quantile needs buckets")
        groups: dict[Labels, list[tuple[float, Row]]] = {}
        for labels, row in found.items():
            said = dict(labels)
            bound = histograms.bound(said.pop("le", ""))
            if bound is not None:
                groups.setdefault(tuple(sorted(said.items())), []).append((bound, row))
        return {
            labels: [_quantile_at(q.value, [(bound, row[i]) for bound, row in rows]) for i in range(len(self.marks))]
            for labels, rows in groups.items()
        }

    def _aggregate(self, node: Aggregate) -> Vector | float:
        found = self.vector(node.inner)
        if isinstance(found, float):
            raise Unread(f"{node.name!r} needs series")
        groups: dict[Labels, list[Row]] = {}
        for labels, row in found.items():
            key = tuple(pair for pair in labels if (pair[0] in node.labels) != node.is_without)
            groups.setdefault(key, []).append(row)
        return {
            key: [_folded([row[i] for row in rows], FOLDS[node.name]) for i in range(len(self.marks))]
            for key, rows in groups.items()
        }

    def _binary(self, node: Binary) -> Vector | float:
        left, right = self.vector(node.left), self.vector(node.right)
        if isinstance(left, float) and isinstance(right, float):
            return _worked(node.operator, left, right) or 0.0
        blank: Row = [None] * len(self.marks)
        if isinstance(right, float):
            assert isinstance(left, dict)
            if node.operator == "or":
                left = left or {(): blank}
                return {key: [right if value is None else value for value in row] for key, row in left.items()}
            return {key: [_worked(node.operator, value, right) for value in row] for key, row in left.items()}
        if isinstance(left, float):
            return {key: [_worked(node.operator, left, value) for value in row] for key, row in right.items()}
        if node.operator == "or":
            keys = sorted(left.keys() | right.keys())
            return {key: _either(left.get(key, blank), right.get(key, blank)) for key in keys}
        return {
            key: [_worked(node.operator, a, b) for a, b in zip(left[key], right[key], strict=True)]
            for key in sorted(left.keys() & right.keys())
        }


class Samples:
    """One series: its samples in time order, in seconds."""

    def __init__(self, rows: Sequence[tuple[float, float]]) -> None:
        self.rows = rows
        self.times = [time for time, _ in rows]
        lost = (before if after < before else 0.0 for (_, before), (_, after) in itertools.pairwise(rows))
        self.lost = [0.0, *itertools.accumulate(lost)] if rows else []

    def bounds(self, at: float, reach: float) -> tuple[int, int]:
        """The first and one past the last sample of ``(at - reach, at]``."""
        return bisect.bisect_right(self.times, at - reach), bisect.bisect_right(self.times, at)

    def values(self, at: float, reach: float) -> list[float | None]:
        """The values of a window."""
        low, high = self.bounds(at, reach)
        return [value for _, value in self.rows[low:high]]

    def increase(self, at: float, reach: float, *, a_second: bool) -> float | None:
        """As ``counters.increase``, resets from running sums."""
        low, high = self.bounds(at, reach)
        if high - low < 2:
            return None
        first, last = self.rows[low], self.rows[high - 1]
        gain = last[1] - first[1] + self.lost[high - 1] - self.lost[low]
        found = counters.extrapolated(gain, first, last, high - low, at, reach)
        return found / reach if a_second else found

    def irate(self, at: float, reach: float) -> float | None:
        """The rate between the last two samples of a window."""
        low, high = self.bounds(at, reach)
        if high - low < 2:
            return None
        (before, one), (after, two) = self.rows[high - 2], self.rows[high - 1]
        return (two - one if two >= one else two) / (after - before)


def _last(samples: Samples, at: float) -> float | None:
    low, high = samples.bounds(at, LOOKBACK_S)
    return samples.rows[high - 1][1] if high > low else None


def _samples(bundled: Bundled, ids: Sequence[int]) -> dict[int, list[tuple[float, float]]]:
    rows: dict[int, list[tuple[float, float]]] = {}
    for key, time, value in gains.scrapes(bundled.store, ids).rows():
        rows.setdefault(key, []).append((time / 1e6, value))
    return rows


def _either(first: Row, second: Row) -> Row:
    return [b if a is None else a for a, b in zip(first, second, strict=True)]


def _folded(values: Sequence[float | None], fold: Callable[[Sequence[float]], float]) -> float | None:
    seen = [value for value in values if value is not None]
    return fold(seen) if seen else None


def _quantile_at(q: float, rows: Sequence[tuple[float, float | None]]) -> float | None:
    found = histograms.histogram([(bound, count) for bound, count in rows if count is not None])
    value = histograms.quantile(q, found)
    if math.isnan(value):
        return None
    # Beyond the highest bound nobody knows how far: no limit is kept there.
    return math.inf if histograms.is_above(q, found) else value


def _worked(operator: str, left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    if operator == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[operator]
