"""Edges that traces and metrics show: who calls whom."""

import polars as pl

from forensics.records.tables import TABLES
from forensics.store import Store

KEYS = ["source", "target", "kind", "origin"]


def learned(store: Store) -> pl.DataFrame:
    """Calls between components that spans or edge metrics show, with the number of spans or samples as weight."""
    frames = [_from_spans(store), _from_peers(store), _from_metrics(store)]
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
    joined = spans.filter(pl.col("parent_id").is_not_null()).join(
        parents.unique(["trace_id", "parent_id"]), on=["trace_id", "parent_id"]
    )
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
