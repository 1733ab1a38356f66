"""Which of the failure modes that fit is the one that failed first, and where."""

from collections.abc import Iterable, Mapping, Sequence

from forensics.records.cause import Edge, Ranking
from forensics.records.finding import Finding, Findings

# How well a failure mode fits before it speaks for a mere symptom beside it.
CLEAR = 0.65
NEAR = 5


def mode(findings: Findings, ranking: Ranking, stores: frozenset[str]) -> Finding | None:
    """The failure mode that fits best at one of the leading candidates; a better candidate wins among equal fits.

    What is seen at the part itself (``is_seated``) counts wherever that part ranks.
    """
    place = {each.component: each.rank for each in ranking.candidates}
    near = [each for each in findings.modes if place.get(each.component, 99) <= NEAR]
    shown = {each.mode for each in near}
    seated = [each for each in findings.modes if each.is_seated and each.mode in shown and each not in near]
    left = _unexplained([*near, *seated], ranking.edges, stores)
    best = min(
        left, key=lambda each: (place.get(each.component, 99) - 2 * each.fit, -each.fit, each.mode), default=None
    )
    return best and _nearest(best, left, ranking, stores)


def chance(ranking: Ranking, findings: Findings, first: str, chosen: Finding | None) -> float:
    """The chance of the component that failed first; where its own part is seen, with what its clients show of the same."""
    known = {each.component: each.confidence for each in ranking.candidates}
    own = known.get(first, 0.0)
    if chosen is None or not chosen.is_seated:
        return own
    same = {each.component for each in findings.modes if each.mode == chosen.mode} - {first}
    return min(1.0, own + sum(known.get(each, 0.0) for each in sorted(same)))


def _unexplained(found: Sequence[Finding], edges: Sequence[Edge], stores: frozenset[str]) -> list[Finding]:
    """Without the symptoms that something else explains.

    What fails for want of something else shows at the same place as its cause, or at what depends on it, and says less; so
    does what a load (an attack, a cache that is passed by) brings about in all that it reaches.
    """
    told = {each.component for each in found if not each.definition.get("symptom") and each.fit >= CLEAR}
    above = _reach(edges, forward=False)
    below = _reach(edges, forward=True)
    seated = {each.component for each in found if each.is_seated} & told
    waiting = {each for name in sorted(seated) for each in above.get(name, ())}
    # A client repeats what its store answers, and the store what its machine lacks.
    lacking = {edge.source for edge in edges if edge.kind == "runs_on" and edge.target in told}
    waiting |= {edge.source for edge in edges if edge.target in stores & (told | lacking)}
    pressed: set[str] = set()
    for each in found:
        if each.definition.get("presses") and each.fit >= CLEAR:
            # Of a part that no edge touches, nobody knows what is behind it.
            is_known = each.component in below or each.component in above
            behind = below.get(each.component, frozenset()) if is_known else {one.component for one in found}
            pressed |= behind - {each.component}
    return [
        each for each in found if not (each.definition.get("symptom") and each.component in told | waiting | pressed)
    ]


def _reach(edges: Sequence[Edge], *, forward: bool) -> Mapping[str, frozenset[str]]:
    """Everything that a component depends on (``forward``), or that depends on it, directly or not."""
    steps: dict[str, set[str]] = {}
    for edge in edges:
        here, there = (edge.source, edge.target) if forward else (edge.target, edge.source)
        steps.setdefault(here, set()).add(there)
    return {name: frozenset(_walk(name, steps)) for name in steps}


def _walk(start: str, steps: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for each in steps.get(waiting.pop(), ()):
            if each not in found and each != start:
                found.add(each)
                waiting.append(each)
    return found


def _nearest(best: Finding, near: Sequence[Finding], ranking: Ranking, stores: frozenset[str]) -> Finding:
    """The same failure mode at the part that it is a failure of: where that part shows it itself, else further down.

    A client repeats what its store answers, and a pod what its node lacks; but what befell a component on several nodes
    came to none of them from the node. Of two services it says nothing: what a shared library does, it does to callers
    and callees alike.
    """
    same = [each for each in near if each.mode == best.mode]
    seated = [each for each in same if each.is_seated]
    if seated:
        return best if best.is_seated else min(seated, key=lambda each: (-each.fit, each.component))
    nodes = {edge.target for edge in ranking.edges if edge.source == best.component and edge.kind == "runs_on"}
    calls = {edge.target for edge in ranking.edges if edge.source == best.component and edge.target in stores}
    alike = [each for each in same if each.component in nodes]
    below = calls | (nodes if len(alike) == 1 else set())
    fits = [each for each in same if each.component in below and each.fit >= best.fit]
    return min(fits, key=lambda each: (-each.fit, each.component), default=best)
