"""Hypotheses: possible explanations with what speaks for and against each."""

from collections.abc import Sequence

from forensics.records.cause import Hypothesis, Ranking
from forensics.records.evidence import Scalar, Statement
from forensics.records.finding import Finding, Findings
from forensics.verdict.shipping import carries
from forensics.verdict.trial import POSSIBLE, Trial


def hypotheses(
    findings: Findings,
    ranking: Ranking,
    mode: Finding | None,
    trials: Sequence[Trial],
    guilty: Trial | None,
    outside: float,
) -> tuple[Hypothesis, ...]:
    """The leading candidates, the leading changes, what looks alike, and that no change did it; each with both sides."""
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
    found += [_change(each, guilty) for each in trials if _stands_alone(each, guilty)][:4]
    found += _look_alikes(findings, mode)
    if mode is not None:
        values: dict[str, Scalar] = {"title": mode.definition["title"], "component": mode.component}
        spoken = (guilty.reason,) if guilty is not None else ()
        status = "rejected" if guilty is not None else "supported" if outside >= POSSIBLE * 2 else "open"
        found.append(
            Hypothesis(
                Statement("verdict.h_outside", values), status, mode.fits[:2] if status == "supported" else (), spoken
            )
        )
    return tuple(found)


def _stands_alone(each: Trial, guilty: Trial | None) -> bool:
    """Whether a change is worth a word of its own: commits that weigh something, and what does not only carry the guilty one."""
    if each is not guilty and guilty is not None and carries(each.change, guilty.change):
        return False
    return each.change.kind != "commit" or each.weight > 0


def _change(tried: Trial, guilty: Trial | None) -> Hypothesis:
    """That one change did it: the tests that it passed on one side, those that it failed on the other."""
    says = Statement("verdict.h_change", {"kind": tried.change.kind, "title": tried.change.title or tried.change.id})
    passed = tuple(each.said for each in tried.tests if each.holds)
    failed = tuple(each.said for each in tried.tests if each.holds is False)
    if tried is guilty:
        return Hypothesis(says, "supported", passed, ())
    status = "open" if guilty is None and tried.weight >= POSSIBLE else "rejected"
    return Hypothesis(says, status, passed, failed or (tried.reason,))


def _look_alikes(findings: Findings, mode: Finding | None) -> list[Hypothesis]:
    """Other failure modes at the same component that fit as well or less, with what speaks against them."""
    if mode is None:
        return []
    others = [each for each in findings.modes if each.component == mode.component and each.mode != mode.mode][:2]
    return [
        Hypothesis(
            Statement("verdict.h_mode", {"component": each.component, "title": each.definition["title"]}),
            "rejected" if each.against or each.fit < 0.7 * mode.fit else "open",
            each.fits,
            each.against,
        )
        for each in others
    ]


def contributing(trials: Sequence[Trial], guilty: Trial | None) -> tuple[Statement, ...]:
    """Other changes that were in force, reach the same component and push the same way, at most three."""
    if guilty is None:
        return ()
    able = [each for each in trials if each.has_mechanism and each.weight >= POSSIBLE and each is not guilty]
    apart = [each for each in able if not carries(each.change, guilty.change) and each.change.facts]
    return tuple(Statement("verdict.contributed", {"title": each.change.title or each.change.id, "facts": each.reason.values.get("facts"),
                           "component": each.reason.values.get("component")}, each.change.evidence) for each in apart[:3])  # fmt: skip


def calm(why: Sequence[Statement]) -> tuple[Hypothesis, ...]:
    """That nothing is wrong, and why."""
    return (Hypothesis(Statement("verdict.h_calm", {}), "supported", tuple(why), ()),)
