"""What speaks for each component, by kind of evidence, in comparable units.

A kind's value is the logarithm of the signal's surprise, less what the component's peers show in the same incident, and
less what its dependencies explain. It is 0 where nothing is unusual.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from forensics.causal.graph import Graph
from forensics.records.signal import Signal

# Metrics for which up (1) or down (-1) hurts; others may move either way.
WORSE: Mapping[str, int] = {
    "cpu": 1, "memory": 1, "latency": 1, "errors": 1, "availability": -1, "saturation": 1, "queue": 1, "restarts": 1,
}  # fmt: skip
# Beyond this a larger surprise says no more: floors and flat baselines make sizes of any height.
TALLEST = math.log1p(150.0)
PROPAGATED = ("latency", "errors", "availability")


@dataclass(frozen=True, slots=True)
class Clue:
    """A kind of evidence at a component: its value, and the signal that shows it best."""

    component: str
    kind: str
    value: float
    signal: Signal


def clues(
    signals: Sequence[Signal], graph: Graph, components: Sequence[str], apart: Collection[str] = ()
) -> tuple[Clue, ...]:
    """The best clue of each kind at each component, sorted.

    Components ``apart`` (views of others, and what the symptom does not depend on) set no scale for the rest.
    """
    best: dict[tuple[str, str], Clue] = {}
    for clue in _all(signals, graph, components, apart):
        key = (clue.component, clue.kind)
        known = best.get(key)
        if clue.value > 0 and (
            known is None or (clue.value, known.signal.subject) > (known.value, clue.signal.subject)
        ):
            best[key] = clue
    return tuple(best[key] for key in sorted(best))


def _all(signals: Sequence[Signal], graph: Graph, components: Sequence[str], apart: Collection[str]) -> Iterable[Clue]:
    yield from _levels(signals, graph, len(components), apart)
    yield from _gaps(signals)
    for signal in signals:
        kind = _simple(signal)
        if kind:
            yield Clue(signal.component, kind, min(math.log1p(signal.size), TALLEST), signal)


def _simple(signal: Signal) -> str:
    """The kind of evidence of a signal that needs no comparison, "" for the others."""
    if signal.kind == "template_rate":
        if signal.direction < 0:
            return "vanished_template" if signal.during == 0 else ""
        is_new = signal.before is not None and signal.during is not None and signal.before <= 0.02 * signal.during
        if signal.quantity == "errors":
            return "new_error" if is_new else "more_errors"
        return "new_template" if is_new else ""
    if signal.kind == "silence":
        return "silence"
    if signal.kind == "span_latency" and not signal.peer:
        return "span_self_time"
    return {"span_errors": "span_error_origin", "state_event": "state_event", "request_errors": "request_errors"}.get(
        signal.kind, "missing_spans" if signal.kind == "span_rate" and signal.direction < 0 else ""
    )


def _levels(signals: Sequence[Signal], graph: Graph, peers: int, apart: Collection[str]) -> Iterable[Clue]:
    """Metric shifts: contrasted with the same metric at peers, and latency and errors with what callees explain."""
    shifts = [each for each in signals if each.kind == "level_shift" and not each.peer]
    by_metric: dict[str, list[Signal]] = {}
    for each in shifts:
        if WORSE.get(each.quantity, each.direction) == each.direction:
            by_metric.setdefault(each.subject, []).append(each)
    for _, group in sorted(by_metric.items()):
        moved = {each.component: abs((each.during or 0.0) - (each.before or 0.0)) for each in group}
        most = max((moved[name] for name in moved if name not in apart), default=0.0)
        # The third largest of a metric is what an affected bystander shows.
        others = sorted((min(math.log1p(each.size), TALLEST) for each in group), reverse=True)
        common = others[len(others) // 2] if len(others) > max(2, peers // 2) else 0.0
        for each in group:
            value = min(math.log1p(each.size), TALLEST) - common
            if each.quantity in PROPAGATED:
                explained = max(
                    (moved.get(callee, 0.0) for callee in graph.callees.get(each.component, ())), default=0.0
                )
                left = (
                    max(0.0, moved[each.component] - explained) / moved[each.component]
                    if moved[each.component]
                    else 0.0
                )
                value *= left * math.sqrt(min(1.0, moved[each.component] / most)) if most else left
            yield Clue(each.component, each.quantity, value, each)


def _gaps(signals: Sequence[Signal]) -> Iterable[Clue]:
    """Time lost between caller and callee: into one callee it is the callee's, out of a caller into all it is the caller's."""
    gaps = [each for each in signals if each.peer and each.quantity == "latency"]
    out: dict[str, list[Signal]] = {}
    into: dict[str, list[Signal]] = {}
    for each in gaps:
        out.setdefault(each.component, []).append(each)
        into.setdefault(each.peer, []).append(each)
    for each in gaps:
        size = min(math.log1p(each.size), TALLEST)
        others = [min(math.log1p(one.size), TALLEST) for one in out[each.component] if one.peer != each.peer]
        yield Clue(each.peer, "gap_into", size - _middle(others), each)
    for caller, group in out.items():
        if len({one.peer for one in group}) >= 2:
            sizes = [min(math.log1p(one.size), TALLEST) for one in group]
            best = max(group, key=lambda one: (one.size, one.subject))
            yield Clue(caller, "gap_out_of", _middle(sizes), best)


def _middle(values: Sequence[float]) -> float:
    ranked = sorted(values)
    return ranked[len(ranked) // 2] if ranked else 0.0


def matrix(found: Sequence[Clue], components: Sequence[str], kinds: Sequence[str]) -> list[list[float]]:
    """Values by component and kind."""
    values = {(clue.component, clue.kind): clue.value for clue in found}
    return [[values.get((component, kind), 0.0) for kind in kinds] for component in components]
