"""By how much: which setting to move from what to what, by which arithmetic, or the number that is missing for it."""

import math
from collections.abc import Iterator, Mapping

import polars as pl

from forensics.measuring import series
from forensics.records.cause import Sizing
from forensics.records.evidence import Evidence, RecordEvidence, Scalar, SeriesEvidence, Statement
from forensics.records.finding import Finding
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import MINUTE, Window
from forensics.store import Store
from forensics.verdict import resources
from forensics.verdict.resources import Gauge, Resource
from forensics.verdict.trial import Trial

# Above four fifths of its size a queueing system's waits grow steeply (Gunther, Guerrilla Capacity Planning, ch. 2).
TARGET = 0.8
DAY_S = 86_400.0
# What filled up shows best right before it gave way.
BEFORE = 30 * MINUTE
# What bounds the next size, by a word of the metric, and how to ask for it.
NEXT: Mapping[str, tuple[str, str]] = {
    "pool": ("the connections that the database allows", "SHOW max_connections"),
    "conn": ("the memory of the server that holds them", "SHOW shared_buffers"),
    "memory": ("the memory of the node", "kubectl describe node NODE"),
    "rss": ("the memory of the node", "kubectl describe node NODE"),
    "capacity": ("the quota of the account", "aws service-quotas list-service-quotas"),
    "cpu": ("the processors of the node", "kubectl describe node NODE"),
}


def sizings(
    store: Store,
    windows: Windows,
    detected: Detected,
    first: str,
    mode: Finding | None,
    guilty: Trial | None,
    surge: Finding | None,
) -> tuple[Sizing, ...]:
    """Steps with numbers, the most useful first; one that names the missing number where a resource ran out and nothing tells its size."""
    found = list(_restored(first, guilty))
    if mode is None or mode.category not in ("resource_exhaustion", "traffic"):
        return tuple(found)
    gauges, window = resources.gauges(store, first), windows.incident
    full = resources.bound(gauges, window.start - BEFORE, window.end)
    left = resources.free(gauges, window.start, window.end)
    if full is not None and not found:
        found += (
            _fills_up(store, first, full, windows) if _is_slow(guilty, mode) else _enlarged(store, first, full, window)
        )
    elif left is not None:
        found += _freed(store, first, left, window)
    if (surge is not None or mode.category == "traffic") and (guilty is None or "load" in guilty.told_causes):
        found += _scaled(store, first, detected)
    if not found and guilty is None:
        said: dict[str, Scalar] = {"component": first, "title": str(mode.definition.get("title", mode.mode))}
        found.append(
            Sizing(
                "unknown",
                "",
                first,
                "",
                "",
                Statement("sizing.unknown", said),
                Statement("sizing.unknown_numbers", said),
                None,
            )
        )
    return tuple(found)


def _step(
    kind: str, setting: str, first: str, current: str, proposed: str, says: tuple[str, str, str | None],
    values: Mapping[str, Scalar], evidence: tuple[Evidence, ...],
) -> Sizing:  # fmt: skip
    """A step; ``says`` names the sentences of what to do, of the arithmetic, and of how to undo it."""
    text, arithmetic = (Statement(f"sizing.{each}", values, evidence) for each in says[:2])
    undo = Statement(f"sizing.{says[2]}", values) if says[2] is not None else None
    return Sizing(kind, setting, first, current, proposed, text, arithmetic, undo)


def _restored(first: str, guilty: Trial | None) -> Iterator[Sizing]:
    """The value that a guilty change took away."""
    if guilty is None:
        return
    numeric = [
        fact
        for fact in guilty.change.facts
        if fact.before and fact.kind.endswith(("_lowered", "_raised", "_removed", "unit_changed"))
    ]
    told = set(guilty.told.causes) if guilty.told is not None else set()
    for fact in [each for each in numeric if told & set(each.causes)][:2]:
        values: dict[str, Scalar] = {
            "setting": fact.subject, "current": fact.after, "proposed": fact.before, "component": first, "path": fact.path,
            "live_at": guilty.live,
        }  # fmt: skip
        evidence = guilty.change.evidence
        yield _step(
            "restore",
            fact.subject,
            first,
            fact.after or "none",
            fact.before,
            ("restore", "restored", "undo"),
            values,
            evidence,
        )


def _is_slow(guilty: Trial | None, mode: Finding) -> bool:
    return (
        guilty is not None and guilty.told is not None and guilty.told.is_slow
    ) or "unbounded_growth" in mode.definition.get("causes", ())


def _enlarged(store: Store, first: str, full: Resource, window: Window) -> Iterator[Sizing]:
    """The size that keeps use at four fifths under the demand that was measured: what was in use and what waited."""
    size = full.size.within(window.start, window.end)[-1]
    waits = dict(full.waiting.points) if full.waiting else {}
    demand = sorted(value + waits.get(time, 0.0) for time, value in full.use.points if window.contains(time))
    peak = demand[min(len(demand) - 1, int(0.95 * len(demand)))]
    proposed = math.ceil(peak / TARGET)
    key = next((word for word in NEXT if word in resources.plain(full.size.metric)), "")
    binds, ask = NEXT.get(key, ("what stands behind it", ""))
    values: dict[str, Scalar] = {
        "setting": full.size.metric, "current": _short(size), "proposed": str(proposed), "component": first, "peak": peak, "target": TARGET,
        "binds": binds, "ask": ask, "waits": full.waiting is not None, "use": full.use.metric,
    }  # fmt: skip
    shown = tuple(
        _shown(store, first, each, window, how)
        for each, how in ((full.size, "last"), (full.use, "max"), (full.waiting, "max"))
        if each
    )
    evidence = tuple(item for rows in shown for item in rows)
    if full.waiting is None and peak >= 0.97 * size:
        # Use stops at the bound: how much more was wanted does not show in it.
        yield _step(
            "unknown", full.size.metric, first, _short(size), "", ("wanted", "wanted_numbers", None), values, evidence
        )
    elif proposed > size:
        yield _step(
            "enlarge",
            full.size.metric,
            first,
            _short(size),
            str(proposed),
            ("enlarge", "enlarged", "undo"),
            values,
            evidence,
        )


def _fills_up(store: Store, first: str, full: Resource, windows: Windows) -> Iterator[Sizing]:
    """How long it lasts until it is full again: more of it only buys time."""
    window = windows.incident
    size = full.size.within(window.start, window.end)[-1]
    before = [point for point in full.use.points if point[0] < window.start]
    slope = resources.rise(before)
    if slope <= 0 or not before:
        return
    base = min(value for _, value in before)
    lasts = (size - base) / slope
    every = f"{max(1, math.floor(TARGET * lasts / 60))} min"
    values: dict[str, Scalar] = {
        "setting": full.size.metric, "current": _short(size), "component": first, "base": base, "rise": slope * 3600, "lasts_s": lasts,
        "use": full.use.metric,
    }  # fmt: skip
    whole = Window(before[0][0], window.start)
    evidence = (
        *_shown(store, first, full.size, window, "last"),
        *_shown(store, first, full.use, whole, "min"),
        *_shown(store, first, full.use, whole, "max"),
    )
    yield _step(
        "restart",
        "restart interval",
        first,
        "none",
        every,
        ("restart", "lasts", "undo_restart"),
        values,
        evidence,
    )


def _freed(store: Store, first: str, left: Gauge, window: Window) -> Iterator[Sizing]:
    """What a day needs at the rate at which it ran out."""
    until = [point for point in left.points if point[0] < window.end]
    slope = -resources.rise(until)
    if slope <= 0:
        return
    need, low = slope * DAY_S, min(value for _, value in until)
    values: dict[str, Scalar] = {
        "setting": left.metric,
        "component": first,
        "rate": slope * 3600,
        "need": need,
        "unit": left.unit,
        "low": low,
    }
    whole = Window(until[0][0], window.end)
    evidence = (*_shown(store, first, left, whole, "max"), *_shown(store, first, left, whole, "min"))
    yield _step(
        "enlarge",
        left.metric,
        first,
        _amount(low, left.unit),
        f"{_amount(need, left.unit)} more",
        ("room", "roomed", "undo_room"),
        values,
        evidence,
    )


def _scaled(store: Store, first: str, detected: Detected) -> Iterator[Sizing]:
    """As many instances as keep each at the load it bore before."""
    surges = [
        each
        for each in detected.signals
        if each.quantity == "traffic" and each.direction > 0 and each.before and (each.during or 0) > each.before
    ]
    best = max(surges, key=lambda each: (each.component == first, each.size, each.subject), default=None)
    if best is None or not best.before or best.during is None:
        return
    values: dict[str, Scalar] = {
        "component": first,
        "before": best.before,
        "during": best.during,
        "factor": best.during / best.before,
        "subject": best.subject,
    }
    had, cited = _replicas(store, first)
    evidence = (*best.evidence, *cited)
    if had is None:
        yield _step(
            "unknown", "replicas", first, "", "", ("replicas_unknown", "scaled_unknown", None), values, evidence
        )
        return
    proposed = _needed(had, best)
    values |= {"current": str(had), "proposed": str(proposed), "setting": "replicas"}
    yield _step("scale", "replicas", first, str(had), str(proposed), ("scale", "scaled", "undo"), values, evidence)


def _needed(had: int, surge: Signal) -> int:
    return math.ceil(had * (surge.during or 0.0) / (surge.before or 1.0))


def _replicas(store: Store, first: str) -> tuple[int | None, tuple[Evidence, ...]]:
    """How many instances a deployment wanted, as the cluster's state says."""
    rows = (
        store.scan("state")
        .filter(pl.col("component") == first, pl.col("kind") == "deployment")
        .sort("file", "line", "record")
        .collect()
    )
    for row in rows.iter_rows(named=True):
        wanted = row["message"].partition(" of ")[2].removesuffix(" ready")
        if wanted.isdigit():
            return int(wanted), (RecordEvidence(row["file"], row["record"], str(row["message"])),) if row[
                "record"
            ] else ()
    return None, ()


def _shown(store: Store, first: str, gauge: Gauge, window: Window, statistic: str) -> tuple[Evidence, ...]:
    """The series behind a gauge, measured so that they can be measured again; at most four."""
    found = []
    for labels in gauge.labels[:4]:
        asked = SeriesEvidence(first, gauge.metric, labels, window, statistic, 0.0, 0)
        measured = series(store, asked)
        if measured is not None:
            found.append(SeriesEvidence(first, gauge.metric, labels, window, statistic, *measured))
    return tuple(found)


def _amount(value: float, unit: str) -> str:
    """A number with its unit; bytes in binary units."""
    if unit.lower() not in ("bytes", "byte", "b"):
        return f"{_short(value)} {unit}".strip()
    power = min(4, int(math.log2(max(1.0, abs(value))) // 10))
    return f"{value / 1024**power:.3g} {('B', 'KiB', 'MiB', 'GiB', 'TiB')[power]}"


def _short(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"
