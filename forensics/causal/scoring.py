"""Candidates' scores: a conditional logit over the components of one incident.

``score(c) = sum_k weight_k * value_k(c)``, fitted so that ``P(c) = exp(score(c)) / sum exp(score)`` (McFadden, Conditional
logit analysis of qualitative choice behavior, 1974). The weights stand in ``models/ranking/weights.toml``, fitted by
``tools/fit_ranking.py``; a kind of evidence that no fit has seen counts as much as the prior.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forensics.causal.features import Clue
from forensics.causal.graph import Graph, depended_on
from forensics.library import Library


@dataclass(frozen=True, slots=True)
class Weights:
    """Weight by kind of evidence, the prior for kinds without one, and what takes away from a component."""

    kinds: Mapping[str, float]
    priors: Mapping[str, float]
    view: float
    unreachable: float
    temperature: float
    base: float
    lead: float
    undeclared: float

    def of(self, kind: str) -> float:
        """The weight of a kind of evidence."""
        return self.kinds.get(kind, self.priors.get(kind, self.priors["other"]))


def load(library: Library) -> Weights:
    """The weights in force."""
    said = library.load("models", "ranking")["weights"]
    return Weights(
        said["weight"], said["prior"], said["view"], said["unreachable"], said["temperature"], **said["confidence"]
    )


@dataclass(frozen=True, slots=True)
class Scored:
    """A component with its score and its chance of being the cause among the components of this incident."""

    component: str
    score: float
    chance: float


def scored(
    found: Sequence[Clue],
    components: Mapping[str, str],
    graph: Graph,
    symptom: str,
    weights: Weights,
    asserted: float = 1.0,
) -> tuple[Scored, ...]:
    """Every component with a clue, best first; ``components`` maps names to roles.

    ``asserted`` is the chance that there is an incident at all.
    """
    sums: dict[str, list[float]] = {}
    for clue in found:
        if clue.component in components:
            sums.setdefault(clue.component, []).append(weights.of(clue.kind) * clue.value)
    reach = depended_on(symptom, graph)
    scores: dict[str, float] = {}
    for component, parts in sums.items():
        total = math.fsum(sorted(parts))
        total -= weights.view * (components[component] == "client view")
        total -= weights.unreachable * (len(reach) > 1 and component not in reach)
        scores[component] = total
    if not scores:
        return ()
    ranked = sorted(scores, key=lambda name: (-round(scores[name], 9), name))
    first = scores[ranked[0]]
    sure = _sure(first - (scores[ranked[1]] if len(ranked) > 1 else 0.0), weights) * asserted
    # Components without a clue could be the cause as well: each counts with a score of 0.
    odds = {name: math.exp((scores[name] - first) / weights.temperature) for name in ranked[1:]}
    others = math.fsum(sorted(odds.values())) + (len(components) - len(scores)) * math.exp(-first / weights.temperature)
    chances = {name: (1.0 - sure) * each / others for name, each in odds.items()} | {ranked[0]: sure}
    return tuple(Scored(name, scores[name], min(sure, chances[name])) for name in ranked)


def _sure(lead: float, weights: Weights) -> float:
    """The chance that the first is right, from its lead over the second: a logistic curve over ``ln(1 + lead)``.

    The softmax of the scores does not hold on systems that no fit has seen; the lead does (docs/ranking.md).
    """
    return 1.0 / (1.0 + math.exp(-(weights.base + weights.lead * math.log1p(max(0.0, lead)))))
