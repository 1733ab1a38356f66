"""Who depends on whom: declared edges, and learned ones where nobody declared any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forensics.records.cause import Edge
from forensics.store import Store


@dataclass(frozen=True, slots=True)
class Graph:
    """Edges from dependent to dependency, and both ways to look them up."""

    edges: tuple[Edge, ...]
    callees: Mapping[str, tuple[str, ...]]
    callers: Mapping[str, tuple[str, ...]]


def build(store: Store) -> Graph:
    """The graph of a case. A declared edge hides a learned one between the same two."""
    rows = store.scan("edges").select("source", "target", "kind", "origin", "weight").unique().collect()
    chosen: dict[tuple[str, str, str], Edge] = {}
    for source, target, kind, origin, weight in sorted(rows.rows(), key=str):
        key = (source, target, kind)
        if source != target and (key not in chosen or origin == "declared"):
            chosen[key] = Edge(source, target, kind, origin, weight or 0.0)
    edges = tuple(chosen[key] for key in sorted(chosen))
    return Graph(edges, _grouped(edges, forward=True), _grouped(edges, forward=False))


def _grouped(edges: Sequence[Edge], *, forward: bool) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for edge in edges:
        here, there = (edge.source, edge.target) if forward else (edge.target, edge.source)
        if edge.kind != "runs_on":
            found.setdefault(here, set()).add(there)
    return {name: tuple(sorted(others)) for name, others in sorted(found.items())}


def reached(start: str, callers: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    """Every component that depends on ``start``, directly or not, with the shortest path to it; cycles end."""
    import networkx

    network = networkx.DiGraph()
    network.add_node(start)
    network.add_edges_from((here, caller) for here, others in sorted(callers.items()) for caller in others)
    paths = networkx.single_source_shortest_path(network, start)
    return {name: tuple(path[:-1]) for name, path in sorted(paths.items())}


def depended_on(symptom: str, graph: Graph) -> set[str]:
    """What the component that shows the symptom depends on, itself included; empty where it is not known."""
    found: set[str] = set()
    waiting = [symptom] if symptom else []
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting.extend(graph.callees.get(here, ()))
    return found
