"""Ranked candidates with reasons, and the blast radius."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from forensics.causal import features, front, graph, scoring, why
from forensics.causal.features import Clue
from forensics.causal.scoring import Scored, Weights
from forensics.library import Library
from forensics.records.cause import Affected, Candidate, Node, Ranking
from forensics.records.evidence import Evidence, Scalar, Statement
from forensics.records.finding import Finding, Findings
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import Micros
from forensics.store import Store

MOST_CANDIDATES = 15
MOST_REASONS = 5
# Signals that a user or a caller would feel; only these make a component affected.
FELT = ("errors", "latency", "availability", "saturation", "queue", "restarts")
AFFECTED = 6.0


def rank(
    store: Store,
    windows: Windows,
    detected: Detected,
    findings: Findings,
    library: Library,
    symptom_component: str,
    symptom_metric: str = "",
) -> Ranking:
    """Candidates best first, the graph, and who was reached; empty where nothing was unusual."""
    rows = store.scan("components").select("component", "role", "kind").collect()
    broken = {each.component for each in findings.modes}
    # A node is a candidate only when something is known to have broken there; else it is where candidates run.
    components = {name: role for name, role, kind in sorted(rows.rows()) if kind != "node" or name in broken}
    known = graph.build(store)
    symptom = store.aliases.get(symptom_component, symptom_component)
    symptom = symptom if symptom in components else ""
    if not symptom and not symptom_metric:
        symptom = front.door(known, components)
        symptom_metric = front.felt(detected.signals, symptom)
    found = (*gathered(detected.signals, known, components, symptom, symptom_metric), *_fitting(findings))
    weights = scoring.load(library)
    # What was found in the data alone may be no incident at all.
    reported = any(map(_adds, findings.modes))
    asserted = reported or windows.source in ("declared", "alert", "symptom")
    doubt = 1.0 if asserted else weights.undeclared

    def score(clues: Sequence[Clue]) -> tuple[Scored, ...]:
        return scoring.scored(clues, components, known, symptom, weights, doubt)

    ranked = score(found)
    candidates = _candidates(ranked[:MOST_CANDIDATES], found, findings, weights)
    if candidates:
        bare = graph.Graph((), {}, {})
        alone = (*gathered(detected.signals, bare, components, symptom, symptom_metric), *_fitting(findings))
        flat = scoring.scored(alone, components, bare, symptom, weights, doubt)
        rests = (*why.rests_on(ranked[0], found, score), *why.rests_on_topology(ranked[0], found, flat))
        candidates = (replace(candidates[0], against=(*candidates[0].against, *rests)), *candidates[1:])
    return Ranking(candidates, _nodes(detected, known), known.edges, _blast_radius(candidates, detected, known))


def gathered(
    signals: Sequence[Signal], known: graph.Graph, components: Mapping[str, str], symptom: str, metric: str = ""
) -> tuple[Clue, ...]:
    """The clues of every component; views of others and what the symptom does not depend on set no scale."""
    reach = graph.depended_on(symptom, known)
    apart = {
        name for name, role in components.items() if role == "client view" or (len(reach) > 1 and name not in reach)
    }
    return features.clues(signals, known, apart, metric)


def _fitting(findings: Findings) -> tuple[Clue, ...]:
    """Failure modes that fit, as evidence for the components that they fit at.

    A mode told by metrics alone says again what their shifts say, so it counts no further.
    """
    best: dict[str, Finding] = {}
    for each in filter(_adds, findings.modes):
        if each.fit > (best[each.component].fit if each.component in best else 0.0):
            best[each.component] = each
    return tuple(
        Clue(name, "failure_mode", 4.0 * each.fit, _as_signal(each))
        for name, each in sorted(best.items())
        if each.fit >= 0.5
    )


def _adds(finding: Finding) -> bool:
    """Whether a mode rests on anything but metrics that moved."""
    return any(said.values.get("kind") not in ("metric", "surge") for said in finding.fits)


def _as_signal(finding: Finding) -> Signal:
    evidence = tuple(item for said in finding.fits for item in said.evidence)
    return Signal(
        "failure_mode",
        finding.component,
        finding.mode,
        "errors",
        1,
        0.0,
        finding.onset,
        60.0,
        None,
        None,
        "",
        "",
        evidence,
    )


def _candidates(
    ranked: Sequence[Scored], found: Sequence[Clue], findings: Findings, weights: Weights
) -> tuple[Candidate, ...]:
    by_component: dict[str, list[Clue]] = {}
    for clue in found:
        by_component.setdefault(clue.component, []).append(clue)
    modes: dict[str, str] = {}
    for finding in findings.modes:
        modes.setdefault(finding.component, finding.mode)
    top = ranked[0].score if ranked else 0.0
    out: list[Candidate] = []
    for position, each in enumerate(ranked, 1):
        clues = sorted(
            (clue for clue in by_component[each.component] if weights.of(clue.kind) > 0),
            key=lambda clue: (-weights.of(clue.kind) * clue.value, clue.kind),
        )
        shared = bool(out) and round(each.score, 9) == round(ranked[position - 2].score, 9)
        out.append(
            Candidate(
                rank=out[-1].rank if shared else position,
                component=each.component,
                kind="component",
                score=max(0.0, min(1.0, each.score / top)) if top > 0 else 0.0,
                confidence=each.chance,
                onset=_first([clue.signal for clue in clues]),
                failure_mode=modes.get(each.component, ""),
                reasons=tuple(reason(clue) for clue in clues[:MOST_REASONS]),
                against=_against(each, ranked, clues, found, weights),
            )
        )
    return tuple(out)


def _first(signals: Sequence[Signal]) -> Micros | None:
    return min((each.onset for each in signals if each.onset is not None), default=None)


def _against(
    each: Scored, ranked: Sequence[Scored], clues: Sequence[Clue], found: Sequence[Clue], weights: Weights
) -> tuple[Statement, ...]:
    if each is ranked[0]:
        if len(ranked) > 1 and ranked[1].chance > 0.2:
            return (Statement("causal.rival", {"other": ranked[1].component, "chance": ranked[1].chance}),)
        return ()
    values: dict[str, Scalar] = {"first": ranked[0].component, "chance": each.chance, "kinds": len(clues)}
    apart = why.separates(ranked[0].component, each.component, found, weights)
    return (Statement("causal.weaker", values), *((apart,) if apart is not None else ()))


def reason(clue: Clue) -> Statement:
    """What a clue says, for a template to word."""
    signal = clue.signal
    values: dict[str, Scalar] = {
        "component": clue.component,
        "subject": signal.subject,
        "before": signal.before,
        "during": signal.during,
        "unit": signal.unit,
        "peer": signal.peer,
        "rose": signal.direction > 0,
        "onset_at": signal.onset,
        "caller": signal.component,
    }
    return Statement(f"causal.{SAYS.get(clue.kind, 'level')}", values, signal.evidence)


SAYS: Mapping[str, str] = {
    "new_error": "new_error",
    "new_template": "new_template",
    "more_errors": "more_errors",
    "vanished_template": "vanished_template",
    "gap_into": "gap_into",
    "gap_out_of": "gap_out_of",
    "span_self_time": "self_time",
    "span_error_origin": "error_origin",
    "missing_spans": "missing_spans",
    "state_event": "state_event",
    "request_errors": "request_errors",
    "failure_mode": "failure_mode",
    "silence": "silence",
    "extra_time": "extra_time",
    "slower": "extra_time",
    "extra_failures": "extra_failures",
    "stopped_calls": "stopped_calls",
    "broken_sequence": "broken_sequence",
}


def _nodes(detected: Detected, known: graph.Graph) -> tuple[Node, ...]:
    """Components of the graph and of signals, with their earliest onset and greatest surprise."""
    names = {name for edge in known.edges for name in (edge.source, edge.target)}
    by_component: dict[str, list[Signal]] = {}
    for signal in detected.signals:
        by_component.setdefault(signal.component, []).append(signal)
    nodes = {edge.target for edge in known.edges if edge.kind == "runs_on"}
    return tuple(
        Node(
            name,
            "node" if name in nodes else "service",
            _first(by_component.get(name, ())),
            max((each.size for each in by_component.get(name, ())), default=0.0),
        )
        for name in sorted(names | by_component.keys())
    )


def _blast_radius(candidates: Sequence[Candidate], detected: Detected, known: graph.Graph) -> tuple[Affected, ...]:
    """The first candidate, and the components that feel something and depend on it, or of which nothing is known."""
    if not candidates:
        return ()
    origin = candidates[0]
    paths = graph.reached(origin.component, known.callers)
    felt: dict[str, list[Signal]] = {}
    for signal in detected.signals:
        hurts = features.WORSE.get(signal.quantity, 1) == signal.direction
        if signal.quantity in FELT and hurts and signal.size >= AFFECTED:
            felt.setdefault(signal.component, []).append(signal)
    linked = {name for edge in known.edges for name in (edge.source, edge.target)}
    found = [_affected(origin.component, "origin", (), felt.get(origin.component, []))]
    for name, signals in sorted(felt.items()):
        fails = any(each.quantity in ("errors", "availability") for each in signals)
        if name != origin.component and (
            fails or name in paths or name not in linked or origin.component not in linked
        ):
            found.append(_affected(name, "affected", paths.get(name, ()), signals))
    return tuple(found)


def _affected(name: str, role: str, via: tuple[str, ...], signals: Sequence[Signal]) -> Affected:
    best = sorted(signals, key=lambda each: (-each.size, each.kind, each.subject))[:3]
    clues = [
        Clue(name, each.quantity if each.kind == "level_shift" else KINDS.get(each.kind, "level"), 0.0, each)
        for each in best
    ]
    evidence: tuple[Evidence, ...] = tuple(item for each in best for item in each.evidence)
    return Affected(name, role, _first(signals), via, tuple(reason(clue) for clue in clues), evidence)


KINDS: Mapping[str, str] = {
    "template_rate": "more_errors",
    "request_errors": "request_errors",
    "span_errors": "span_error_origin",
    "state_event": "state_event",
    "span_latency": "span_self_time",
}
