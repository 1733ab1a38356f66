"""Which source speaks when, and where one falls silent, is sampled, cut off or redacted."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from forensics.records.coverage import Coverage, Hole, Source
from forensics.records.window import MINUTE, Window
from forensics.store import TIME_COLUMNS, Store

SLOTS, NEAR_SLOTS = 48, 36
MOST_SOURCES = 200
# Tables whose rows come all the time; deploys and alerts are rare by nature, and their silence says nothing.
STEADY = ("logs", "metrics", "spans", "requests")
TABLES = (*STEADY, "changes", "alerts", "state", "notes", "business")
# A source is steady when a slot holds this many rows in the middle; then an empty slot is a gap.
EXPECTED = 5
# A gap is this many times the next longest silence, in a source that speaks in this share of all other slots.
LEAST_GAP, STEADY_SHARE = 3, 0.8
# What exporters stop at when they are not told otherwise (Loki, Elasticsearch, CloudWatch, kubectl, Datadog).
LIMITS = {100, 500, 1_000, 2_000, 5_000, 10_000, 50_000, 100_000}
REDACTED = r"\*{3,}(?:HIDDEN|REDACTED)?\**|(?i)[\[<(]redacted[\])>]|\bX{6,}\b"
SAMPLED = 0.9
FEWEST_TRACES = 20


@dataclass(frozen=True, slots=True)
class Grid:
    """``n`` slots of ``slot`` microseconds from ``start``."""

    start: int
    slot: int
    n: int

    def at(self, index: int) -> int:
        """The instant at which slot ``index`` begins."""
        return self.start + index * self.slot


def _grid(window: Window, n: int) -> Grid:
    """At most ``n`` slots of whole minutes over ``window``."""
    start = window.start // MINUTE * MINUTE
    slot = max(1, -(-(window.end - start) // (n * MINUTE))) * MINUTE
    return Grid(start, slot, -(-(window.end - start) // slot))


def coverage(store: Store, incident: Window) -> Coverage:
    """The matrix of sources by time over all data, and what the sources do not show of ``incident`` and around it."""
    grid = _grid(store.span() or incident, SLOTS)
    length = incident.end - incident.start
    near = _grid(Window(incident.start - length, incident.end + length), NEAR_SLOTS)
    sources = tuple(source for table in TABLES for source in _sources(store, table, grid))
    holes = [
        *(
            hole
            for table in STEADY
            for source in _sources(store, table, near)
            for hole in _silences(source, near, incident)
        ),
        *_sampled(store),
        *_capped(store),
        *_redacted(store),
    ]
    return Coverage(grid.start, grid.slot, sources[:MOST_SOURCES], tuple(holes))


def _sources(store: Store, table: str, grid: Grid) -> Iterator[Source]:
    # Log rows are counted by the minute already.
    name = "counts" if table == "logs" else table
    stamp = pl.col(TIME_COLUMNS.get(name, "time"))
    at = ((stamp.to_physical() - grid.start) // grid.slot).alias("slot")
    amount = pl.col("n").sum() if name == "counts" else pl.len()
    rows = store.scan(name).filter(stamp.is_not_null()).group_by("file", at).agg(amount.alias("n"))
    inside = rows.filter(pl.col("slot") >= 0, pl.col("slot") < grid.n).sort("file", "slot").collect()
    for (file,), group in inside.group_by("file", maintain_order=True):
        counts = dict(group.select("slot", "n").rows())
        yield Source(str(file), table, tuple(counts.get(index, 0) for index in range(grid.n)))


def _silences(source: Source, grid: Grid, incident: Window) -> Iterator[Hole]:
    """Empty slots between full ones, and parts of the incident before the first or after the last row."""
    full = [index for index, n in enumerate(source.counts) if n]
    usual = sorted(source.counts[index] for index in full)[len(full) // 2] if full else 0
    if usual < EXPECTED or len(full) < 3:
        return
    first, last = grid.at(full[0]), grid.at(full[-1] + 1)
    if incident.start + grid.slot < first < incident.end:
        yield Hole("starts_late", source.file, Window(incident.start, first))
    if incident.start < last < incident.end - grid.slot:
        yield Hole("ends_early", source.file, Window(last, incident.end))
    # A source that comes in bursts is silent often; a gap is a silence that is out of proportion to all others.
    empty = sorted((after - before - 1, before) for before, after in pairwise(full))
    longest, before = empty[-1]
    usual_gap = empty[-2][0] if len(empty) > 1 else 0
    if longest >= max(2, LEAST_GAP * usual_gap) and len(full) >= STEADY_SHARE * (full[-1] - full[0] + 1 - longest):
        yield Hole("gap", source.file, Window(grid.at(before + 1), grid.at(before + 1 + longest)))


def _sampled(store: Store) -> Iterator[Hole]:
    """Traces that hold only some of the requests which name one."""
    spans = store.scan("spans").filter(pl.col("trace_id").is_not_null()).select("trace_id").unique()
    asked = store.scan("requests").filter(pl.col("trace_id").is_not_null()).select("file", "trace_id").unique()
    seen = asked.join(spans.with_columns(pl.lit(1).alias("seen")), on="trace_id", how="left")
    rows = seen.group_by("file").agg(pl.col("seen").sum(), pl.len().alias("n")).sort("file").collect()
    for file, found, n in rows.rows():
        if n >= FEWEST_TRACES and 0 < found < SAMPLED * n:
            yield Hole("sampled", file, None, round(found / n, 6))


def _capped(store: Store) -> Iterator[Hole]:
    files = store.raw("files").filter(pl.col("kind").is_in(["logs", "traces", "metrics"])).select("path", "rows")
    yield from (
        Hole("capped", path, None, float(rows)) for path, rows in files.sort("path").collect().rows() if rows in LIMITS
    )


def _redacted(store: Store) -> Iterator[Hole]:
    """Log rows whose template holds a blacked-out field: redacted, not unset."""
    keys = store.scan("templates").filter(pl.col("template").str.contains(REDACTED)).select("message_key")
    rows = store.scan("counts").join(keys, on="message_key", how="semi").group_by("file").agg(pl.col("n").sum())
    yield from (Hole("redacted", file, None, float(n)) for file, n in rows.sort("file").collect().rows())
