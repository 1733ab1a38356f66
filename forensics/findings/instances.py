"""Instances of one component side by side: one that takes what the others took before."""

import re
from collections.abc import Iterator, Mapping, Sequence
from statistics import median

from forensics.findings import levels
from forensics.findings.fact import Fact
from forensics.findings.levels import Line
from forensics.records.signal import Windows
from forensics.records.window import Micros
from forensics.store import Store

# What an instance has more of when it gets more of the work.
WORK = re.compile(r"(?i)cpu|load1|request|connection|rps|qps|throughput|messages|invocations")
# Labels that name an instance, the most particular first.
NAMES = ("pod", "instance", "replica", "shard", "partition", "container", "host", "node")
COUNTER = re.compile(r"(?i)_(total|count)$")
# The busiest has this many times what the middle one of the others has, though before nobody had three times another.
APART, ALIKE = 4.0, 3.0
# It took work from the others: more than it had before, and they less. A neighbour that is merely slow takes none.
ROSE, FELL = 1.3, 0.6
BALANCERS = ("load balancer", "gateway", "proxy", "CDN")


def facts(store: Store, windows: Windows) -> Iterator[Fact]:
    """A fact of kind ``uneven`` for each component one of whose instances took the work of the others.

    It is told of the balancer that calls the component, where one does: who spreads the load spreads it unevenly.
    """
    hosts, callers = _edges(store)
    best: dict[str, tuple[float, str, list[Line]]] = {}
    for (owner, metric, _), group in sorted(_groups(levels.lines(store, windows, (WORK,)), hosts).items()):
        apart = _apart(list(group.values()))
        if apart > best.get(owner, (0.0, "", []))[0]:
            best[owner] = (apart, metric, list(group.values()))
    for owner, (apart, metric, lines) in sorted(best.items()):
        at = callers.get(owner, owner)
        subject = f"{metric} of the instances of {owner} is uneven: one has {apart:.1f} times what the others have"
        evidence = levels.cite(store, windows, lines[:6], "median")
        yield Fact("uneven", at, subject, _onset(lines), evidence, min(1_000.0, 10 * apart))


def _edges(store: Store) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Who runs on each machine alone, and the balancer that calls a component."""
    rows = store.scan("edges").select("source", "target", "kind").unique().sort("source", "target", "kind").collect()
    roles = dict(store.scan("components").select("component", "role").collect().rows())
    guests: dict[str, set[str]] = {}
    callers: dict[str, str] = {}
    for source, target, kind in rows.rows():
        if kind == "runs_on":
            guests.setdefault(target, set()).add(source)
        elif roles.get(source) in BALANCERS:
            callers.setdefault(target, source)
    return {host: next(iter(found)) for host, found in guests.items() if len(found) == 1}, callers


def _groups(
    known: Sequence[Line], hosts: Mapping[str, str]
) -> Mapping[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Line]]:
    """The lines of one metric by owner and instance; what else their labels say keeps them apart."""
    found: dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, Line]] = {}
    for each in known:
        said = dict(each.labels)
        instance = each.component if each.component in hosts else next((said[n] for n in NAMES if said.get(n)), "")
        if instance:
            rest = tuple((key, value) for key, value in each.labels if key not in NAMES and value != each.component)
            found.setdefault((hosts.get(each.component, each.component), each.metric, rest), {})[instance] = each
    return found


def _apart(lines: Sequence[Line]) -> float:
    """How far the busiest instance is from the others, 0 where it took nothing from them."""
    if len(lines) < 2:
        return 0.0
    before, during = ([_level(each, during=phase) for each in lines] for phase in (False, True))
    if any(value is None for value in (*before, *during)):
        return 0.0
    then, now = ([value or 0.0 for value in values] for values in (before, during))
    if min(then) <= 0 or max(then) > ALIKE * min(then):
        return 0.0
    top = max(range(len(now)), key=lambda at: (now[at], -at))
    others = [at for at in range(len(now)) if at != top]
    fell = median([now[at] / then[at] for at in others])
    if now[top] < ROSE * then[top] or fell > FELL:
        return 0.0
    apart = now[top] / max(median([now[at] for at in others]), 0.01 * now[top])
    return apart if apart >= APART else 0.0


def _level(line: Line, *, during: bool) -> float | None:
    return levels.statistic(line.during if during else line.before, "rate" if COUNTER.search(line.metric) else "median")


def _onset(lines: Sequence[Line]) -> Micros | None:
    return min((each.during[0][0] for each in lines if each.during), default=None)
