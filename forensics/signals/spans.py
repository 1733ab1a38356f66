"""What traces show: self time, the gap between caller and callee, where errors begin, and calls that stopped."""

import math
from collections.abc import Iterator

import polars as pl

from forensics.library import Library
from forensics.records.evidence import CountEvidence, RecordEvidence
from forensics.records.signal import Signal, Windows
from forensics.signals.windowing import capped, minutes, phase
from forensics.store import Store

LEAST = 3.5
FEWEST = 3
# A span's median moves by a tenth without cause; below half a millisecond clocks are no longer exact.
FLOOR = 0.10
FLOOR_US = 500.0
# The tail is one span in ten, and wanders: its shift counts for that much less.
TAIL = 0.2
# Spans joined to their callers at a time: some 300 MB.
MOST_AT_ONCE = 500_000
HELD = (
    "trace_id", "span_id", "parent_id", "component", "operation", "duration_us", "phase", "start", "file", "line", "record",
)  # fmt: skip


def detect_latency(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """Self time of components, and the gap that a call spends between caller and callee, against the baseline."""
    parts = [(_own(table), _gaps(table)) for table in _timed(store, windows)]
    own, gap = (pl.concat(each) for each in zip(*parts, strict=True))
    return [*_shifted(own, windows, "self time of "), *_shifted(gap, windows, "gap to ")]


def _own(table: pl.DataFrame) -> pl.DataFrame:
    """Self time of a span with remote children holds their network too; only leaves and local work are its own."""
    us = (pl.col("duration_us") - pl.col("children_us")).clip(lower_bound=0).alias("us")
    return table.filter(~pl.col("has_remote")).select(
        "component", pl.lit("").cast(table.schema["component"]).alias("peer"), "operation", "during", us
    )


def _gaps(table: pl.DataFrame) -> pl.DataFrame:
    """What the caller's other calls took is none of this callee's gap."""
    us = (pl.col("caller_us") - pl.col("siblings_us")).clip(lower_bound=0).alias("us")
    gap = table.filter(pl.col("caller_us").is_not_null(), pl.col("caller") != pl.col("component"))
    return gap.select(pl.col("caller").alias("component"), pl.col("component").alias("peer"), "operation", "during", us)


def _timed(store: Store, windows: Windows) -> Iterator[pl.DataFrame]:
    """Spans of both phases with their callers', by share of the traces: a trace is whole in one, and all fit in memory.

    Names are categories in the order of the alphabet, four bytes each.
    """
    scan = store.scan("spans").with_columns(phase(windows, "start")).filter(pl.col("phase").is_not_null())
    named = scan.select("component", "operation").unique().collect()
    kinds = {name: pl.Enum(["", *(named[name].unique().drop_nulls().sort().to_list())]) for name in named.columns}
    shares = int(scan.select(pl.len()).collect().item()) // MOST_AT_ONCE + 1
    of = pl.col("trace_id").fill_null("").hash(0) % shares
    for share in range(shares):
        spans = scan.filter(of == share).select(*HELD).collect()
        table = _joined(_distinct(spans)).with_columns((pl.col("phase") == "during").alias("during"))
        yield table.with_columns(
            pl.col("component", "caller").cast(kinds["component"]), pl.col("operation").cast(kinds["operation"])
        )


def _joined(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans with the time of their children, and with their caller's span where that is the direct one."""
    spans = spans.select("trace_id", "span_id", "parent_id", "component", "operation", "duration_us", "phase")
    parents = spans.select(
        "trace_id",
        pl.col("span_id").alias("parent_id"),
        pl.col("component").alias("caller"),
        pl.col("duration_us").alias("caller_us"),
    )
    siblings = pl.col("duration_us").sum().over("trace_id", "parent_id").alias("siblings_us")
    joined = spans.join(parents, on=["trace_id", "parent_id"], how="left").with_columns(siblings)
    children = (
        joined.filter(pl.col("parent_id").is_not_null())
        .group_by("trace_id", pl.col("parent_id").alias("span_id"))
        .agg(
            pl.col("duration_us").sum().alias("children_us"),
            (pl.col("component") != pl.col("caller")).any().alias("has_remote"),
        )
    )
    return joined.join(children, on=["trace_id", "span_id"], how="left").with_columns(
        pl.col("children_us").fill_null(0), pl.col("has_remote").fill_null(value=False)
    )


def _distinct(spans: pl.DataFrame) -> pl.DataFrame:
    """Each id of a trace once: of spans that share one, the first to start, then by all that they hold."""
    shared = spans.select("trace_id", "span_id").is_duplicated()
    if not shared.any():
        return spans
    order = ["start", *(name for name in spans.columns if name != "start")]
    first = spans.filter(shared).sort(order).unique(["trace_id", "span_id"], keep="first", maintain_order=True)
    return pl.concat([spans.filter(~shared), first])


def _shifted(table: pl.DataFrame, windows: Windows, what: str) -> list[Signal]:
    """Operations whose median moved; one signal for each, sized by spread or floor."""
    keys = ["component", "peer", "operation"]
    base = (
        table.filter(~pl.col("during"))
        .group_by(keys)
        .agg(
            pl.col("us").median().alias("median"),
            pl.len().alias("n_before"),
            pl.col("us").quantile(0.9, "nearest").alias("p90"),
        )
    )
    spread = (
        table.filter(~pl.col("during"))
        .join(base, on=keys)
        .group_by(keys)
        .agg((pl.col("us") - pl.col("median")).abs().median().alias("mad"))
    )
    during = table.filter(pl.col("during")).group_by(keys)
    now = during.agg(
        pl.col("us").median().alias("now"), pl.col("us").quantile(0.9, "nearest").alias("high"), pl.len().alias("n")
    )
    both = base.join(spread, on=keys).join(now, on=keys).filter(pl.col("n_before") >= FEWEST, pl.col("n") >= FEWEST)
    scale = pl.max_horizontal(pl.col("mad") * 1.4826, pl.col("median") * FLOOR, pl.lit(FLOOR_US))
    tall = pl.max_horizontal(pl.col("mad") * 1.4826, pl.col("p90") * 0.25, pl.lit(FLOOR_US * 4))
    size = pl.max_horizontal((pl.col("now") - pl.col("median")) / scale, (pl.col("high") - pl.col("p90")) / tall * TAIL)
    both = both.with_columns(size.alias("z")).filter(pl.col("z") >= LEAST).sort(keys)
    return [
        Signal(
            "span_latency", row["component"], f"{what}{row['peer'] or row['operation']}", "latency", 1, capped(row["z"]),
            None, windows.incident.duration_s, row["median"] / 1e6, row["now"] / 1e6, "s", row["peer"],
            amount=max(row["now"] - row["median"], (row["high"] - row["p90"]) * TAIL) / 1e6 * row["n"],
        )
        for row in both.iter_rows(named=True)
    ]  # fmt: skip


def detect_errors(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """Components where errors begin: failing spans without a failing child, against the baseline's share."""
    table = store.scan("spans").with_columns(phase(windows, "start")).filter(pl.col("phase").is_not_null())
    bad = table.filter(pl.col("is_error")).collect()
    if not bad.height:
        return []
    parents = (
        bad.filter(pl.col("parent_id").is_not_null()).select("trace_id", pl.col("parent_id").alias("span_id")).unique()
    )
    origin = bad.join(parents, on=["trace_id", "span_id"], how="anti")
    totals = table.group_by("component", "phase").agg(pl.len().alias("n")).collect()
    found = []
    for (component,), group in origin.sort("component", "start", "file", "record").group_by(
        "component", maintain_order=True
    ):
        now, then = group.filter(pl.col("phase") == "during"), group.filter(pl.col("phase") == "before")
        if not now.height:
            continue
        n = _total(totals, str(component), "during")
        m = _total(totals, str(component), "before")
        expected = then.height / m * n if m else 0.0
        size = 2 * (math.sqrt(now.height + 0.375) - math.sqrt(expected + 0.375)) + 2
        if size < LEAST:
            continue
        first = now.row(0, named=True)
        stamp = int((first["start"] - first["start"].__class__(1970, 1, 1)).total_seconds() * 1e6)
        evidence = RecordEvidence(first["file"], first["record"], first["operation"]) if first["record"] else None
        found.append(
            Signal(
                "span_errors", str(component), str(first["operation"]), "errors", 1, capped(size), stamp, 1.0,
                then.height / m if m else 0.0, now.height / max(n, 1), "ratio",
                evidence=((evidence,) if evidence else ()) + (
                    CountEvidence("spans", (("component", "=", str(component)), ("is_error", "=", True)), windows.incident, "rows",
                                  bad.filter(pl.col("component") == component, pl.col("phase") == "during").height),
                ),
            )
        )  # fmt: skip
    return found


def _total(totals: pl.DataFrame, component: str, phase_name: str) -> int:
    rows = totals.filter(pl.col("component") == component, pl.col("phase") == phase_name)["n"]
    return int(rows[0]) if len(rows) else 0


def detect_rates(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """Operations that are called more or less often than before, against what all traces did."""
    table = (
        store.scan("spans")
        .with_columns(phase(windows, "start"))
        .filter(pl.col("phase").is_not_null())
        .group_by("component", "operation", "phase")
        .agg(pl.len().alias("n"))
        .collect()
        .pivot("phase", index=["component", "operation"], values="n", sort_columns=True)
        .sort("component", "operation")
    )
    for name in ("before", "during"):
        if name not in table.columns:
            return []
    # Traces are often kept for part of a baseline only: compare shares of all spans, not rates by the clock.
    share = sum(table["during"].drop_nulls().to_list()) / max(sum(table["before"].drop_nulls().to_list()), 1)
    found = []
    for row in table.iter_rows(named=True):
        now, expected = row["during"] or 0, (row["before"] or 0) * share
        size = 2 * (math.sqrt(now + 0.375) - math.sqrt(expected + 0.375))
        if abs(size) >= LEAST:
            tests = (("component", "=", row["component"]), ("operation", "=", row["operation"]))
            found.append(
                Signal(
                    "span_rate", row["component"], row["operation"], "traffic", 1 if size > 0 else -1, capped(abs(size)), None,
                    60.0, expected / minutes([windows.incident]), now / minutes([windows.incident]), "/min",
                    evidence=(CountEvidence("spans", tests, windows.incident, "rows", now),),
                )
            )  # fmt: skip
    return found
