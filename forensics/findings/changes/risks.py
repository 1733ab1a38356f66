"""How often a fact of a change is behind an incident."""

from collections.abc import Mapping

RISK: Mapping[str, float] = {
    "limit_changed_much": 0.9,
    "limit_removed": 0.8,
    "limit_lowered": 0.6,
    "limit_raised": 0.3,
    "loop_call": 0.8,
    "batch_removed": 0.9,
    "cache_removed": 0.7,
    "guard_removed": 0.8,
    "condition_removed": 0.6,
    "condition_changed": 0.5,
    "concurrency": 0.6,
    "release_removed": 0.8,
    "name_changed": 0.7,
    "query_added": 0.7,
    "unbounded_growth": 0.9,
    "dependency_major": 0.6,
    "dependency_minor": 0.5,
    "dependency_set": 0.5,
    "dependency_patch": 0.15,
    "restructured": -0.4,
    "other": 0.15,
}
"""How often a fact of this kind is behind an incident, by judgement; ``restructured`` takes away."""

EASED = {"name_changed", "condition_removed", "condition_changed", "guard_removed"}


def risk(effect_of: str) -> float:
    """The largest risk among the facts of a change, from 0 (cannot change behaviour) to 1.

    >>> risk("none: only comments"), risk("loop_call")
    (0.0, 0.8)
    """
    if effect_of.startswith("none"):
        return 0.0
    facts = [fact.strip() for fact in effect_of.split(",") if fact.strip()]
    # Taking code apart renames things and moves conditions; it explains nothing else away.
    eased = RISK["restructured"] if "restructured" in facts else 0.0
    weights = [RISK.get(fact, 0.15) + (eased if fact in EASED else 0.0) for fact in facts if fact != "restructured"]
    return max(0.05, *weights) if weights else 0.05
