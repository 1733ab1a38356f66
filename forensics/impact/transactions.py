"""Transactions that failed: logical requests, whatever the number of attempts."""

from dataclasses import dataclass

import polars as pl

from forensics.impact.edge import Edge
from forensics.impact.estimates import exact, unknown
from forensics.measuring import within
from forensics.records.evidence import CountEvidence, Statement
from forensics.records.impact import Estimate
from forensics.records.signal import Windows
from forensics.store import Store


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempts and the logical requests behind them; ``amplification`` is attempts a logical request.

    ``failed`` requests failed in their last attempt, ``recovered`` ones in an earlier one only.
    """

    failed_attempts: int
    logical: int
    failed: int
    recovered: int
    amplification: float | None


def deduplicate(attempts: pl.DataFrame) -> Retries:
    """Logical requests from attempts in any order: columns key, order (time or attempt number), is_error."""
    by_key = (
        attempts.sort("key", "order", "is_error")
        .group_by("key", maintain_order=True)
        .agg(pl.col("is_error").last().alias("failed"), pl.col("is_error").any().alias("met"))
    )
    failed, met = int(by_key["failed"].sum()), int(by_key["met"].sum())
    amplification = attempts.height / by_key.height if by_key.height else None
    return Retries(int(attempts["is_error"].sum()), by_key.height, failed, met - failed, amplification)


def count(store: Store, windows: Windows, found: Edge | None) -> tuple[Estimate, Estimate, Estimate]:
    """Failed transactions, those that succeeded later, and attempts a transaction, over those tried in the incident."""
    none = unknown("impact.no_transactions", "transactions")
    if found is None or found.source != "requests":
        return none, none, unknown("impact.no_transactions", "ratio")
    rows = store.scan("requests").filter(pl.col("component") == found.component)
    tried = rows.filter(within(windows.incident)).select("transaction", "trace_id").collect()
    if tried["transaction"].null_count() == tried.height:
        return _bounded(rows, windows, found), none, unknown("impact.no_transactions", "ratio")
    keys = tried["transaction"].drop_nulls().unique()
    # The last attempt decides, even when it came after the incident.
    attempts = (
        rows.filter(pl.col("transaction").is_in(keys.to_list()), pl.col("time").to_physical() >= windows.incident.start)
        .select(
            pl.col("transaction").alias("key"),
            (pl.col("time").to_physical() * 100 + pl.col("attempt").fill_null(0).clip(0, 99)).alias("order"),
            pl.col("is_error").fill_null(value=False),
        )
        .collect()
    )
    told = deduplicate(attempts)
    asked = found.failed_evidence
    base = CountEvidence(asked.table, asked.filters, asked.window, "distinct:transaction", _distinct(rows, windows))
    unnamed = tried["transaction"].null_count()
    says = Statement("impact.transactions", {"met": base.value, "recovered": told.recovered, "unnamed": unnamed})
    failed = Estimate(
        float(told.failed), float(told.failed), float(told.failed + unnamed), "transactions", says, (base,)
    )
    return (
        failed,
        exact(float(told.recovered), "transactions", "impact.recovered_transactions", (base,)),
        exact(told.amplification or 0.0, "ratio", "impact.amplification", (found.all_evidence,), logical=told.logical),
    )


def _distinct(rows: pl.LazyFrame, windows: Windows) -> int:
    failed = rows.filter(within(windows.incident), pl.col("is_error"))
    return int(failed.select(pl.col("transaction").drop_nulls().n_unique()).collect().item())


def _bounded(rows: pl.LazyFrame, windows: Windows, found: Edge) -> Estimate:
    """Without a key that survives a retry: at most as many as traces, else requests, that failed."""
    failed = rows.filter(within(windows.incident), pl.col("is_error")).select("trace_id").collect()
    traces = failed["trace_id"].drop_nulls().n_unique() + failed["trace_id"].null_count()
    most = float(min(found.failed, traces))
    says = Statement("impact.transactions_bound", {"n": most})
    return Estimate(None, min(1.0, most), most, "transactions", says, (found.failed_evidence,))
