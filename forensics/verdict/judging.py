"""Which change is guilty, and the one reason that clears each other."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from forensics.records.cause import Judgement, Test
from forensics.records.evidence import Scalar, Statement
from forensics.records.finding import Finding, Findings
from forensics.verdict import trial
from forensics.verdict.shipping import carries
from forensics.verdict.trial import GUILTY, POSSIBLE, Scene, Trial

# How far the first must be ahead of the second, and from which share of its weight another may have done it as well.
MARGIN, CLOSE = 1.25, 0.7
# Failures of these kinds come as a rule from what nobody here changed; a change must speak louder than they do.
OUTSIDE_CATEGORIES = ("certificate", "dependency_failure", "infrastructure", "traffic", "data_quality", "security")
OUTSIDE, ELSEWHERE = 0.45, 0.15
LOAD = ("campaign", "traffic")


def trials(findings: Findings, scene: Scene, diffs: Mapping[str, Counter[str]]) -> tuple[Trial, ...]:
    """Every change tried, heaviest first."""
    found = [trial.try_change(each, diffs.get(each.id, Counter()), scene) for each in findings.changes]
    return tuple(sorted(found, key=lambda each: (-each.weight, each.change.time or 0, each.change.id)))


def outside(mode: Finding | None) -> float:
    """How much speaks for a cause that no change brought: the weight that a change has to beat."""
    if mode is None:
        return ELSEWHERE
    comes = mode.definition.get("outside", mode.category in OUTSIDE_CATEGORIES)
    return (OUTSIDE if comes else ELSEWHERE) * min(1.0, mode.fit)


def guilty(tried: Sequence[Trial], mode: Finding | None, scene: Scene) -> Trial | None:
    """The one change that is heavy enough, ahead of every other and of causes from outside; None where there is none."""
    able = [each for each in tried if each.weight > 0 and not _is_told_by_commits(each, tried, scene)]
    if not able or able[0].weight < GUILTY:
        return None
    best, rivals = able[0], [each for each in able[1:] if not _belong(able[0], each)]
    # Where the load comes from is no rival of the campaign that brought it.
    against = ELSEWHERE if best.change.kind in LOAD else outside(mode)
    if mode is not None and (best.weight < against or not best.has_mechanism):
        return None
    rival = rivals[0].weight if rivals else 0.0
    return best if best.weight >= MARGIN * rival else None


def _is_told_by_commits(each: Trial, tried: Sequence[Trial], scene: Scene) -> bool:
    """Whether a deploy is known by the commits that it names: they are tried in its place."""
    return each.change.kind == "deploy" and any(
        one.change.kind == "commit" and carries(each.change, one.change) for one in tried
    )


def _belong(a: Trial, b: Trial) -> bool:
    """Whether one carries the other, so that both are one cause."""
    return carries(a.change, b.change) or carries(b.change, a.change)


def judge(tried: Sequence[Trial], found: Trial | None, scene: Scene) -> tuple[Judgement, ...]:
    """The verdict on every change with its tests."""
    by_id = {each.change.id: _judgement(each, found) for each in tried}
    commits = [each for each in tried if each.change.kind == "commit"]
    named: dict[str, list[str]] = {}
    for each in commits:
        for carrier in scene.shipping.carriers(each.change):
            named.setdefault(carrier.id, []).append(each.change.id)
    for each in tried:
        if each.change.kind == "deploy" and each.change.id in named and by_id[each.change.id].verdict != "guilty":
            by_id[each.change.id] = _by_what_it_carries(
                by_id[each.change.id], each, [by_id[name] for name in named[each.change.id]]
            )
    return tuple(by_id[each.change.id] for each in tried)


def _by_what_it_carries(own: Judgement, each: Trial, carried: Sequence[Judgement]) -> Judgement:
    """A deploy is as guilty as what it carries; where a test of its own clears it, that is the reason."""
    if each.weight == 0.0:
        return own
    doubtful = any(one.verdict == "possible" for one in carried)
    values: dict[str, Scalar] = {"n": len(carried)}
    said = Statement(
        "verdict.carried_possible" if doubtful else "verdict.carried_cleared", values, each.change.evidence
    )
    return replace(
        own,
        verdict="possible" if doubtful else "cleared",
        reason=said,
        tests=(*own.tests, Test("what it carries", None if doubtful else False, said)),
    )


def _judgement(each: Trial, found: Trial | None) -> Judgement:
    name, evidence = each.change.id, each.change.evidence
    if each is found:
        said = Statement("verdict.stands_out", {}, evidence)
        return Judgement(
            name,
            "guilty",
            each.tests[-1].said,
            (*each.tests, Test("nothing explains it better", True, said)),
            each.weight,
        )
    if found is not None and each.change.kind != "commit" and carries(each.change, found.change):
        said = Statement("verdict.carried", {"ref": found.change.ref[:12]}, evidence)
        return Judgement(name, "guilty", said, (*each.tests, Test("what it carries", True, said)), each.weight)
    if any(one.holds is False for one in each.tests) and (
        each.weight < POSSIBLE or found is not None or not _open(each)
    ):
        return Judgement(name, "cleared", each.reason, each.tests, each.weight)
    if found is not None and each.weight < CLOSE * found.weight:
        said = Statement("verdict.explained", {"other": found.change.title or found.change.id}, evidence)
        return Judgement(
            name, "cleared", said, (*each.tests, Test("nothing explains it better", False, said)), each.weight
        )
    if each.weight < POSSIBLE:
        said = Statement("verdict.too_little", {"weight": each.weight}, evidence)
        return Judgement(name, "cleared", said, (*each.tests, Test("enough speaks for it", False, said)), each.weight)
    said = Statement("verdict.undecided", {"component": each.tests[-1].said.values.get("component")}, evidence)
    return Judgement(name, "possible", said, (*each.tests, Test("nothing explains it better", None, said)), each.weight)


def _open(each: Trial) -> bool:
    """Whether only its mechanism is in doubt: nothing is known of what it does."""
    return each.told is not None and not each.told.before and not each.change.facts
