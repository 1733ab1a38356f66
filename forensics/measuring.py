"""What series and count evidence measure: the one place that computes them, for stages and for ``verify`` alike."""

import json
import math
from collections.abc import Callable, Mapping
from functools import reduce
from itertools import pairwise
from operator import and_

import polars as pl

from forensics.errors import UsageError
from forensics.records.evidence import CountEvidence, Scalar, SeriesEvidence
from forensics.records.tables import TABLES
from forensics.records.window import Window
from forensics.store import TIME_COLUMNS, Store

STATISTICS: Mapping[str, Callable[[pl.Series], float]] = {
    "median": lambda values: float(values.median()),  # type: ignore[arg-type]
    "max": lambda values: float(values.max()),  # type: ignore[arg-type]
    "min": lambda values: float(values.min()),  # type: ignore[arg-type]
    # Exact, whatever order the samples came in.
    "sum": lambda values: math.fsum(values),
    "mean": lambda values: math.fsum(values) / len(values),
    "last": lambda values: float(values[-1]),
    # Of a counter: what it grew by; where it fell, it began again at 0.
    "increase": lambda values: math.fsum(b - a if b >= a else b for a, b in pairwise(values)),
}
OPERATORS: Mapping[str, Callable[[pl.Expr, Scalar], pl.Expr]] = {
    "=": lambda column, value: column.eq_missing(value),
    "!=": lambda column, value: column.ne_missing(value),
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
}


def within(window: Window, column: str = "time") -> pl.Expr:
    """Whether a time column lies in ``window``."""
    physical = pl.col(column).to_physical()
    return (physical >= window.start) & (physical < window.end)


def series(store: Store, evidence: SeriesEvidence) -> tuple[float, int] | None:
    """The statistic and the number of samples that ``evidence`` speaks of, measured; None without samples.

    Labels must agree one by one; a series with more labels than the evidence names is another series.

    Raises:
        UsageError: a statistic that there is not.
    """
    if evidence.statistic not in STATISTICS:
        raise UsageError(f"no such statistic: {evidence.statistic}", hint=f"Use one of {', '.join(STATISTICS)}.")
    samples = (
        store.scan("metrics")
        .filter(
            pl.col("series_id").is_in(series_ids(store, evidence)), within(evidence.window), pl.col("value").is_finite()
        )
        .select("time", "value")
        .sort("time", "value")
        .collect()
    )
    if not samples.height:
        return None
    return STATISTICS[evidence.statistic](samples["value"]), samples.height


def series_ids(store: Store, evidence: SeriesEvidence) -> list[int]:
    """The ids of the series that ``evidence`` names."""
    found = store.scan("series").filter(pl.col("component") == evidence.component, pl.col("metric") == evidence.metric)
    rows = found.select("series_id", "labels", "peer").collect().rows()
    return sorted(key for key, labels, peer in rows if labelled(labels, peer) == evidence.labels)


def labelled(labels: str, peer: str) -> tuple[tuple[str, str], ...]:
    """The labels of a series as evidence names them; the other end of an edge metric is the label ``peer``.

    >>> labelled('{"pod": "a-1"}', "b")
    (('peer', 'b'), ('pod', 'a-1'))
    """
    said = json.loads(labels or "{}") | ({"peer": peer} if peer else {})
    return tuple(sorted((str(key), str(value)) for key, value in said.items()))


def count(store: Store, evidence: CountEvidence) -> int:
    """The rows or distinct values that ``evidence`` speaks of, counted.

    Tables that hold counts (``counts``, ``latency``, ``rejects``) count their ``n``.

    Raises:
        UsageError: a table, column or operator that there is not.
    """
    columns = TABLES.get(evidence.table)
    unknown = [name for name, *_ in evidence.filters if columns is None or name not in columns]
    if columns is None or unknown or any(operator not in OPERATORS for _, operator, _ in evidence.filters):
        raise UsageError(f"the count over {evidence.table} cannot be made: {evidence.filters}", hint="")
    frame = store.scan(evidence.table)
    stamp = TIME_COLUMNS.get(evidence.table, "time")
    tests = [OPERATORS[operator](pl.col(name), value) for name, operator, value in evidence.filters]
    if stamp in columns:
        tests.append(within(evidence.window, stamp))
    kept = frame.filter(reduce(and_, tests)) if tests else frame
    if evidence.measure.startswith("distinct:"):
        what = pl.col(evidence.measure.removeprefix("distinct:")).drop_nulls().n_unique()
    else:
        what = pl.col("n").sum() if "n" in columns else pl.len()
    return int(kept.select(what).collect().item() or 0)
