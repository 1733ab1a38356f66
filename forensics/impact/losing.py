"""Lost transactions: what was expected in the incident less what was completed."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from forensics.impact.edge import Edge
from forensics.impact.estimates import unknown
from forensics.impact.expecting import Expected, Slots, expect
from forensics.impact.minutes import Minutes
from forensics.measuring import count, within
from forensics.records.bundle import Bundle
from forensics.records.evidence import CountEvidence, Evidence, Scalar, Statement
from forensics.records.impact import Estimate
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

FAILED = ("failed", "error", "declined", "cancelled", "abandoned", "timeout", "lost", "refused", "rejected")
WEEK = 7 * 1_440
# Slots of a minute where history is short, of five where it is long enough for a season.
LONG = 3 * 1_440
LEAD = 60
# A season that was seen once says nothing about how it varies; under two weeks there is no seasonal baseline.
SEASON = 2 * WEEK


@dataclass(frozen=True, slots=True)
class Completed:
    """Completed transactions a minute from ``start``, None where nothing is known; what they are, and the evidence."""

    source: str
    unit: str
    start: Micros
    counts: tuple[float | None, ...]
    evidence: tuple[Evidence, ...]


def estimate(
    bundle: Bundle, store: Store, windows: Windows, found: Edge | None, seen: Minutes | None, failed: Estimate
) -> Estimate:
    """Expected less actual; at least those that are known to have failed. Not measurable without enough history."""
    if windows.source == "none":
        return unknown("impact.no_incident", "transactions")
    for each in _sources(store, windows, seen):
        told = _expected(each, windows.incident, bundle.declared.other_incidents)
        if told is not None:
            return _estimate(each, *told, failed)
    return unknown("impact.no_history", "transactions")


def _estimate(each: Completed, told: Expected, actual: float, failed: Estimate) -> Estimate:
    floor = failed.low or 0.0
    lost, low, high = (max(value - actual, floor) for value in (told.value, told.low, told.high))
    values: dict[str, Scalar] = {
        "source": each.source, "expected": told.value, "actual": actual, "n": told.n, "is_seasonal": told.is_seasonal,
        "floor": floor if lost == floor and floor else None,
    }  # fmt: skip
    return Estimate(lost, low, high, each.unit, Statement("impact.lost", values), each.evidence)


def _sources(store: Store, windows: Windows, seen: Minutes | None) -> Iterator[Completed]:
    """Orders, else successful requests at the edge, else what metrics count, in the order of what they say."""
    orders = _orders(store, windows)
    if orders is not None:
        yield orders
    if seen is not None and seen.source != "spans":
        yield _succeeded(seen)
    if seen is None or seen.source == "requests":
        from forensics.impact import telemetry

        metrics = telemetry.minutes(store, windows.incident)
        if metrics is not None:
            yield _succeeded(metrics)


def _succeeded(seen: Minutes) -> Completed:
    counts = tuple(
        float(total - bad) if known else None
        for bad, total, known in zip(seen.bad, seen.total, seen.known, strict=True)
    )
    return Completed(seen.source, "requests", seen.start, counts, seen.evidence)


def _orders(store: Store, windows: Windows) -> Completed | None:
    rows = store.scan("business").filter(
        pl.col("kind") == "order",
        pl.col("time").is_not_null(),
        ~pl.col("outcome").fill_null("").str.to_lowercase().is_in(FAILED),
    )
    counted = (
        rows.group_by((pl.col("time").to_physical() // MINUTE).alias("minute"))
        .agg(pl.len().alias("n"))
        .sort("minute")
        .collect()
    )
    if not counted.height:
        return None
    first, last = int(counted["minute"][0]), int(counted["minute"][-1])
    n = dict(counted.rows())
    asked = CountEvidence("business", (("kind", "=", "order"),), windows.incident, "rows", 0)
    cited = CountEvidence(asked.table, asked.filters, asked.window, asked.measure, count(store, asked))
    counts = tuple(float(n.get(minute, 0)) for minute in range(first, last + 1))
    return Completed("orders", "transactions", first * MINUTE, counts, (cited,))


def _expected(each: Completed, incident: Window, others: tuple[Window, ...]) -> tuple[Expected, float] | None:
    """The expectation and what was completed, over the whole slots that the incident touches."""
    counts = list(each.counts)
    for other in others:
        low, high = ((edge - each.start) // MINUTE for edge in (other.start, other.end))
        counts[max(0, low) : max(0, high + 1)] = [None] * len(counts[max(0, low) : max(0, high + 1)])
    before = (incident.start - each.start) // MINUTE
    width = 5 if before >= LONG else 1
    # Slots are laid so that the incident begins one.
    offset = before % width
    slots = [_sum(counts[at : at + width]) for at in range(offset, len(counts) - width + 1, width)]
    start = before // width
    length = max(1, -(-(incident.end - each.start - before * MINUTE) // (width * MINUTE)))
    part = slots[start : start + length]
    if start <= 0 or len(part) < length or any(value is None for value in part):
        return None
    season = WEEK // width if before >= SEASON else None
    told = expect(Slots(tuple(slots), season), start, length, LEAD // width, gap=1)
    return None if told is None else (told, sum(value for value in part if value is not None))


def _sum(part: list[float | None]) -> float | None:
    return None if any(each is None for each in part) else float(sum(each for each in part if each is not None))


def placed_later(store: Store, windows: Windows) -> tuple[float, float, int] | None:
    """Of users whose order failed in the incident, the share that placed one afterwards; the same of the others; how many.

    None where orders name no users. Users who order often come back anyway: the others say how many of them.
    """
    rows = store.scan("business").filter(pl.col("kind") == "order", pl.col("user").is_not_null(), pl.col("user") != "")
    good = ~pl.col("outcome").fill_null("").str.to_lowercase().is_in(FAILED)
    inside = rows.filter(within(windows.incident)).select("user", good.alias("good"), "time").collect()
    failed = set(inside.filter(~pl.col("good"))["user"].to_list())
    others = set(inside.filter("good")["user"].to_list()) - failed
    if not failed:
        return None
    later = rows.filter(good, pl.col("time").to_physical() >= windows.incident.start).select("user", "time").collect()
    last = dict(later.group_by("user").agg(pl.col("time").max().to_physical()).rows())
    tried = dict(inside.group_by("user").agg(pl.col("time").min().to_physical()).rows())
    came = sum(last.get(user, 0) > tried[user] for user in failed)
    usual = sum(last.get(user, 0) > tried[user] for user in others)
    return came / len(failed), usual / len(others) if others else 0.0, len(failed)
