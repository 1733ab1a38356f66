"""Extra time and extra failures that requests meet in a component.

An average or a ratio, times traffic, adds up along calls: what a component adds itself can be told from what its callees
add (``causal.features``). A few slow or failing requests among many show in a mean and not in a median.
"""

import re
from collections.abc import Iterator, Sequence
from statistics import median

from forensics.library import Library
from forensics.records.signal import Signal, Windows
from forensics.signals import traffic
from forensics.signals.traffic import RATIO, Flow
from forensics.signals.windowing import capped
from forensics.store import Store

# Weak shifts count: what a component adds is compared with what its peers add, and with no bound.
LEAST = 1.0
FEWEST = 3
# Averages add up; the further a quantile lies from the middle, the less it does.
LATENCY_ORDER = tuple(map(re.compile, (r"(?i)av(era)?g|mean", r"(?i)p50|median", r"(?i)p[78]\d", r"(?i)p9\d", ".")))


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal of kind ``request_flow`` for each component whose requests became slower or failed more.

    ``amount`` is the extra time or the extra failures, times the component's traffic: comparable between components.
    """
    flows = traffic.read(store, windows, library)
    by_component: dict[str, list[Flow]] = {}
    for each in flows:
        by_component.setdefault(each.component, []).append(each)
    requests = traffic.of_requests(flows)
    usual = median(requests.values()) if requests else 1.0
    found: list[Signal] = []
    for measure, named in ((_slower, ("latency",)), (_failing, ("errors", "availability"))):
        # Where only the front door is measured, a failing request says nothing of where it failed.
        measured = {each.component for each in flows if each.quantity.name in named and _is_live(each)}
        if len(measured) >= FEWEST:
            for component, own in sorted(by_component.items()):
                found += measure(own, requests.get(component, usual))
    return found


def _is_live(flow: Flow) -> bool:
    """Whether a metric is more than a column of zeros: one that was always 0 before tells only when it rises."""
    return flow.quantity.name == "errors" or flow.before > 0


def _slower(own: Sequence[Flow], traffic: float) -> Iterator[Signal]:
    slow = [each for each in own if each.quantity.name == "latency"]
    if slow:
        best = min(slow, key=lambda each: (_place(each.metric), each.metric))
        yield from _signal(best, best.during - best.before, (best.during - best.before) * traffic)


def _place(metric: str) -> int:
    return next(at for at, pattern in enumerate(LATENCY_ORDER) if pattern.search(metric))


def _failing(own: Sequence[Flow], traffic: float) -> Iterator[Signal]:
    found: list[Signal] = []
    for each in own:
        percent = 100.0 if each.highest > 1.5 else 1.0
        if each.quantity.name == "availability":
            found += _signal(each, each.before - each.during, (each.before - each.during) / percent * traffic)
        elif each.quantity.name == "errors":
            more = each.during - each.before
            found += _signal(each, more, more / percent * traffic if RATIO.search(each.metric) else more)
    yield from sorted(found, key=lambda signal: (-signal.amount, -signal.size, signal.subject))[:1]


def _signal(flow: Flow, worse: float, amount: float) -> Iterator[Signal]:
    size = worse / flow.scale
    if size >= LEAST and amount > 0:
        yield Signal(
            "request_flow", flow.component, flow.metric, flow.quantity.name, 1 if flow.during > flow.before else -1,
            capped(size), flow.onset, flow.step_s, flow.before, flow.during, flow.unit, evidence=flow.evidence, amount=amount,
        )  # fmt: skip
