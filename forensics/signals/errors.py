"""Requests that fail or slow down, by component and operation."""

import math

import polars as pl

from forensics.library import Library
from forensics.records.evidence import CountEvidence
from forensics.records.signal import Signal, Windows
from forensics.signals.windowing import capped, phase
from forensics.store import Store

LEAST = 3.5
# A p95 moves by a tenth from one quiet hour to the next.
LATENCY_FLOOR = 0.10


def _phased(store: Store, windows: Windows) -> pl.LazyFrame:
    return store.scan("requests").with_columns(phase(windows, "time")).filter(pl.col("phase").is_not_null())


def detect_errors(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """Components whose share of failing requests rose: a two-proportion z-score with one success and failure added."""
    table = (
        _phased(store, windows)
        .group_by("component", "phase")
        .agg(
            pl.len().alias("n"),
            pl.col("is_error").fill_null(value=False).sum().alias("bad"),
            pl.col("time").filter(pl.col("is_error")).to_physical().sort().alias("times"),
        )
        .sort("component", "phase")
        .collect()
    )
    found = []
    for component in table["component"].unique().sort():
        rows = {row["phase"]: row for row in table.filter(pl.col("component") == component).iter_rows(named=True)}
        now, then = rows.get("during"), rows.get("before")
        if now is None or then is None:
            continue
        p, q = (now["bad"] + 1) / (now["n"] + 2), (then["bad"] + 1) / (then["n"] + 2)
        spread = math.sqrt(q * (1 - q) * (1 / now["n"] + 1 / then["n"]))
        size = (p - q) / max(spread, 1e-9)
        if abs(size) >= LEAST and p > q:
            times = now["times"]
            rare = times[min(len(times) - 1, max(0, math.ceil(q * now["n"])))] if times else None
            tests = (("component", "=", component), ("is_error", "=", True))
            found.append(
                Signal(
                    "request_errors", component, "failing requests", "errors", 1, capped(size), rare, 5.0,
                    then["bad"] / then["n"], now["bad"] / now["n"], "ratio",
                    evidence=(
                        CountEvidence("requests", tests, windows.incident, "rows", now["bad"]),
                        CountEvidence("requests", tests[:1], windows.incident, "rows", now["n"]),
                    ),
                )
            )  # fmt: skip
    return found


def detect_latency(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """Operations whose 95th percentile moved, against the spread of the baseline's minutes."""
    rows = (
        _phased(store, windows)
        .filter(pl.col("duration_us").is_not_null())
        .with_columns(pl.col("time").dt.truncate("1m").alias("minute"))
        .group_by("component", "operation", "phase", "minute")
        .agg(pl.col("duration_us").quantile(0.95, "nearest").alias("p95"), pl.len().alias("n"))
        .filter(pl.col("n") >= 5)
        .sort("component", "operation", "minute")
        .collect()
    )
    found = []
    for (component, operation), group in rows.group_by("component", "operation", maintain_order=True):
        before, during = group.filter(pl.col("phase") == "before")["p95"], group.filter(pl.col("phase") == "during")
        if len(before) < 3 or not during.height:
            continue
        median, now = float(before.median() or 0), float(during["p95"].median() or 0)  # type: ignore[arg-type]
        mad = float((before - median).abs().median() or 0)  # type: ignore[arg-type]
        size = (now - median) / max(1.4826 * mad, LATENCY_FLOOR * median, 1_000.0)
        if size >= LEAST:
            middle = (now + median) / 2
            onset = during.filter(pl.col("p95") >= middle)["minute"].to_physical().min()
            tests = (("component", "=", str(component)), ("operation", "=", str(operation)))
            n = int(during["n"].sum())
            found.append(
                Signal(
                    "request_latency", str(component), str(operation), "latency", 1, capped(size), onset, 60.0,  # type: ignore[arg-type]
                    median / 1e6, now / 1e6, "s",
                    evidence=_counted(store, tests, windows) if n else (),
                )
            )  # fmt: skip
    return found


def _counted(store: Store, tests: tuple[tuple[str, str, str], ...], windows: Windows) -> tuple[CountEvidence, ...]:
    from forensics.measuring import count

    asked = CountEvidence("requests", tests, windows.incident, "rows", 0)
    return (CountEvidence("requests", tests, windows.incident, "rows", count(store, asked)),)
