"""Calls that a component makes no more, though it is itself called as before."""

import math
from collections.abc import Iterator, Mapping

import polars as pl

from forensics.library import Library
from forensics.records.signal import Signal, Windows
from forensics.signals import traffic
from forensics.signals.traffic import Flow
from forensics.signals.windowing import capped, phase
from forensics.store import Store

LEAST = 1.0
# Half of the calls gone is a stop.
STOPPED = 0.5
# A habit holds while the callers have half to twice their usual load.
EBB, FLOOD = 0.5, 2.0
# Fewer calls than one for twenty of its callers' requests are no habit.
HABIT = 0.05
FEWEST_SPANS = 20


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each caller and callee whose traffic fell by more than half against that of its callers.

    Where a caller has spans, they tell better what its calls no longer do (``sequences``), and nothing is said here.
    """
    flows = traffic.read(store, windows, library)
    named = traffic.traffic_metric(flows)
    by_component = {each.component: each for each in flows if each.metric == named}
    traced = _traced(store, windows)
    found: list[Signal] = []
    for target, sources in sorted(_callers(store, by_component).items()):
        found += _stopped(by_component[target], {each: by_component[each] for each in sorted(sources)}, traced)
    return found


def _callers(store: Store, known: Mapping[str, Flow]) -> Mapping[str, set[str]]:
    edges = store.scan("edges").filter(pl.col("kind") == "calls").select("source", "target").collect()
    found: dict[str, set[str]] = {}
    for source, target in edges.rows():
        if source in known and target in known and source != target:
            found.setdefault(target, set()).add(source)
    return found


def _stopped(callee: Flow, callers: Mapping[str, Flow], traced: set[str]) -> Iterator[Signal]:
    before = math.fsum(each.before for each in callers.values())
    during = math.fsum(each.during for each in callers.values())
    if before <= 0 or not EBB <= during / before <= FLOOD or callee.before < HABIT * before:
        return
    expected = callee.before * during / before
    size = (expected - callee.during) / max(callee.scale, callee.quantity.floor * expected)
    for name, caller in callers.items():
        own = size * caller.before / before
        if name not in traced and own >= LEAST and callee.during <= STOPPED * expected:
            yield Signal(
                "stopped_calls", name, f"calls to {callee.component}", "calls", -1, capped(own), callee.onset, callee.step_s,
                expected, callee.during, callee.unit, callee.component, callee.evidence,
            )  # fmt: skip


def _traced(store: Store, windows: Windows) -> set[str]:
    """Components with enough spans in both phases to show a habit."""
    counts = (
        store.scan("spans")
        .with_columns(phase(windows, "start"))
        .group_by("component")
        .agg([(pl.col("phase") == each).sum().alias(each) for each in ("before", "during")])
        .filter(pl.min_horizontal("before", "during") >= FEWEST_SPANS)
    )
    return set(counts.collect()["component"])
