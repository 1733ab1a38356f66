"""What speaks for and against one change: reach, time and mechanism."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forensics.records.evidence import Evidence, Scalar, Statement
from forensics.records.finding import Change
from forensics.records.window import MINUTE, Micros

# The weight from which a change is held to have done it.
GUILTY = 0.20
# Clocks of a deploy tool and of the metrics differ by this much without meaning.
TOLERANCE = 2 * MINUTE
# Faults that need time to fill something up may show long after the change went live.
SLOW = {"unbounded_growth", "release_removed", "cache_removed"}
SHARED = re.compile(r"(?i)(^|/)(pkg|lib|libs|libraries|common|shared|internal|core|platform|packages|vendor)/|^[^/]+$")


@dataclass(frozen=True, slots=True)
class Trial:
    """One change on trial: ``weight`` from 0 to 1, and the reason that decides."""

    change: Change
    live: Micros | None
    weight: float
    reason: Statement
    has_mechanism: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """What changes are tried against: the component that failed first, its onset, the causes that its failure modes name."""

    component: str
    dependencies: frozenset[str]
    onset: Micros
    causes: frozenset[str]
    words: Mapping[str, float]
    effects: Mapping[str, Sequence[str]]
    kinds: Mapping[str, Sequence[str]]
    has_deploys: bool


def try_change(change: Change, changes: Sequence[Change], diff_words: Counter[str], risk: float, scene: Scene) -> Trial:
    """The weight of evidence against ``change``, and why."""
    live = live_from(change, changes, scene)
    if live is None:
        return _cleared(change, live, "never_live", {})
    if live > scene.onset + TOLERANCE:
        return _cleared(change, live, "too_late", {"live_at": live, "onset_at": scene.onset})
    reach = _reach(change, changes, scene)
    if reach == 0.0:
        return _cleared(change, live, "no_reach", {"component": scene.component, "other": _where(change)})
    if change.effect.startswith("none"):
        return _cleared(change, live, "no_effect", {"what": change.effect.removeprefix("none: ")})
    facts = [fact.strip() for fact in change.effect.split(",") if fact.strip()]
    can = {word for fact in facts for word in scene.effects.get(fact, ())} | set(scene.kinds.get(change.kind, ()))
    shared = can & scene.causes
    heard = sum(scene.words.get(word, 0.0) for word in diff_words)
    overlap = heard / (heard + 3.0)
    strength = risk if change.kind == "commit" or change.effect else BY_KIND.get(change.kind, 0.2)
    fits = 1.0 if shared else 0.5 if not scene.causes else 0.3
    weight = strength * fits * reach * _lag(live, scene.onset, facts) * (0.5 + 0.5 * overlap)
    values: dict[str, Scalar] = {
        "component": scene.component, "live_at": live, "onset_at": scene.onset, "facts": ", ".join(_said(facts)) or change.kind,
        "lag_s": (scene.onset - live) / 1e6,
    }  # fmt: skip
    say = "fits" if shared else "no_mechanism"
    return Trial(change, live, weight, Statement(f"verdict.{say}", values, change.evidence), bool(shared))


BY_KIND: Mapping[str, float] = {
    "campaign": 0.8,
    "traffic": 0.8,
    "migration": 0.8,
    "flag": 0.35,
    "config": 0.6,
    "scale": 0.4,
    "infra": 0.5,
    "deploy": 0.15,
}


def _said(facts: Sequence[str]) -> list[str]:
    return [fact.replace("_", " ") for fact in facts if fact not in ("other", "restructured")]


def _where(change: Change) -> str:
    return change.component or ", ".join(change.paths[:2]) or "nothing known"


def _cleared(change: Change, live: Micros | None, say: str, values: Mapping[str, Scalar]) -> Trial:
    return Trial(change, live, 0.0, Statement(f"verdict.{say}", values, change.evidence), has_mechanism=False)


def live_from(change: Change, changes: Sequence[Change], scene: Scene) -> Micros | None:
    """When a change took effect: a commit with the first deploy that carries it, or the next one of what it reaches.

    None for a commit that no deploy ever shipped, where deploys are known at all.
    """
    if change.kind != "commit" or not scene.has_deploys:
        return change.time
    carrying = [
        each.time for each in changes if each.time is not None and each.kind != "commit" and carries(each, change)
    ]
    if carrying:
        return min(carrying)
    later = [
        each.time
        for each in changes
        if each.kind == "deploy"
        and each.time is not None
        and change.time is not None
        and each.time >= change.time
        and touches(change, each.component) > 0
    ]
    return min(later, default=None)


# Folders that say how a repository is laid out, not whose the code is.
PLACES = {
    "services",
    "service",
    "src",
    "main",
    "app",
    "apps",
    "cmd",
    "svc",
    "internal",
    "pkg",
    "lib",
    "java",
    "config",
    "charts",
}


def carries(deploy: Change, commit: Change) -> bool:
    """Whether a deploy names the commit."""
    names = [name for name in (*deploy.carries, deploy.ref) if len(name) >= 7]
    return bool(commit.ref) and any(commit.ref.startswith(name) or name.startswith(commit.ref) for name in names)


def touches(change: Change, component: str) -> float:
    """How surely a change's files belong to ``component``: 1 by name, a half for shared code, 0 for another's.

    >>> touches(Change("a", 0, "commit", "", "", "", "", ("services/checkout/order.go",), (), "", ()), "checkoutservice")
    1.0
    """
    if change.component:
        return 1.0 if change.component == component else 0.0
    if not change.paths:
        return 0.5
    best = 0.0
    plain = _plain(component)
    for path in change.paths:
        folders = path.lower().rpartition("/")[0] or path.lower()
        own = [part for part in re.split(r"[/._-]+", folders) if len(part) >= 3 and part not in PLACES]
        if any(part in plain for part in own) or plain in re.sub(r"[^a-z0-9]", "", path.lower()):
            best = max(best, 1.0)
        elif SHARED.search(path):
            best = max(best, 0.5)
    return best


def _plain(component: str) -> str:
    return re.sub(r"[^a-z0-9]", "", component.lower())


def _reach(change: Change, changes: Sequence[Change], scene: Scene) -> float:
    """1 for the failing component itself, less for what it depends on or shares, 0 for what cannot get there."""
    if change.kind == "commit":
        carriers = [each.component for each in changes if each.kind == "deploy" and carries(each, change)]
        if scene.component in carriers:
            return 1.0
        own = touches(change, scene.component)
        if carriers:
            return 0.6 if set(carriers) & scene.dependencies else 0.0 if own < 1.0 else 0.5
        return (
            own
            if own
            else max(
                (0.6 * touches(change, each) for each in scene.dependencies if touches(change, each) == 1.0),
                default=0.0,
            )
        )
    if not change.component:
        return 0.7
    if change.component == scene.component:
        return 1.0
    return 0.7 if change.component in scene.dependencies else 0.0


def _lag(live: Micros, onset: Micros, facts: Sequence[str]) -> float:
    """Less for what went live long before, unless it is of the kind that fills up slowly; halved after an hour."""
    if SLOW & set(facts):
        return 1.0
    minutes = max(0.0, (onset - live) / MINUTE)
    return 0.3 + 0.7 * math.exp(-minutes / 60.0)


def said_by(texts: Sequence[tuple[str, float]], split: "Mapping[str, Counter[str]]") -> Mapping[str, float]:
    """Words that the system said during the incident, weighted by how rare they are among the changes' words."""
    total = max(1, len(split))
    seen = Counter(word for counted in split.values() for word in counted)
    weights: dict[str, float] = {}
    for text, weight in texts:
        for word in set(
            re.findall(r"[a-z]{3,}", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).replace("_", " ").lower())
        ):
            rarity = math.log((total + 1) / (seen.get(word, 0) + 1))
            weights[word] = max(weights.get(word, 0.0), weight * rarity)
    return weights


def evidence_of(trials: Sequence[Trial]) -> tuple[Evidence, ...]:
    """The evidence under the changes of some trials."""
    return tuple(item for trial in trials for item in trial.change.evidence)
