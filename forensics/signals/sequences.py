"""Work that a call no longer completes: what used to follow in the same span and now does not.

A span holds the messages logged under it and the calls it makes. Where the baseline says that ``then`` follows ``given``,
a span with ``given`` and without ``then`` is broken. A break in a callee breaks its callers as well, so that only the
deepest broken spans count. After Yu et al., Interpretable Fine-Grained Root Causes Analysis for Microservices, ESEC/FSE 2023.
"""

import math
import re
from dataclasses import dataclass

import polars as pl

from forensics.clock import EPOCH
from forensics.library import Library
from forensics.records.evidence import Evidence, LineEvidence, RecordEvidence
from forensics.records.signal import Signal, Windows
from forensics.records.window import SECOND
from forensics.signals.windowing import capped, phase
from forensics.store import Store

LEAST = 2.0
# Fewer spans than these show no habit; a habit holds in nine of ten.
FEWEST, HABIT = 5, 0.9
# What one span in twenty did before is another ordinary way through the code.
ORDINARY = 0.05
# Pairs within spans are counted: beyond this many spans a fixed share of the traces is looked at.
MOST_SPANS = 100_000
DEEPEST = 40
# An error path that is no longer taken is no broken work.
ERRONEOUS = re.compile(r"(?i)error|exception|fail")
SPAN, PLACE = ["trace_id", "span_id"], ["component", "operation"]


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans of both phases; what each holds (``item``); and both with the empty item that every span has."""

    spans: pl.DataFrame
    items: pl.DataFrame
    given: pl.DataFrame


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each component whose spans break off where nothing below them does."""
    seen = _read(store, windows)
    rules = _rules(seen)
    if not rules.height:
        return []
    broken = _broken(seen, rules)
    counted = (
        broken.sort("start", "file", "line", "record")
        .group_by(*PLACE, "given", "then", maintain_order=True)
        .agg(pl.col("start", "file", "line", "record").first(), pl.len().alias("own"))
        .join(rules, on=[*PLACE, "given", "then"])
        .sort("component", "own", "operation", "given", "then", descending=[False, True, False, False, False])
    )
    found: dict[str, Signal] = {}
    for row in counted.iter_rows(named=True):
        signal = _signal(row)
        known = found.get(signal.component)
        if signal.size >= LEAST and (known is None or signal.size > known.size):
            found[signal.component] = signal
    return [found[name] for name in sorted(found)]


def _read(store: Store, windows: Windows) -> Spans:
    scan = store.scan("spans").with_columns(phase(windows, "start")).filter(pl.col("phase").is_not_null())
    share = int(scan.select(pl.len()).collect().item()) // MOST_SPANS + 1
    columns = [*SPAN, "parent_id", *PLACE, "phase", "start", "file", "line", "record"]
    spans = (
        scan.filter(pl.col("trace_id").hash(0) % share == 0)
        .select(columns)
        .sort(columns)
        .unique(SPAN, keep="first", maintain_order=True)
        .collect()
    )
    place = spans.select(*SPAN, *PLACE, "phase")
    items = pl.concat([_said(store, spans), _called(spans)]).unique().join(place, on=SPAN)
    given = pl.concat([place.with_columns(pl.lit("").alias("item")).select(items.columns), items])
    return Spans(spans, items, given.rename({"item": "given"}))


def _said(store: Store, spans: pl.DataFrame) -> pl.DataFrame:
    """Messages by span, known by their words before the first variable: what follows depends on the data."""
    start = pl.col("template").str.split("<*>").list.first()
    names = store.scan("templates").select(
        "message_key", pl.when(start.str.len_chars() >= 8).then(start).otherwise(pl.col("template")).alias("item")
    )
    logs = store.scan("logs").filter(pl.col("span_id").is_not_null(), pl.col("span_id") != "")
    kept = logs.join(spans.lazy().select(SPAN), on=SPAN, how="semi")
    return kept.join(names, on="message_key").select(*SPAN, "item").unique().collect()


def _called(spans: pl.DataFrame) -> pl.DataFrame:
    what = pl.concat_str(pl.lit("call to "), "component", pl.lit(" "), "operation").alias("item")
    return spans.filter(pl.col("parent_id").is_not_null()).select(
        "trace_id", pl.col("parent_id").alias("span_id"), what
    )


def _phases(name: str) -> list[pl.Expr]:
    return [(pl.col("phase") == each).sum().cast(pl.Int64).alias(f"{name}_{each}") for each in ("before", "during")]


def _rules(seen: Spans) -> pl.DataFrame:
    """Habits of the baseline that the incident breaks more often than chance, with their counts."""
    totals = seen.given.group_by(*PLACE, "given").agg(_phases("n"))
    pairs = seen.given.join(seen.items.select(*SPAN, pl.col("item").alias("then")), on=SPAN)
    both = pairs.filter(pl.col("given") != pl.col("then")).group_by(*PLACE, "given", "then").agg(_phases("both"))
    habits = both.join(totals, on=[*PLACE, "given"]).filter(
        pl.col("n_before") >= FEWEST,
        pl.col("both_before") >= HABIT * pl.col("n_before"),
        ~pl.col("then").str.contains(ERRONEOUS.pattern),
    )
    # Laplace's rule of succession: ten of ten before still leaves a chance of one in twelve.
    rate = (pl.col("n_before") - pl.col("both_before") + 1) / (pl.col("n_before") + 2)
    habits = habits.with_columns((rate * pl.col("n_during")).alias("expected"))
    missing = pl.col("n_during") - pl.col("both_during")
    size = 2 * ((missing + 0.375).sqrt() - (pl.col("expected") + 0.375).sqrt())
    return habits.filter(size >= LEAST)


def _broken(seen: Spans, rules: pl.DataFrame) -> pl.DataFrame:
    """Spans of the incident that break a rule, take no ordinary way, and have no broken span of a callee below them."""
    during = seen.given.filter(pl.col("phase") == "during").select(*SPAN, *PLACE, "given")
    broken = (
        during.join(rules.select(*PLACE, "given", "then"), on=[*PLACE, "given"])
        .join(seen.items.select(*SPAN, pl.col("item").alias("then")), on=[*SPAN, "then"], how="anti")
        .join(_ordinary(seen), on=SPAN, how="anti")
    )
    above = _above(seen.spans, broken.select(SPAN).unique())
    return broken.join(above, on=SPAN, how="anti").join(
        seen.spans.select(*SPAN, "start", "file", "line", "record"), on=SPAN
    )


def _ordinary(seen: Spans) -> pl.DataFrame:
    """Spans whose whole content was ordinary before."""
    content = seen.given.group_by(*SPAN, *PLACE, "phase").agg(pl.col("given").sort().str.join("\n").alias("content"))
    before = content.filter(pl.col("phase") == "before").group_by(*PLACE, "content").len()
    usual = before.filter(pl.col("len") >= ORDINARY * pl.col("len").sum().over(PLACE))
    return content.join(usual, on=[*PLACE, "content"]).select(SPAN)


def _above(spans: pl.DataFrame, broken: pl.DataFrame) -> pl.DataFrame:
    """Spans that have a broken span of another component below them."""
    parents = spans.select(
        "trace_id",
        pl.col("span_id").alias("parent_id"),
        pl.col("parent_id").alias("next"),
        pl.col("component").alias("at"),
    )
    here = spans.join(broken, on=SPAN).select("trace_id", "parent_id", pl.col("component").alias("from")).unique()
    found = [broken.clear()]
    for _ in range(DEEPEST):
        here = here.join(parents, on=["trace_id", "parent_id"])
        if not here.height:
            break
        found.append(
            here.filter(pl.col("at") != pl.col("from")).select("trace_id", pl.col("parent_id").alias("span_id"))
        )
        here = here.select("trace_id", pl.col("next").alias("parent_id"), "from").unique()
    return pl.concat(found).unique()


def _signal(row: dict[str, object]) -> Signal:
    counts = {name: int(str(row[name])) for name in ("n_before", "both_before", "n_during", "both_during", "own")}
    size = 2 * (math.sqrt(counts["own"] + 0.375) - math.sqrt(float(str(row["expected"])) + 0.375))
    file, line, record = str(row["file"]), int(str(row["line"])), str(row["record"] or "")
    text = str(row["operation"])
    evidence: Evidence = RecordEvidence(file, record, text) if record else LineEvidence(file, line, line, text)
    return Signal(
        "broken_sequence", str(row["component"]), f"{text}: {row['then']}", "sequence", -1, capped(size),
        int((row["start"] - EPOCH).total_seconds() * SECOND), 1.0,  # type: ignore[operator]
        counts["both_before"] / counts["n_before"], counts["both_during"] / counts["n_during"], "ratio",
        evidence=(evidence,),
    )  # fmt: skip
