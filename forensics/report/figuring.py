"""The facts behind the pictures: messages and latency by time, transactions against what is usual, budget, reach."""

from typing import Any

import polars as pl

from forensics.clock import iso
from forensics.measuring import within
from forensics.records.case import Case
from forensics.records.evidence import CountEvidence
from forensics.records.report.investigation import TemplateOut
from forensics.records.window import MINUTE, Micros, Window
from forensics.report.citing import Register
from forensics.store import Store

MARGIN = 30 * MINUTE
COLUMNS = 60
MOST_ROWS = 14
# Buckets of the latency table are eighths of an octave of microseconds; half an octave a row is fine enough to see.
WIDTH = 4
MOST_LATENCY_ROWS = 16


def figures(case: Case, store: Store, register: Register, templates: tuple[TemplateOut, ...]) -> dict[str, Any]:
    """What each picture draws; a key is missing where the bundle has nothing for it."""
    near = _near(case, store)
    found = {
        "messages": _messages(store, near, templates),
        "latency": _latency(case, store, near),
        "transactions": _transactions(case, store, near, register),
        "budget": _budget(case, register),
        "reach": _reach(case, register),
    }
    return {name: each for name, each in found.items() if each}


def _near(case: Case, store: Store) -> Window:
    """The incident with a margin on both sides, within the data."""
    incident, seen = case.windows.incident, store.span()
    margin = max(MARGIN, (incident.end - incident.start) // 2)
    start, end = incident.start - margin, incident.end + margin
    if seen is not None:
        start, end = max(start, seen.start), min(end, seen.end)
    return Window(start // MINUTE * MINUTE, max(end, start + MINUTE))


def _covered(store: Store, table: str, column: str, near: Window) -> Window:
    """The part of a stretch for which a table has rows: nothing logged is not the same as nothing kept."""
    time = pl.col(column).to_physical()
    rows = store.scan(table).filter(within(near, column)).select(time.min().alias("first"), time.max().alias("last"))
    first, last = rows.collect().row(0)
    if first is None:
        return near
    return Window(first // MINUTE * MINUTE, min(near.end, (last // MINUTE + 1) * MINUTE))


def step_of(near: Window) -> Micros:
    """Whole minutes a column, so that at most ``COLUMNS`` cover the stretch."""
    return MINUTE * max(1, -(-(near.end - near.start) // (COLUMNS * MINUTE)))


def _column(near: Window, name: str) -> pl.Expr:
    return ((pl.col(name).to_physical() - near.start) // step_of(near)).cast(pl.Int64).alias("column")


def _spread(rows: list[tuple[Any, int, int]], near: Window) -> dict[Any, list[int]]:
    """Counts by key and column as one list a key."""
    columns = -(-(near.end - near.start) // step_of(near))
    found: dict[Any, list[int]] = {}
    for key, column, n in rows:
        found.setdefault(key, [0] * columns)[min(column, columns - 1)] += n
    return found


def _messages(store: Store, near: Window, templates: tuple[TemplateOut, ...]) -> dict[str, Any]:
    wanted = [each.template_id for each in templates[:MOST_ROWS]]
    near = _covered(store, "counts", "minute", near)
    if not wanted:
        return {}
    keys = store.scan("templates").filter(pl.col("template_id").is_in(wanted)).select("message_key", "template_id")
    rows = (
        store.scan("counts").filter(within(near, "minute")).join(keys, on="message_key")
        .group_by("template_id", _column(near, "minute")).agg(pl.col("n").sum()).sort("template_id", "column").collect().rows()
    )  # fmt: skip
    counts = _spread(rows, near)
    shown = [each for each in templates[:MOST_ROWS] if each.template_id in counts]
    return {
        "start": iso(near.start),
        "step_s": step_of(near) // 1_000_000,
        "rows": [
            {
                "template_id": each.template_id, "template": each.template[:160], "counts": counts[each.template_id],
                "evidence": list(each.evidence),
            }
            for each in shown
        ],
    }  # fmt: skip


def _latency(case: Case, store: Store, near: Window) -> dict[str, Any]:
    near = _covered(store, "latency", "minute", near)
    table = store.scan("latency").filter(within(near, "minute"))
    totals = (
        table.group_by("component")
        .agg(pl.col("n").sum())
        .sort(["n", "component"], descending=[True, False])
        .collect()
        .rows()
    )
    if not totals:
        return {}
    names = [name for name, _ in totals]
    component = case.impact.edge_component if case.impact.edge_component in names else names[0]
    rows = (
        table.filter(pl.col("component") == component)
        .group_by((pl.col("bucket") // WIDTH).alias("level"), _column(near, "minute"))
        .agg(pl.col("n").sum()).sort("level", "column").collect().rows()
    )  # fmt: skip
    counts = _spread(rows, near)
    levels = range(max(min(counts), max(counts) - MOST_LATENCY_ROWS + 1), max(counts) + 1)
    zeros = [0] * len(next(iter(counts.values())))
    # What is faster than the lowest row shown is counted in it.
    for level in [each for each in counts if each < levels[0]]:
        counts[levels[0]] = [a + b for a, b in zip(counts.get(levels[0], zeros), counts.pop(level), strict=True)]
    return {
        "component": component,
        "start": iso(near.start),
        "step_s": step_of(near) // 1_000_000,
        "rows": [
            {"from_s": 2 ** (level * WIDTH / 8) / 1e6, "counts": counts.get(level, zeros)} for level in reversed(levels)
        ],
    }


def _transactions(case: Case, store: Store, near: Window, register: Register) -> dict[str, Any]:
    """Orders that went through, by minute, and the median minute before the incident within the same hours."""
    near = _covered(store, "business", "time", near)
    good = pl.col("outcome").is_in(
        ["placed", "ok", "success", "succeeded", "completed", "paid", "captured", "confirmed"]
    )
    orders = store.scan("business").filter(pl.col("kind") == "order", within(near))
    rows = orders.select(_column(near, "time"), good.alias("good")).collect()
    if rows.height < COLUMNS or not rows["good"].any():
        return {}
    counted = rows.filter("good").group_by("column").agg(pl.len()).sort("column").rows()
    counts = _spread([("good", column, n) for column, n in counted], near)["good"]
    step, onset = step_of(near), case.windows.incident.start
    # The last column may be cut short by the end of the data.
    counts = counts[: (near.end - near.start) // step]
    before = sorted(n for index, n in enumerate(counts) if near.start + (index + 1) * step <= onset)
    evidence = CountEvidence("business", (("kind", "=", "order"),), near, "rows", rows.height)
    return {
        "start": iso(near.start),
        "step_s": step // 1_000_000,
        "counts": counts,
        "expected": before[len(before) // 2] if len(before) >= 5 else None,
        "evidence": list(register.cite([evidence])),
    }


def _budget(case: Case, register: Register) -> dict[str, Any]:
    """What is left of the first error budget minute by minute, if nothing was spent before the data begins."""
    slo = next(
        (each for each in case.impact.slos if each.sli == "availability" and each.budget and each.budget.allowed), None
    )
    if slo is None or slo.budget is None or not slo.budget.allowed or len(case.impact.edge) < 2:
        return {}
    spent, left = 0, []
    for point in case.impact.edge:
        spent += point.errors
        left.append(1 - spent / slo.budget.allowed)
    return {
        "slo": slo.name,
        "window": slo.window,
        "times": [iso(point.minute) for point in case.impact.edge],
        "left": left,
        "evidence": list(register.cite(slo.evidence)),
    }


QUANTITIES = ("errors", "latency", "traffic", "saturation", "cpu", "memory", "disk", "network", "queue", "availability",
              "restarts", "template", "silence")  # fmt: skip
SAID = {"template": "messages"}


def _reach(case: Case, register: Register) -> dict[str, Any]:
    """The largest signal of each component and quantity."""
    if case.verdict.status == "no_incident":
        return {}
    order = [each.component for each in case.ranking.blast_radius][:16]
    largest: dict[tuple[str, str], Any] = {}
    for each in case.detected.signals:
        key = (each.component, each.quantity)
        if each.component in order and each.quantity in QUANTITIES and key not in largest:
            largest[key] = each
    kinds = [name for name in QUANTITIES if any(key[1] == name for key in largest)]
    if not kinds:
        return {}
    return {
        "components": order,
        "quantities": [SAID.get(name, name) for name in kinds],
        "cells": [
            {
                "component": each.component, "quantity": SAID.get(each.quantity, each.quantity), "subject": each.subject[:160],
                "size": each.size, "direction": each.direction, "before": each.before, "during": each.during, "unit": each.unit,
                "onset": iso(each.onset) if each.onset is not None else None, "evidence": list(register.cite(each.evidence)),
            }
            for each in (largest[key] for key in sorted(largest, key=lambda key: (order.index(key[0]), kinds.index(key[1]))))
        ],
    }  # fmt: skip
