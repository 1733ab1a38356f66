"""Who holds what ran out: the holders of each resource that its limit bounds, before the incident and during it."""

import re
from statistics import median

from forensics.findings import levels
from forensics.findings.levels import Line
from forensics.records.finding import Holder, Saturation
from forensics.records.signal import Windows
from forensics.store import Store

# A resource that is shared out, and the metric that says how much of it there is.
IN_USE = re.compile(
    r"(?i)(pool|connections?|slots|workers?|threads|leases|permits).{0,24}(in_?use|active|busy|used|checked_?out|held|count)"
    r"|pg_stat_activity_count|numbackends|threads_connected"
)
SIZE = re.compile(
    r"(?i)(pool|connections?|slots|workers?|threads|leases|permits).{0,24}(size|max|limit|capacity|total)|max_connections"
)
# Of a resource that is taken to this share, somebody has to wait.
TAKEN = 0.9
MOST = 20


def find(store: Store, windows: Windows) -> tuple[Saturation, ...]:
    """Resources that were nearly all taken during the incident, or that several holders share; sorted, the fullest first."""
    known = levels.lines(store, windows, (IN_USE, SIZE))
    used = [each for each in known if IN_USE.search(each.metric) and not SIZE.search(each.metric) and each.during]
    sizes = [each for each in known if SIZE.search(each.metric) and each.during]
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Line]] = {}
    for each in used:
        groups.setdefault((each.component, each.metric, each.group), []).append(each)
    found = []
    for (component, metric, group), held in groups.items():
        size = next((each for each in sizes if levels.agrees(held[0], each)), None)
        limit = levels.statistic(size.during, "median") if size is not None else None
        peak = levels.statistic(levels.total(held, during=True), "max") or 0.0
        if limit is None or peak < TAKEN * limit:
            continue
        evidence = levels.cite(store, windows, [*held[:8], *([size] if size else [])], "median")
        name = dict(group).get("pool") or metric
        found.append(Saturation(component, name, limit, peak, _holders(held), evidence))
    return tuple(sorted(found, key=lambda each: (-each.peak / each.size, each.component, each.resource))[:MOST])


def _holders(held: list[Line]) -> tuple[Holder, ...]:
    rows = [Holder(each.holder or "all", _middle(each.before), _middle(each.during)) for each in held]
    return tuple(sorted(rows, key=lambda each: (-(each.during or 0.0), each.consumer)))


def _middle(samples: levels.Samples) -> float | None:
    return median([value for _, value in samples]) if samples else None
