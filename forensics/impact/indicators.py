"""Service levels that metrics show without a query: latency from histograms, summaries and gauges, throughput, freshness."""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from forensics.impact import histograms, telemetry
from forensics.impact.gains import gained, resets
from forensics.impact.minutes import Minutes
from forensics.records.window import MINUTE, Window
from forensics.store import Store

DURATION = re.compile(r"(?i)(duration|latency|response_time|request_time|elapsed|(^|_)time(_|$))")
AGE = re.compile(r"(?i)(lag|age|staleness|freshness|delay|behind).*(_s|seconds|_ms|milliseconds)$")
STAMP = re.compile(r"(?i)(last|newest|latest).*(timestamp|time)(_seconds|_s)?$")
MILLIS = re.compile(r"(?i)(_ms|milliseconds|millis)(_|$)")
TOP = re.compile(r"(?i)(?:^|_)p(\d{2,3})(?:_|$)")
Rows = Sequence[Mapping[str, Any]]


def latency(
    store: Store, window: Window, components: tuple[str, ...], threshold_s: float, target: float
) -> Minutes | None:
    """Requests within ``threshold_s`` from a histogram; else minutes in which the quantile of ``target`` kept it; else None."""
    rows = [row for row in _series(store) if DURATION.search(row["metric"])]
    for group in _grouped([row for row in rows if row["metric"].endswith("_bucket")], components):
        found = _of_buckets(store, window, group, rows, threshold_s)
        if found is not None:
            return found
    told = [row | {"q": q} for row in rows if (q := _quantile(row)) is not None and q >= target]
    for group in _grouped(told, components):
        least = min(row["q"] for row in group)
        mine = [row for row in group if row["q"] == least]
        limit = _limit(mine[0]["metric"], threshold_s)
        return _minutely(store, window, mine, "quantile", limit)
    return None


def freshness(store: Store, window: Window, components: tuple[str, ...], limit_s: float) -> Minutes | None:
    """Minutes in which the data was at most ``limit_s`` old: an age, or the time since a stamp; None without such a gauge."""
    rows = _series(store)
    for group in _grouped([row for row in rows if AGE.search(row["metric"])], components):
        limit = _limit(group[0]["metric"], limit_s)
        return _minutely(store, window, group, "age", limit)
    for group in _grouped([row for row in rows if STAMP.search(row["metric"])], components):
        return _minutely(store, window, group, "stamp", limit_s)
    return None


def throughput(found: Minutes | None, least_a_second: float) -> Minutes | None:
    """Minutes with at least that many events a second; a minute that nobody measured stays unknown."""
    if found is None or found.source == "spans":
        return None
    bad = tuple(
        int(known and total < least_a_second * 60) for total, known in zip(found.total, found.known, strict=True)
    )
    return Minutes(
        f"{found.source}_a_minute", found.component, found.start, bad, tuple(map(int, found.known)), found.known, found.evidence
    )  # fmt: skip


def _series(store: Store) -> list[dict[str, Any]]:
    rows = store.scan("series").sort("component", "metric", "labels", "series_id").collect().to_dicts()
    return [row | {"said": json.loads(row["labels"] or "{}")} for row in rows if row["component"]]


def _grouped(rows: Rows, components: tuple[str, ...]) -> Iterator[Rows]:
    """Rows of one component and metric, those of ``components`` first, then by name."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault((row["component"], row["metric"]), []).append(row)
    for key in sorted(groups, key=lambda key: (key[0] not in components, key)):
        if not components or key[0] in components:
            yield groups[key]


def _quantile(row: Mapping[str, Any]) -> float | None:
    """The quantile of a summary's series or in a gauge's name (p99, p999); None where there is none."""
    said, named = row["said"].get("quantile"), TOP.search(row["metric"])
    try:
        return float(said) if said is not None else float(f"0.{named[1]}") if named else None
    except ValueError:
        return None


def _of_buckets(store: Store, window: Window, group: Rows, rows: Rows, threshold_s: float) -> Minutes | None:
    bounds = _bounds(group, rows)
    if math.inf not in bounds.values() or len(set(bounds.values())) < 2:
        return None
    limit = _limit(group[0]["metric"], threshold_s)
    gains = gained(store, sorted(bounds))
    each: dict[int, dict[float, float]] = {}
    for key, minute, gain in gains.sort("minute", "series_id", "gain").select("series_id", "minute", "gain").rows():
        counts = each.setdefault(minute, {})
        counts[bounds[key]] = counts.get(bounds[key], 0.0) + gain
    whole = {minute: histograms.histogram(counts.items()) for minute, counts in each.items() if math.inf in counts}
    if not whole:
        return None
    first, last = min(whole), max(whole)
    empty = histograms.histogram([])
    span = [whole.get(minute, empty) for minute in range(first, last + 1)]
    total = [round(each.total) for each in span]
    bad = [
        min(n, max(0, n - math.floor(histograms.fraction(-math.inf, limit, one) * one.total + 0.5))) if n else 0
        for n, one in zip(total, span, strict=True)
    ]
    flags = {
        "interpolated": limit not in bounds.values(),
        "mended": any(each.is_mended for each in span),
        "resets": resets(gains) > 0,
    }
    remarks = tuple(name for name, is_so in flags.items() if is_so)
    cited = tuple(telemetry.cited(store, list(group[:3]), window))
    known = tuple(minute in whole for minute in range(first, last + 1))
    return Minutes(
        "histogram", group[0]["component"], first * MINUTE, tuple(bad), tuple(total), known, cited, remarks
    )  # fmt: skip


def _bounds(group: Rows, rows: Rows) -> dict[int, float]:
    """The bound of each series of a histogram; without a last bucket its count, where it has one, tells how many there were."""
    told = {row["series_id"]: histograms.bound(str(row["said"].get("le"))) for row in group}
    bounds = {key: bound for key, bound in told.items() if bound is not None}
    if math.inf not in bounds.values():
        component, metric = group[0]["component"], group[0]["metric"].removesuffix("_bucket") + "_count"
        counting = [row["series_id"] for row in rows if (row["component"], row["metric"]) == (component, metric)]
        bounds |= dict.fromkeys(counting, math.inf)
    return bounds


def _limit(metric: str, seconds: float) -> float:
    """A time in the unit that a metric has by its name."""
    return seconds * (1_000 if MILLIS.search(metric) else 1)


def _minutely(store: Store, window: Window, group: Rows, source: str, limit: float) -> Minutes | None:
    """Each minute good or bad by its worst sample, one weighing as much as another."""
    value = pl.col("value")
    if source == "stamp":
        value = pl.col("time").to_physical() / 1e6 - value
    worst = (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in([row["series_id"] for row in group]), pl.col("value").is_finite())
        .group_by(((pl.col("time").to_physical() - 1) // MINUTE).alias("minute")).agg(value.max().alias("worst"))
        .sort("minute").collect()
    )  # fmt: skip
    by_minute = dict(worst.rows())
    if not by_minute:
        return None
    # Sampled every few minutes, a value holds until the next one, five minutes at the most (Prometheus' lookback).
    span = range(min(by_minute), max(by_minute) + 1)
    values = [next((by_minute[at] for at in range(minute, minute + 5) if at in by_minute), None) for minute in span]
    known = tuple(each is not None for each in values)
    bad = tuple(int(each is not None and each > limit) for each in values)
    cited = tuple(telemetry.cited(store, list(group[:3]), window))
    return Minutes(
        source, group[0]["component"], span[0] * MINUTE, bad, tuple(map(int, known)), known, cited
    )  # fmt: skip
