"""The verdict: one change or none, the failure mode, and how sure we are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from forensics.library import Library
from forensics.records.cause import Candidate, Judgement, Ranking, Verdict
from forensics.records.evidence import Scalar, Statement
from forensics.records.finding import Finding, Findings
from forensics.records.signal import Detected, Windows
from forensics.store import Store
from forensics.verdict import choosing, explanations, health, judging, scene, sizing
from forensics.verdict.missing import missing
from forensics.verdict.trial import Scene, Trial

IDENTIFIED, PROBABLE = 0.75, 0.40


def decide(
    store: Store, windows: Windows, detected: Detected, findings: Findings, ranking: Ranking, library: Library
) -> Verdict:
    """Judge every change, choose the failure mode, and say how sure we are; ``inconclusive`` rather than a guess."""
    calm = health.calm(store, windows, detected, findings)
    if calm is not None:
        return _no_incident(calm, findings)
    candidate = ranking.candidates[0] if ranking.candidates else None
    mode = choosing.mode(findings, ranking, scene.stores(store))
    first = mode.component if mode is not None else candidate.component if candidate else ""
    surge = _surge(store, findings, ranking, first, mode)
    diffs = scene.diff_words(store)
    here = scene.build(store, windows, detected, findings, ranking, library, first, mode, surge, diffs)
    trials = judging.trials(findings, here, diffs)
    guilty = judging.guilty(trials, mode, here)
    found = _verdict(findings, ranking, candidate, mode, first, trials, guilty, here, windows, library)
    found = replace(found, sizings=sizing.sizings(store, windows, detected, first, mode, guilty, surge))
    if surge is not None and (guilty is None or guilty.change.kind in judging.LOAD):
        said = Statement(
            "verdict.surge",
            {"component": surge.component},
            tuple(item for each in surge.fits for item in each.evidence),
        )
        return replace(found, category="traffic", remediation="scale", summary=(*found.summary, said))
    return found


def _surge(store: Store, findings: Findings, ranking: Ranking, first: str, mode: Finding | None) -> Finding | None:
    """More traffic at the failing service or at what calls it, where a resource that ran out is what failed.

    More calls of a store are no more demand: a cache that misses or a client that retries makes them too.
    """
    if mode is not None and mode.category not in ("resource_exhaustion", "traffic"):
        return None
    callers = {edge.source for edge in ranking.edges if edge.target == first}
    above = {edge.source for edge in ranking.edges if edge.target in callers} | callers | {first}
    served = store.scan("components").filter(pl.col("kind") == "service").select("component").collect()["component"]
    asked = above & set(served.to_list())
    return next((each for each in findings.modes if each.mode == "traffic_surge" and each.component in asked), None)


def _no_incident(why: Sequence[Statement], findings: Findings) -> Verdict:
    judged = tuple(
        Judgement(each.id, "cleared", Statement("verdict.nothing_failed", {}, each.evidence))
        for each in findings.changes
    )
    return Verdict(
        "no_incident", "unknown", tuple(why), "", "", (), None, "none", 0.9, (), explanations.calm(why), judged, ()
    )


def _verdict(
    findings: Findings,
    ranking: Ranking,
    candidate: Candidate | None,
    mode: Finding | None,
    first: str,
    trials: Sequence[Trial],
    guilty: Trial | None,
    here: Scene,
    windows: Windows,
    library: Library,
) -> Verdict:
    confidence = _confidence(choosing.chance(ranking, findings, first, mode), mode, trials, guilty)
    status = "identified" if confidence >= IDENTIFIED else "probable" if confidence >= PROBABLE else "inconclusive"
    definition: Mapping[str, Any] = mode.definition if mode is not None else {}
    judged = judging.judge(trials, guilty, here)
    return Verdict(
        status=status,
        category=mode.category if mode is not None else "code_defect" if guilty else "unknown",
        summary=_summary(first, mode, guilty, candidate),
        first_failing_component=first,
        failure_mode=mode.mode if mode is not None else "",
        trigger=(guilty.reason,) if guilty else (),
        change=_name(guilty),
        remediation=_remediation(definition, guilty),
        confidence=confidence,
        missing=missing(findings, judged, here.shipping, windows, library, is_identified=confidence >= IDENTIFIED),
        hypotheses=explanations.hypotheses(findings, ranking, mode, trials, guilty, judging.outside(mode)),
        judgements=judged,
        contributing=explanations.contributing(trials, guilty),
    )


def _name(guilty: Trial | None) -> str | None:
    return None if guilty is None else guilty.change.ref if guilty.change.kind == "commit" else guilty.change.id


def _confidence(chance: float, mode: Finding | None, trials: Sequence[Trial], guilty: Trial | None) -> float:
    """The chance of the component, raised by a failure mode that fits and by a change that stands out."""
    doubt = 1.0 - chance
    if mode is not None and any(each.values.get("kind") not in ("metric", "surge") for each in mode.fits):
        # A metric that moved is what the chance rests on already; only what was said or reported adds to it.
        doubt *= 1.0 - 0.5 * min(1.0, mode.fit)
    if guilty is not None:
        rival = max(
            (each.weight for each in trials if each is not guilty and each.change.kind != "deploy"), default=0.0
        )
        doubt *= 1.0 - 0.6 * guilty.weight * (1.0 - rival / guilty.weight)
    return round(min(0.97, 1.0 - doubt), 6)


def _summary(
    first: str, mode: Finding | None, guilty: Trial | None, candidate: Candidate | None
) -> tuple[Statement, ...]:
    said: list[Statement] = []
    if mode is not None:
        values: dict[str, Scalar] = {
            "component": first,
            "title": mode.definition["title"],
            "means": mode.definition["means"],
            "onset_at": mode.onset,
        }
        said.append(Statement("verdict.mode", values, tuple(item for each in mode.fits for item in each.evidence)))
    elif candidate is not None:
        evidence = tuple(item for each in candidate.reasons for item in each.evidence)
        said.append(Statement("verdict.component", {"component": first, "chance": candidate.confidence}, evidence))
    else:
        said.append(Statement("verdict.no_candidate", {}))
    if guilty is not None:
        change = guilty.change
        said.append(
            Statement(
                "verdict.guilty",
                {
                    "kind": change.kind,
                    "ref": change.ref[:12] or change.id,
                    "title": change.title,
                    "live_at": guilty.live,
                    "facts": guilty.reason.values.get("facts"),
                },
                change.evidence,
            )
        )
    elif candidate is not None:
        said.append(Statement("verdict.no_change", {"component": first}))
    return tuple(said)


def _remediation(definition: Mapping[str, Any], guilty: Trial | None) -> str:
    """The action of the failure mode; a guilty change is taken back unless the mode knows better."""
    asked = str(definition.get("remediation", "none" if guilty is None else "rollback"))
    if guilty is None:
        return asked if asked not in ("rollback", "roll-forward") else "escalate-upstream" if not definition else "none"
    if guilty.change.kind == "flag":
        return "feature-flag-disable"
    if guilty.change.kind == "config":
        return "config-revert"
    return asked if asked in ("roll-forward", "config-revert") else "rollback"
