"""What the order of candidates rests on: their ranks without each source, and what separates two of them."""

from collections.abc import Callable, Mapping, Sequence

from forensics.causal.features import Clue
from forensics.causal.scoring import Scored, Weights
from forensics.records.evidence import Evidence, Scalar, Statement

# Where each kind of signal comes from.
SOURCES: Mapping[str, str] = {
    "template_rate": "logs", "silence": "logs", "level_shift": "metrics", "request_flow": "metrics",
    "stopped_calls": "metrics", "request_errors": "requests", "request_latency": "requests", "span_latency": "traces",
    "span_errors": "traces", "span_rate": "traces", "broken_sequence": "traces", "state_event": "platform events",
}  # fmt: skip
MOST = 3


def rests_on(
    first: Scored, found: Sequence[Clue], score: Callable[[Sequence[Clue]], Sequence[Scored]]
) -> tuple[Statement, ...]:
    """A statement for each source without which the first candidate would not be first."""
    said: list[Statement] = []
    for source in sorted({SOURCES.get(clue.signal.kind, "") for clue in found} - {""}):
        order = [each.component for each in score([clue for clue in found if SOURCES.get(clue.signal.kind) != source])]
        if not order or order[0] == first.component:
            continue
        place = order.index(first.component) + 1 if first.component in order else 0
        values: dict[str, Scalar] = {"source": source, "rank": place, "other": order[0]}
        evidence = _evidence([clue for clue in found if SOURCES.get(clue.signal.kind) == source], first.component)
        said.append(Statement("causal.without", values, evidence))
    return tuple(said)


def rests_on_topology(first: Scored, found: Sequence[Clue], flat: Sequence[Scored]) -> tuple[Statement, ...]:
    """A statement where another candidate leads in ``flat``, the order without knowing who depends on whom."""
    order = [each.component for each in flat]
    if not order or order[0] == first.component:
        return ()
    place = order.index(first.component) + 1 if first.component in order else 0
    values: dict[str, Scalar] = {"source": "topology", "rank": place, "other": order[0]}
    return (Statement("causal.without", values, _evidence(found, first.component)),)


def separates(first: str, second: str, found: Sequence[Clue], weights: Weights) -> Statement | None:
    """The kind of evidence in which the first is furthest ahead of the second; None where it is ahead in none."""
    ahead: dict[str, float] = {}
    for clue in found:
        if clue.component in (first, second):
            sign = 1.0 if clue.component == first else -1.0
            ahead[clue.kind] = ahead.get(clue.kind, 0.0) + sign * weights.of(clue.kind) * clue.value
    best = max(sorted(ahead), key=lambda kind: ahead[kind], default="")
    if not best or ahead[best] <= 0:
        return None
    evidence = tuple(
        item for clue in found if clue.kind == best and clue.component == first for item in clue.signal.evidence
    )
    values: dict[str, Scalar] = {"first": first, "second": second, "what": best.replace("_", " "), "ahead": ahead[best]}
    return Statement("causal.separates", values, evidence)


def _evidence(clues: Sequence[Clue], component: str) -> tuple[Evidence, ...]:
    return tuple(item for clue in clues if clue.component == component for item in clue.signal.evidence)[:MOST]
