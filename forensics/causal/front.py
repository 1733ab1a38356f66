"""Where users come in, and what they feel there, where nobody said what the symptom is."""

from collections.abc import Mapping, Sequence

from forensics.causal.graph import Graph, depended_on
from forensics.records.signal import Signal


def door(graph: Graph, components: Mapping[str, str]) -> str:
    """The component that nobody calls and that depends on most others, "" where two are alike or none is.

    ``components`` maps names to roles; a client's view of another component calls nothing by itself.
    """
    own = {name for name, role in components.items() if role != "client view"}
    fronts = [name for name in sorted(own) if graph.callees.get(name) and not own & set(graph.callers.get(name, ()))]
    reach = {name: len(depended_on(name, graph)) for name in fronts}
    widest = [name for name in fronts if reach[name] == max(reach.values())]
    return widest[0] if len(widest) == 1 else ""


def felt(signals: Sequence[Signal], component: str) -> str:
    """The metric of requests that moved most at a component, "" where none did."""
    moved = [each for each in signals if each.kind == "request_flow" and each.component == component]
    return max(moved, key=lambda each: (each.size, each.subject)).subject if moved else ""
