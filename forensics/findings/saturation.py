"""Who holds what ran out: the holders of each resource that its limit bounds, before the incident and during it."""

import re
from collections.abc import Iterator
from statistics import median

from forensics.findings import levels
from forensics.findings.levels import Line
from forensics.records.finding import Holder, Saturation
from forensics.records.signal import Windows
from forensics.store import Store

# Resources that are shared out: the metric of how much is in use, and the one of how much there is. A size bounds only what
# is of its kind.
RESOURCES = tuple(
    (re.compile(used), re.compile(size))
    for used, size in (
        (
            r"(?i)(pool|connections?|slots|workers?|threads|leases|permits).{0,24}(in_?use|active|busy|used|checked_?out|held|count)"
            r"|pg_stat_activity_count|numbackends|threads_connected",
            r"(?i)(pool|connections?|slots|workers?|threads|leases|permits).{0,24}(size|max|limit|capacity|total)|max_connections",
        ),
        (
            r"(?i)(open_fds|filefd_allocated|fd_used|open_files?)$",
            r"(?i)(max_fds|filefd_maximum|fd_total|max_(open_)?files)$",
        ),
        (
            r"(?i)memory_(used|working_set|rss|usage)(_bytes)?$|heap_?used",
            r"(?i)memory_(max|limit)(_bytes)?$|memory_limit_bytes|maxmemory|heap_?(max|limit)",
        ),
        (
            r"(?i)^ConcurrentExecutions$|(in_?flight|concurrency)$",
            r"(?i)concurren\w*_?limit$|(max|limit)_(in_?flight|concurrency)$",
        ),
        (r"(?i)queue_(length|depth|size)$", r"(?i)queue_(capacity|max|limit)\w*$"),
    )
)
# Of a resource that is taken to this share, somebody has to wait.
TAKEN = 0.9
MOST = 20


def find(store: Store, windows: Windows) -> tuple[Saturation, ...]:
    """Resources that were nearly all taken during the incident, or that several holders share; sorted, the fullest first."""
    found: list[Saturation] = []
    known = levels.lines(store, windows, [pattern for pair in RESOURCES for pattern in pair])
    for in_use, size in RESOURCES:
        used = [each for each in known if in_use.search(each.metric) and not size.search(each.metric) and each.during]
        found += _taken(store, windows, used, [each for each in known if size.search(each.metric) and each.during])
    return tuple(sorted(found, key=lambda each: (-each.peak / each.size, each.component, each.resource))[:MOST])


def _taken(store: Store, windows: Windows, used: list[Line], sizes: list[Line]) -> Iterator[Saturation]:
    """The resources of one kind that were nearly all taken."""
    groups: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Line]] = {}
    for each in used:
        groups.setdefault((each.component, each.metric, each.group), []).append(each)
    for (component, metric, group), held in groups.items():
        size = next((each for each in sizes if levels.agrees(held[0], each)), None)
        limit = levels.statistic(size.during, "median") if size is not None else None
        peak = levels.statistic(levels.total(held, during=True), "max") or 0.0
        if not limit or peak < TAKEN * limit:
            continue
        evidence = levels.cite(store, windows, [*held[:8], *([size] if size else [])], "median")
        name = dict(group).get("pool") or metric
        yield Saturation(component, name, limit, peak, _holders(held), evidence)


def _holders(held: list[Line]) -> tuple[Holder, ...]:
    rows = [Holder(each.holder or "all", _middle(each.before), _middle(each.during)) for each in held]
    return tuple(sorted(rows, key=lambda each: (-(each.during or 0.0), each.consumer)))


def _middle(samples: levels.Samples) -> float | None:
    return median([value for _, value in samples]) if samples else None
