"""Means of latency, failures and traffic in both phases, by component: what adds up along calls."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import polars as pl

from forensics.library import Library
from forensics.measuring import labelled
from forensics.records.evidence import SeriesEvidence
from forensics.records.signal import Windows
from forensics.records.window import SECOND, Micros
from forensics.signals import counters, quantities
from forensics.signals.levels import MAD, TENTH, samples
from forensics.signals.quantities import Quantity
from forensics.store import Store

FLOWING = ("latency", "errors", "availability", "traffic")
# What a component sees of others as their client is theirs.
CLIENT_SIDE = re.compile(r"(?i)client|upstream|outbound|egress")
TRAFFIC = re.compile(r"(?i)request|workload|throughput|rps|qps|calls|ops\b|operations")
RATIO = re.compile(r"(?i)rate|ratio|percent|share|%")


@dataclass(frozen=True, slots=True)
class Flow:
    """A metric of a component: mean in both phases, spread and floor before, and when it crossed the middle."""

    component: str
    metric: str
    quantity: Quantity
    unit: str
    before: float
    during: float
    scale: float
    highest: float
    onset: Micros | None
    step_s: float
    evidence: tuple[SeriesEvidence, ...]


def read(store: Store, windows: Windows, library: Library) -> list[Flow]:
    """Every metric of requests that was measured in both phases, by component and metric, sorted."""
    known = quantities.load(library)
    series = store.scan("series").filter(pl.col("peer") == "", pl.col("component") != "").collect()
    kinds = quantities.by_metric(series["metric"].unique().sort().to_list(), known)
    wanted = [name for name, kind in kinds.items() if kind.name in FLOWING and not CLIENT_SIDE.search(name)]
    counted = counters.found(store)
    is_rate = pl.col("series_id").is_in(sorted(counted))
    # A counter that is not busy says nothing as a level either.
    series = series.filter(pl.col("metric").is_in(wanted), (pl.col("kind") != "counter") | is_rate)
    lists = (
        samples(store, windows, counted)
        .join(series.select("series_id", "component", "metric", "unit", "labels"), on="series_id")
        .sort("component", "metric", "labels", "series_id", "time", "value")
        .group_by("component", "metric", "series_id", "unit", "labels", maintain_order=True)
        .agg(
            pl.col("value").filter(pl.col("phase") == "before").alias("before"),
            pl.col("value").filter(pl.col("phase") == "during").alias("during"),
            pl.col("time").filter(pl.col("phase") == "during").to_physical().alias("times"),
        )
    )
    groups: dict[tuple[str, str], list[dict[str, object]]] = {}
    for row in lists.iter_rows(named=True):
        if row["before"] and row["during"]:
            groups.setdefault((row["component"], row["metric"]), []).append(row)
    return [
        _counted(store, flow, rows, windows) if any(row["series_id"] in counted for row in rows) else flow
        for (_, metric), rows in sorted(groups.items())
        for flow in (_flow(rows, kinds[metric], windows),)
    ]


def _counted(store: Store, flow: Flow, rows: Sequence[Mapping[str, object]], windows: Windows) -> Flow:
    """The flow of a counter: rates a minute, and evidence by how much it grew."""
    grown = (
        item
        for row in rows[:3]
        for item in counters.evidence(store, flow.component, flow.metric, str(row["labels"]), "", windows.incident)
    )
    return replace(flow, unit="/min", evidence=tuple(grown))


def _flow(rows: Sequence[Mapping[str, object]], quantity: Quantity, windows: Windows) -> Flow:
    """All series of one metric of one component: counts add up, everything else is averaged over the samples."""
    befores: list[list[float]] = [list(row["before"]) for row in rows]  # type: ignore[call-overload]
    durings: list[list[float]] = [list(row["during"]) for row in rows]  # type: ignore[call-overload]
    metric = str(rows[0]["metric"])
    adds = quantity.name == "traffic" or (quantity.name == "errors" and not RATIO.search(metric))
    before, during = _level(befores, adds=adds), _level(durings, adds=adds)
    scale = max(_spread(befores, up=during >= before), quantity.floor * abs(before), 1e-9)
    times: list[int] = list(rows[0]["times"])  # type: ignore[call-overload]
    middle = (before + during) / 2 / (len(rows) if adds else 1)
    crossed = [at for at, value in zip(times, durings[0], strict=True) if (value >= middle) == (during >= before)]
    steps = [(b - a) / SECOND for a, b in pairwise(times)]
    component = str(rows[0]["component"])
    evidence = tuple(
        SeriesEvidence(
            component, metric, labelled(str(row["labels"]), ""), windows.incident, "mean", _mean(values), len(values)
        )
        for row, values in list(zip(rows, durings, strict=True))[:3]
    )
    return Flow(
        component, metric, quantity, str(rows[0]["unit"]), before, during, scale, max(map(max, befores)),
        crossed[0] if crossed else None, median(steps) if steps else windows.incident.duration_s, evidence,
    )  # fmt: skip


def _spread(values: Sequence[Sequence[float]], *, up: bool) -> float:
    """Robust spread of the samples around the middle of their series, on the side that the incident moved to."""
    apart = sorted(value - middle for each in values for middle in (median(each),) for value in each)
    side = apart[int(0.9 * (len(apart) - 1))] if up else -apart[math.ceil(0.1 * (len(apart) - 1))]
    return max(MAD * median(map(abs, apart)), side / TENTH)


def _level(values: Sequence[Sequence[float]], *, adds: bool) -> float:
    if adds:
        return math.fsum(_mean(each) for each in values)
    return _mean([value for each in values for value in each])


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def traffic_metric(flows: Sequence[Flow]) -> str:
    """The metric of requests that most components have, "" where none is."""
    named: dict[str, int] = {}
    for each in flows:
        if each.quantity.name == "traffic" and TRAFFIC.search(each.metric):
            named[each.metric] = named.get(each.metric, 0) + 1
    return max(sorted(named), key=lambda name: named[name], default="")


def of_requests(flows: Sequence[Flow]) -> Mapping[str, float]:
    """Requests of each component during the incident."""
    named = traffic_metric(flows)
    return {each.component: each.during for each in flows if each.metric == named}
