"""Series of a case beside one another: their samples in the incident and in the baselines, and what they say together."""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import polars as pl

from forensics.measuring import labelled, series, within
from forensics.records.evidence import SeriesEvidence
from forensics.records.signal import Windows
from forensics.records.window import SECOND
from forensics.store import Store

Samples = tuple[tuple[int, float], ...]
MOST_SERIES = 2_000
# Labels by which a series names who uses a resource, and not which resource it is.
HOLDERS = (
    "consumer",
    "application_name",
    "usename",
    "client",
    "user",
    "owner",
    "client_addr",
    "tenant",
    "app",
    "workload",
    "state",
)
RECOMPUTED = ("max", "min", "median", "last")


@dataclass(frozen=True, slots=True)
class Line:
    """A series with its samples, in time order, in the incident (``during``) and in the baselines (``before``)."""

    component: str
    metric: str
    labels: tuple[tuple[str, str], ...]
    during: Samples
    before: Samples

    @property
    def group(self) -> tuple[tuple[str, str], ...]:
        """The labels that say which resource it is: all but the metric's name and the holder."""
        return tuple((key, value) for key, value in self.labels if key != "__name__" and key not in HOLDERS)

    @property
    def holder(self) -> str:
        """Who uses the resource, "" where the series does not say."""
        said = dict(self.labels)
        return next((said[key] for key in HOLDERS if said.get(key)), "")


def lines(store: Store, windows: Windows, patterns: Iterable[re.Pattern[str]]) -> tuple[Line, ...]:
    """The series whose metric some pattern finds, with their finite samples; sorted, at most 2,000."""
    known = store.scan("series").select("series_id", "component", "metric", "labels", "peer").unique().collect()
    wanted = list(patterns)
    names = [name for name in known["metric"].unique().sort() if any(each.search(name) for each in wanted)]
    kept = (
        known.filter(pl.col("metric").is_in(names))
        .sort("component", "metric", "labels", "peer", "series_id")
        .head(MOST_SERIES)
    )
    by_name: dict[tuple[str, str, str, str], list[int]] = {}
    for key, *name in kept.rows():
        by_name.setdefault(tuple(name), []).append(key)
    samples = _samples(store, windows, kept["series_id"].to_list())
    found = []
    for (component, metric, labels, peer), ids in by_name.items():
        during, before = (
            tuple(sorted(pair for key in ids for pair in samples.get((key, phase), ()))) for phase in (True, False)
        )
        found.append(Line(component, metric, labelled(labels, peer), during, before))
    return tuple(found)


def _samples(store: Store, windows: Windows, ids: Sequence[int]) -> Mapping[tuple[int, bool], list[tuple[int, float]]]:
    inside = within(windows.incident)
    outside = pl.any_horizontal([within(each) for each in windows.baselines]) if windows.baselines else pl.lit(False)
    rows = (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in(list(ids)), inside | outside, pl.col("value").is_finite())
        .select("series_id", inside.alias("during"), pl.col("time").to_physical(), "value")
        .collect()
    )
    found: dict[tuple[int, bool], list[tuple[int, float]]] = {}
    for key, phase, time, value in rows.iter_rows():
        found.setdefault((key, phase), []).append((time, value))
    return found


def total(group: Sequence[Line], *, during: bool) -> Samples:
    """The sum of several series at each instant at which all of them have a sample."""
    parts = [dict(each.during if during else each.before) for each in group]
    times = set.intersection(*(set(part) for part in parts)) if parts else set()
    return tuple((time, math.fsum(part[time] for part in parts)) for time in sorted(times))


def statistic(samples: Samples, name: str) -> float | None:
    """A statistic of samples in time order: max, min, median, last, increase (resets added) or rate a second."""
    if not samples:
        return None
    values = [value for _, value in samples]
    if name in ("increase", "rate"):
        steps = [after - before if after >= before else after for before, after in pairwise(values)]
        grown = math.fsum(steps)
        lasted = (samples[-1][0] - samples[0][0]) / SECOND
        return grown if name == "increase" else grown / lasted if lasted > 0 else None
    if name == "max":
        return max(values)
    if name == "min":
        return min(values)
    return values[-1] if name in ("last", "until") else median(values)


def cite(store: Store, windows: Windows, group: Iterable[Line], name: str) -> tuple[SeriesEvidence, ...]:
    """Evidence for a statistic of some series over the incident; what ``verify`` cannot compute is cited by its last sample."""
    found = []
    for each in group:
        kind = name if name in RECOMPUTED else "last"
        asked = SeriesEvidence(each.component, each.metric, each.labels, windows.incident, kind, 0.0, 0)
        measured = series(store, asked)
        if measured is not None:
            found.append(SeriesEvidence(each.component, each.metric, each.labels, windows.incident, kind, *measured))
    return tuple(found)


def agrees(part: Line, whole: Line) -> bool:
    """Whether ``whole`` can be the limit of ``part``: labels that both have say the same."""
    mine, other = dict(part.group), dict(whole.group)
    return part.component == whole.component and all(mine[key] == other[key] for key in mine.keys() & other.keys())


def named(line: Line) -> str:
    """A short name of a series for a person: its metric, and the labels that set it apart."""
    apart = {key: value for key, value in line.group if value != line.component}
    return line.metric + (f" {json.dumps(apart, ensure_ascii=False)}" if apart and len(apart) <= 3 else "")
