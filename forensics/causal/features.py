"""What speaks for each component, by kind of evidence, in comparable units.

The value of a signal is ``TALLEST * height ** exponent * share``: its height is the logarithm of its surprise, its share
how much of the greatest amount among all components it is. What callees explain is taken off the amount. It is 0 where
nothing is unusual.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from forensics.causal.graph import Graph
from forensics.records.signal import Signal

# Metrics for which up (1) or down (-1) hurts; others may move either way.
WORSE: Mapping[str, int] = {
    "cpu": 1, "memory": 1, "disk": 1, "latency": 1, "errors": 1, "availability": -1, "saturation": 1, "queue": 1,
    "restarts": 1,
}  # fmt: skip
# Beyond this a larger surprise says no more: floors and flat baselines make sizes of any height.
LARGEST = 150.0
TALLEST = math.log1p(LARGEST)
# Kinds that come from requests flowing through a component, by the quantities they are made of. Averages add up along
# calls, quantiles only roughly.
FLOWS: Mapping[str, tuple[str, ...]] = {
    "extra_time": ("latency",),
    "slower": ("latency",),
    "extra_failures": ("errors", "availability"),
}
AVERAGE = re.compile(r"(?i)av(era)?g|mean")
# A flow counts by its share, even where its spread hides it; a resource only by how unusual it is for itself.
FLOW_EXPONENT, EXPONENT, RESOURCE_EXPONENT = 0.25, 0.5, 1.0
# Evidence of another quantity than the symptom's (a slow component, where requests fail) counts a tenth.
OFF_SYMPTOM = 0.1
SIMPLE: Mapping[str, str] = {
    "span_errors": "span_error_origin", "broken_sequence": "broken_sequence", "stopped_calls": "stopped_calls",
    "state_event": "state_event", "request_errors": "request_errors", "silence": "silence",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clue:
    """A kind of evidence at a component: its value, and the signal that shows it best."""

    component: str
    kind: str
    value: float
    signal: Signal


@dataclass(frozen=True, slots=True)
class Shown:
    """A signal as evidence for a component: ``amount`` is compared within the ``family``.

    ``alone`` is less than 1 where its peers show the same.
    """

    component: str
    kind: str
    family: str
    amount: float
    signal: Signal
    alone: float = 1.0


def clues(
    signals: Sequence[Signal], graph: Graph, apart: Collection[str] = (), symptom_metric: str = ""
) -> tuple[Clue, ...]:
    """The best clue of each kind at each component, sorted.

    Components ``apart`` (views of others, and what the symptom does not depend on) set no scale for the rest.
    """
    shown = [
        *_resources(signals), *_flows(signals, graph, apart), *_gaps(signals), *_counts(signals, apart),
    ]  # fmt: skip
    most: dict[str, float] = {}
    for each in shown:
        if each.component not in apart:
            most[each.family] = max(most.get(each.family, 0.0), each.amount)
    off = off_symptom(signals, symptom_metric)
    best: dict[tuple[str, str], Clue] = {}
    for each in shown:
        value = _value(each, most.get(each.family, 0.0)) * (OFF_SYMPTOM if each.kind in off else 1.0)
        key = (each.component, each.kind)
        known = best.get(key)
        if value > 0 and (known is None or (value, each.signal.subject) > (known.value, known.signal.subject)):
            best[key] = Clue(each.component, each.kind, value, each.signal)
    return tuple(best[key] for key in sorted(best))


def _value(each: Shown, most: float) -> float:
    share = min(1.0, each.amount / most) if most > 0 else 1.0
    exponent = (
        FLOW_EXPONENT if each.kind in FLOWS else RESOURCE_EXPONENT if each.kind == each.signal.quantity else EXPONENT
    )
    height = min(math.log1p(each.signal.size), TALLEST) / TALLEST
    return TALLEST * math.pow(height, exponent) * share * each.alone


def off_symptom(signals: Sequence[Signal], metric: str) -> set[str]:
    """Kinds that cannot explain a symptom seen in ``metric``: failures where it is slow, slowness where it fails."""
    named = {each.quantity for each in signals if metric and each.subject == metric}
    off = {kind for kind, quantities in FLOWS.items() if named and not named & set(quantities)}
    return off | ({"stopped_calls"} if "extra_failures" in off else set())


def _resources(signals: Sequence[Signal]) -> Iterable[Shown]:
    """Shifts of what a component uses."""
    flowing = {quantity for quantities in FLOWS.values() for quantity in quantities}
    for each in signals:
        hurts = WORSE.get(each.quantity, each.direction) == each.direction
        if each.kind == "level_shift" and not each.peer and each.quantity not in flowing and hurts:
            yield Shown(each.component, each.quantity, each.quantity, min(each.size, LARGEST), each)


def _flows(signals: Sequence[Signal], graph: Graph, apart: Collection[str]) -> Iterable[Shown]:
    """Extra time and failures that a component adds beyond what its callees add."""
    for quantities, kind in ((FLOWS["extra_time"], "extra_time"), (FLOWS["extra_failures"], "extra_failures")):
        flows = {
            each.component: each for each in signals if each.kind == "request_flow" and each.quantity in quantities
        }
        alone = {name: _alone(each, flows, graph, apart) for name, each in flows.items()}
        for name, each in sorted(flows.items()):
            callees = [other for other in graph.callees.get(name, ()) if other in flows and other not in apart]
            own = max(0.0, each.amount - math.fsum(sorted(flows[other].amount * alone[other] for other in callees)))
            measured = "slower" if kind == "extra_time" and not AVERAGE.search(each.subject) else kind
            yield Shown(name, measured, measured, own, each, alone[name])


def _alone(each: Signal, flows: Mapping[str, Signal], graph: Graph, apart: Collection[str]) -> float:
    """What is left of a shift beyond what half of the other callees of its callers show in the same metric.

    Where all callees of one caller fail alike, what they share is at fault: the caller, or what it sends.
    """
    callers = graph.callers.get(each.component, ())
    siblings = {one for caller in callers for one in graph.callees[caller]} - {each.component, *apart}
    if len(siblings) < 2:
        return 1.0
    moved = [_moved(flows[one]) if one in flows and flows[one].subject == each.subject else 0.0 for one in siblings]
    return max(0.0, 1.0 - median(moved) / _moved(each))


def _moved(signal: Signal) -> float:
    return abs((signal.during or 0.0) - (signal.before or 0.0)) or 1e-9


def _gaps(signals: Sequence[Signal]) -> Iterable[Shown]:
    """Time lost between callers and a callee; of an edge's latency, what the callee's own edges do not explain."""
    gaps = [each for each in signals if each.peer and each.quantity == "latency"]
    further: dict[str, float] = {}
    for each in gaps:
        if each.kind == "level_shift":
            further[each.component] = max(further.get(each.component, 0.0), each.amount)
    for each in gaps:
        below = further.get(each.peer, 0.0) if each.kind == "level_shift" else 0.0
        yield Shown(each.peer, "gap_into", f"{each.kind} into", max(0.0, each.amount - below), each)


def _counts(signals: Sequence[Signal], apart: Collection[str]) -> Iterable[Shown]:
    """What is compared by its surprise alone."""
    for each in signals:
        kind = SIMPLE.get(each.kind, "") or _logged_or_traced(each)
        if kind and not (kind == "stopped_calls" and each.peer in apart):
            amount = each.amount if kind == "span_self_time" else min(each.size, LARGEST)
            yield Shown(each.component, kind, kind, amount, each)


def _logged_or_traced(signal: Signal) -> str:
    """The kind of evidence of a template's or an operation's change, "" where it is none."""
    if signal.kind == "template_rate":
        if signal.direction < 0:
            return "vanished_template" if signal.during == 0 else ""
        is_new = signal.before is not None and signal.during is not None and signal.before <= 0.02 * signal.during
        if signal.quantity == "errors":
            return "new_error" if is_new else "more_errors"
        return "new_template" if is_new else ""
    if signal.kind == "span_latency":
        return "" if signal.peer else "span_self_time"
    return "missing_spans" if signal.kind == "span_rate" and signal.direction < 0 else ""


def matrix(found: Sequence[Clue], components: Sequence[str], kinds: Sequence[str]) -> list[list[float]]:
    """Values by component and kind."""
    values = {(clue.component, clue.kind): clue.value for clue in found}
    return [[values.get((component, kind), 0.0) for kind in kinds] for component in components]
