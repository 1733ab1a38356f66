"""Hypotheses: possible explanations with what speaks for and against each."""

from collections.abc import Sequence

from forensics.records.cause import Hypothesis, Ranking
from forensics.records.evidence import Statement
from forensics.records.finding import Finding, Findings
from forensics.verdict.trial import GUILTY, Trial


def hypotheses(
    findings: Findings, ranking: Ranking, mode: Finding | None, trials: Sequence[Trial], guilty: Trial | None
) -> tuple[Hypothesis, ...]:
    """The leading candidates and the leading changes, each with both sides."""
    found: list[Hypothesis] = []
    for each in ranking.candidates[:3]:
        best = next((one for one in findings.modes if one.component == each.component), None)
        is_first = (mode is not None and each.component == mode.component) or (
            mode is None and each is ranking.candidates[0]
        )
        text = Statement(
            "verdict.h_mode" if best else "verdict.h_component",
            {"component": each.component, "title": best.definition["title"] if best else ""},
        )
        status = "supported" if is_first else "rejected" if each.confidence < 0.1 else "open"
        found.append(Hypothesis(text, status, each.reasons, each.against))
    for tried in [one for one in trials if one.change.kind != "commit" or one.weight > 0][:4]:
        says = Statement(
            "verdict.h_change", {"kind": tried.change.kind, "title": tried.change.title or tried.change.id}
        )
        if tried is guilty:
            found.append(Hypothesis(says, "supported", (tried.reason,), ()))
        else:
            found.append(Hypothesis(says, "rejected" if tried.weight < GUILTY / 2 else "open", (), (tried.reason,)))
    return tuple(found)


def calm(why: Sequence[Statement]) -> tuple[Hypothesis, ...]:
    """That nothing is wrong, and why."""
    return (Hypothesis(Statement("verdict.h_calm", {}), "supported", tuple(why), ()),)
