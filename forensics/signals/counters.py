"""Counters: series that only grow until they start again, told as rates a minute before their level is judged."""

import re
from collections.abc import Collection

import polars as pl

from forensics.measuring import labelled, series
from forensics.records.evidence import SeriesEvidence
from forensics.records.window import MINUTE, Window
from forensics.store import Store

# Endings that Prometheus' naming conventions keep for counters, and exporters that copy the kernel's counters.
NAMED = re.compile(r"(?i)(_total|_count|_sum|_bucket)$|^node_(netstat|vmstat)_")
# What grows in fewer of its steps counts rare events, and its level says more than a rate that is nearly always 0.
BUSY = 0.5
# A counter falls only where its process started again.
RESTARTS = 0.05
FEWEST = 6


def found(store: Store) -> frozenset[int]:
    """The ids of series that are counters by their name and by how they grow: busy ones alone."""
    rows = store.scan("series").select("series_id", "metric", "kind").collect()
    asked = sorted(key for key, metric, kind in rows.rows() if kind == "counter" or NAMED.search(str(metric)))
    if not asked:
        return frozenset()
    step = pl.col("value").diff()
    grown = (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in(asked), pl.col("value").is_finite())
        .sort("series_id", "time", "value")
        .group_by("series_id", maintain_order=True)
        .agg(pl.len().alias("n"), (step > 0).sum().alias("up"), (step < 0).sum().alias("down"), _longest_rise(step))
        .filter(
            pl.col("n") >= FEWEST,
            pl.col("down") <= RESTARTS * pl.col("n"),
            (pl.col("up") >= BUSY * (pl.col("n") - 1)) | (pl.col("up") >= FEWEST) & (pl.col("dense") >= BUSY),
        )
        .collect()
    )
    return frozenset(grown["series_id"].to_list())


def _longest_rise(step: pl.Expr) -> pl.Expr:
    """Of the steps since the first rise, the share that rises: errors are counted from the first one on."""
    since = (step > 0).fill_null(value=False).cum_max()
    rises = (step > 0).fill_null(value=False).sum()
    return (rises / pl.max_horizontal(since.sum(), pl.lit(1))).alias("dense")


def rates(frame: pl.DataFrame, counted: Collection[int]) -> pl.DataFrame:
    """``frame`` (series_id, time, value, sorted) with the growth a minute in place of the value of each of ``counted``."""
    if not counted:
        return frame
    is_counted = pl.col("series_id").is_in(sorted(counted))
    step = pl.col("value").diff().over("series_id")
    lasted = pl.col("time").to_physical().diff().over("series_id")
    grown = pl.when(step >= 0).then(step).otherwise(pl.col("value")) / lasted * MINUTE
    told = pl.when(is_counted).then(pl.when(lasted > 0).then(grown)).otherwise(pl.col("value"))
    return frame.with_columns(told.alias("value")).filter(pl.col("value").is_not_null())


def evidence(
    store: Store, component: str, metric: str, labels: str, peer: str, window: Window
) -> tuple[SeriesEvidence, ...]:
    """How much a counter grew in ``window``."""
    asked = SeriesEvidence(component, metric, labelled(labels, peer), window, "increase", 0.0, 0)
    measured = series(store, asked)
    if measured is None:
        return ()
    return (SeriesEvidence(component, metric, asked.labels, window, "increase", *measured),)
