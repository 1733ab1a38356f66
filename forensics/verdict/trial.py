"""What speaks for and against one change: time, reach, effect, direction and mechanism, asked in this order."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from forensics.records.cause import Test
from forensics.records.evidence import Scalar, Statement
from forensics.records.finding import Change, CodeFact
from forensics.records.window import MINUTE, Micros
from forensics.verdict.reach import reach
from forensics.verdict.shipping import Shipping
from forensics.verdict.words import split

# The weight from which a change is held to have done it, and from which it may have.
GUILTY, POSSIBLE = 0.20, 0.10
# Clocks of a deploy tool and of the metrics differ by this much without meaning.
TOLERANCE = 2 * MINUTE
# A rolling deploy and a slow scrape together let a setting be seen this late.
SEEN = 15 * MINUTE
# A mechanism that no known failure mode names, but that moves what was seen to move, and one that does neither.
HINTED, UNKNOWN, UNFIT = 0.6, 0.5, 0.3


@dataclass(frozen=True, slots=True)
class Trial:
    """One change on trial: ``weight`` from 0 to 1, what was asked, and the reason that decides."""

    change: Change
    live: Micros | None
    weight: float
    tests: tuple[Test, ...]
    has_mechanism: bool
    told: CodeFact | None = None

    @property
    def told_causes(self) -> tuple[str, ...]:
        """What the fact that weighs most can cause."""
        return self.told.causes if self.told is not None else ()

    @property
    def reason(self) -> Statement:
        """The first test that does not hold, else what speaks for it."""
        return next((each.said for each in self.tests if each.holds is False), self.tests[-1].said)


@dataclass(frozen=True, slots=True)
class Scene:
    """What changes are tried against.

    ``causes`` are those of the failure modes at the component that failed first, with how well they fit; ``hints`` those
    that its signals alone suggest; ``words`` is what the system said, with weights; ``levels`` are steps of metrics that
    else stand still (time, before, after): settings that can be seen.
    """

    component: str
    dependencies: frozenset[str]
    onset: Micros
    causes: Mapping[str, float]
    hints: frozenset[str]
    words: Mapping[str, float]
    levels: tuple[tuple[Micros, float, float], ...]
    kinds: Mapping[str, Mapping[str, Sequence[str]]]
    shipping: Shipping


def try_change(change: Change, diff_words: Counter[str], scene: Scene) -> Trial:
    """The weight of evidence against ``change``, and why. What has no time can at most be possible."""
    tests: list[Test] = []
    live, ended = scene.shipping.live(change), scene.shipping.ended(change)
    timeless = live is None and change.time is None
    reached = reach(change, scene.shipping.carriers(change), scene.component, scene.dependencies)
    values: dict[str, Scalar] = {
        "component": scene.component, "live_at": live, "onset_at": scene.onset, "ended_at": ended,
        "other": change.component or ", ".join(change.paths[:2]) or "nothing known", "what": change.effect.removeprefix("none: "),
    }  # fmt: skip
    asked: tuple[tuple[str, bool | None, str, str], ...] = (
        ("shipped", None if timeless else live is not None, "never_live", "shipped"),
        ("time", None if timeless else live is not None and live <= scene.onset + TOLERANCE, "too_late", "in_time"),
        ("in force", ended is None or ended > scene.onset - TOLERANCE, "taken_back", "in_force"),
        ("reach", reached > 0.0, "no_reach", "reaches"),
        ("effect", not change.effect.startswith("none"), "no_effect", "has_effect"),
    )
    for name, holds, fails, says in asked:
        say = "no_time" if holds is None else says if holds else fails
        tests.append(Test(name, holds, Statement(f"verdict.{say}", values, change.evidence)))
        if holds is False:
            return Trial(change, live, 0.0, tuple(tests), has_mechanism=False)
    found = _weighed(change, scene.onset if live is None else live, reached, diff_words, tests, values, scene)
    return replace(found, live=None, weight=min(0.5 * found.weight, GUILTY / 1.01)) if timeless else found


def _weighed(
    change: Change,
    live: Micros,
    reached: float,
    diff_words: Counter[str],
    tests: list[Test],
    values: dict[str, Scalar],
    scene: Scene,
) -> Trial:
    """The strongest of its facts as the mechanism; a change without known facts can do what its kind can."""
    facts = change.facts or (
        CodeFact(
            change.kind, change.kind, "", "", "", tuple(scene.kinds.get(change.kind, {}).get("causes", ())), change.risk
        ),
    )
    heard = sum(scene.words.get(word, 0.0) for word in diff_words)
    overlap = heard / (heard + 3.0)
    best = max(facts, key=lambda fact: (round(_strength(fact, live, scene), 9), fact.kind, fact.subject))
    shared = _shares(best, scene)
    weight = (
        _strength(best, live, scene) * reached * (best.silent + (1.0 - best.silent) * max(overlap, _named(best, scene)))
    )
    told = [
        _said(fact)
        for fact in facts
        if fact.kind not in ("other", "restructured") and (fact is best or _shares(fact, scene))
    ]
    values |= {
        "facts": ", ".join(dict.fromkeys(told)) or change.kind, "lag_s": (scene.onset - live) / 1e6,
        "subject": best.subject, "before": best.before, "after": best.after,
    }  # fmt: skip
    turned = not shared and best.before != "" and _opposite(best, scene)
    say = "fits" if shared else "wrong_direction" if turned else "no_mechanism"
    name = "direction" if turned else "mechanism"
    tests.append(Test(name, shared, Statement(f"verdict.{say}", values, change.evidence)))
    return Trial(change, live, round(weight, 9), tuple(tests), shared, best)


def _strength(fact: CodeFact, live: Micros, scene: Scene) -> float:
    """Its risk, by how well its mechanism fits, by how soon the failure followed; more where the setting itself was seen to move."""
    causes = set(fact.causes)
    if causes & scene.causes.keys():
        fits = max(scene.causes[word] for word in causes & scene.causes.keys())
    elif not scene.causes:
        fits = HINTED if causes & scene.hints else UNKNOWN
    else:
        fits = UNFIT
    seen = _is_seen(fact, live, scene)
    return min(1.0, fact.risk * (1.5 if seen else 1.0)) * fits * _lag(live, scene.onset, fact.is_slow)


def _shares(fact: CodeFact, scene: Scene) -> bool:
    return bool(set(fact.causes) & (set(scene.causes) or scene.hints))


def _is_seen(fact: CodeFact, live: Micros, scene: Scene) -> bool:
    """Whether a metric stepped from the old value of a setting to its new one as the change went live."""
    try:
        values = (float(fact.before), float(fact.after))
    except ValueError:
        return False
    return any((before, after) == values and abs(time - live) <= SEEN for time, before, after in scene.levels)


def _named(fact: CodeFact, scene: Scene) -> float:
    """How far the system spoke of what the fact is about, by the rarest of its words."""
    words = {word for word in split(f"{fact.subject} {fact.before}") if len(word) >= 4}
    best = max((scene.words.get(word, 0.0) for word in words), default=0.0)
    return best / (best + 0.5) if best else 0.0


def _opposite(fact: CodeFact, scene: Scene) -> bool:
    """Whether a setting was moved at all, so that only its direction clears it."""
    return fact.kind.endswith(("_lowered", "_raised"))


def _said(fact: CodeFact) -> str:
    moved = (
        f" {fact.before} to {fact.after}"
        if fact.before and fact.after and len(fact.before) + len(fact.after) < 40
        else ""
    )
    return f"{fact.kind.replace('_', ' ')}{': ' + fact.subject if fact.subject and fact.subject != fact.kind else ''}{moved}"


def _lag(live: Micros, onset: Micros, is_slow: bool) -> float:
    """Less for what went live long before, unless it is of the kind that fills up slowly; halved after an hour."""
    if is_slow:
        return 1.0
    minutes = max(0.0, (onset - live) / MINUTE)
    return 0.3 + 0.7 * math.exp(-minutes / 60.0)
