"""Edges that traces, metrics and error messages show: who calls whom."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.library import Library
from forensics.records.tables import TABLES
from forensics.store import Store

KEYS = ["source", "target", "kind", "origin"]
WARN = 13
LONGEST = 2_000


def learned(store: Store, names: Sequence[str], library: Library) -> pl.DataFrame:
    """Calls between components that spans, edge metrics or error messages show.

    The weight is the number of spans, of series or of messages. ``names`` are the components that a message can name.
    """
    frames = [_from_spans(store), _from_peers(store), _from_metrics(store), _from_messages(store, names, library)]
    whole = pl.concat(frames).filter(
        pl.col("source") != pl.col("target"), pl.col("source") != "", pl.col("target") != ""
    )
    merged = whole.group_by(KEYS).agg(pl.col("weight").max()).sort(KEYS)
    return merged.with_columns(pl.lit("").alias("file")).select(TABLES["edges"].names())


def _edges(frame: pl.LazyFrame, origin: str) -> pl.DataFrame:
    return (
        frame.group_by("source", "target")
        .agg(pl.len().cast(pl.Float64).alias("weight"))
        .with_columns(pl.lit("calls").alias("kind"), pl.lit(origin).alias("origin"))
        .select("source", "target", "kind", "weight", "origin")
        .collect()
    )


def _from_spans(store: Store) -> pl.DataFrame:
    """Parent and child in two components; ids may repeat over traces, so both are compared."""
    spans = store.scan("spans").select("trace_id", "span_id", "parent_id", "component")
    parents = spans.select("trace_id", pl.col("span_id").alias("parent_id"), pl.col("component").alias("source"))
    # Where spans of two components share an id, the first by name is the caller.
    callers = parents.group_by("trace_id", "parent_id").agg(pl.col("source").min())
    joined = spans.filter(pl.col("parent_id").is_not_null()).join(callers, on=["trace_id", "parent_id"])
    return _edges(joined.select("source", pl.col("component").alias("target")), "traces")


def _from_peers(store: Store) -> pl.DataFrame:
    named = (
        store.scan("spans")
        .filter(pl.col("peer") != "")
        .select(pl.col("component").alias("source"), pl.col("peer").alias("target"))
    )
    return _edges(named, "traces")


def _from_metrics(store: Store) -> pl.DataFrame:
    named = store.scan("series").filter(pl.col("peer") != "")
    return _edges(named.select(pl.col("component").alias("source"), pl.col("peer").alias("target")), "metrics")


def _from_messages(store: Store, names: Sequence[str], library: Library) -> pl.DataFrame:
    """Errors that name another component as the one they could not reach.

    A host is known by its whole name or by its first label, since ``cart.shop.svc.cluster.local`` is ``cart``.
    """
    known = {name.lower(): name for name in reversed(names)}
    patterns = [re.compile(each["pattern"]) for each in library.load("models", "causal")["peers"]["pattern"]]
    errors = store.scan("logs").filter(pl.col("severity") >= WARN, pl.col("component") != "")
    shown = errors.group_by("component", "message_key").agg(
        pl.col("message").min().str.slice(0, LONGEST), pl.len().cast(pl.Float64).alias("weight")
    )
    weights: dict[tuple[str, str], float] = {}
    for component, _, message, weight in shown.sort("component", "message_key").collect().rows():
        for peer in _peers(message, patterns, known) - {component}:
            weights[component, peer] = weights.get((component, peer), 0.0) + weight
    rows = [(source, target, "calls", weight, "logs") for (source, target), weight in sorted(weights.items())]
    return pl.DataFrame(rows, schema=["source", "target", "kind", "weight", "origin"], orient="row").cast(
        {"weight": pl.Float64, **dict.fromkeys(("source", "target", "kind", "origin"), pl.String)}
    )


def _peers(message: str, patterns: Sequence[re.Pattern[str]], known: Mapping[str, str]) -> set[str]:
    found = set()
    for pattern in patterns:
        for match in pattern.finditer(message):
            host = match["peer"].rstrip(".").lower()
            name = known.get(host) or known.get(host.partition(".")[0])
            if name:
                found.add(name)
    return found
