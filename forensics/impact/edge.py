"""Where users meet the system: its requests and failures, minute by minute."""

from dataclasses import dataclass

import polars as pl

from forensics.measuring import count, within
from forensics.records.evidence import CountEvidence, Scalar
from forensics.records.impact import Point
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Window
from forensics.store import Store

# Charts show this much before and after the incident.
MARGIN = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Edge:
    """The edge's component, whether its figures come from requests or spans, and the counts of the incident."""

    component: str
    source: str
    requests: int
    failed: int
    points: tuple[Point, ...]
    all_evidence: CountEvidence
    failed_evidence: CountEvidence


def find(store: Store, windows: Windows) -> Edge | None:
    """The edge from access logs, else from root spans; None where neither is in the bundle.

    The edge is the component with most requests that no other component calls.
    """
    for table, stamp in (("requests", "time"), ("spans", "start")):
        component = _component(store, table, stamp, windows)
        if component:
            return _edge(store, windows, component, table, stamp)
    return None


def at(store: Store, windows: Windows, component: str) -> Edge | None:
    """The requests of one component, else its root spans; None where it has neither in the incident."""
    for table, stamp in (("requests", "time"), ("spans", "start")):
        found = _edge(store, windows, component, table, stamp)
        if found.requests:
            return found
    return None


def _component(store: Store, table: str, stamp: str, windows: Windows) -> str:
    called = (
        store.scan("edges").filter(pl.col("kind") == "calls").select("target").unique().collect()["target"].to_list()
    )
    rows = store.scan(table).filter(within(windows.incident, stamp), pl.col("component") != "")
    if table == "spans":
        rows = rows.filter(pl.col("parent_id").is_null())
    counted = (
        rows.group_by("component").agg(pl.len().alias("n")).collect().sort(["n", "component"], descending=[True, False])
    )
    names = counted["component"].to_list()
    return next((name for name in names if name not in called), names[0] if names else "")


def _edge(store: Store, windows: Windows, component: str, table: str, stamp: str) -> Edge:
    tests: tuple[tuple[str, str, Scalar], ...] = (("component", "=", component),)
    if table == "spans":
        tests = (*tests, ("parent_id", "=", None))
    every = _measured(store, CountEvidence(table, tests, windows.incident, "rows", 0))
    failed = _measured(store, CountEvidence(table, (*tests, ("is_error", "=", True)), windows.incident, "rows", 0))
    near = Window(windows.incident.start - MARGIN, windows.incident.end + MARGIN)
    rows = store.scan(table).filter(pl.col("component") == component, within(near, stamp))
    if table == "spans":
        rows = rows.filter(pl.col("parent_id").is_null())
    points = (
        rows.group_by((pl.col(stamp).to_physical() // MINUTE * MINUTE).alias("minute"))
        .agg(pl.len().alias("n"), pl.col("is_error").fill_null(value=False).sum().alias("bad"))
        .sort("minute")
        .collect()
    )
    return Edge(component, table, every.value, failed.value, tuple(Point(*row) for row in points.rows()), every, failed)


def _measured(store: Store, asked: CountEvidence) -> CountEvidence:
    return CountEvidence(asked.table, asked.filters, asked.window, asked.measure, count(store, asked))
