"""What a diff does to behaviour, in any language. Facts come from code, never from a commit's message."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from forensics.findings.changes import calls, constants, diffs, growth, guards, inert, names, packages, queries
from forensics.findings.changes.code import Line, Place, place
from forensics.findings.changes.knowledge import Knowledge, snake
from forensics.records.finding import CodeFact

# What taking code apart into helpers looks like when it does the same as before.
EASED = {
    "name_changed", "field_renamed", "condition_removed", "condition_changed", "comparison_changed", "null_check_removed",
    "bounds_check_removed", "validation_removed", "validation_added", "access_changed", "tls_changed", "error_ignored", "lock_removed",
    "release_removed", "timeout_removed", "protection_removed", "unsafe_access", "cache_removed",
}  # fmt: skip
KEPT, GROWN = 0.9, 1.1
EASE = 0.3


def read(diff: str, named: Sequence[str], known: Knowledge) -> tuple[str, tuple[CodeFact, ...]]:
    """The effect of a diff in words, and its facts sorted by risk.

    The words are the kinds of the facts, comma-separated; ``none: REASON`` where it cannot change behaviour; "" without a diff.
    """
    if named and all(inert.is_inert_path(path) for path in named):
        return "none: only documents, tests or appearance", ()
    if not diff.strip():
        return "", ()
    parsed = diffs.parse(diff, next((path for path in named if not inert.is_inert_path(path)), ""))
    hunks = [hunk for hunk in parsed.hunks if not inert.is_inert_path(hunk.path)]
    places = [place(hunk) for hunk in hunks if not packages.is_manifest(hunk.path)]
    manifests = [hunk for hunk in hunks if packages.is_manifest(hunk.path)]
    binary = [path for path in parsed.binary if not inert.is_inert_path(path)]
    if not manifests and not binary and not parsed.is_partial:
        why = inert.reason(places)
        if why:
            return f"none: {why}", ()
    found = [fact for hunk in hunks for fact in packages.read(hunk, known)] + list(_code(places, known))
    found += [known.fact("not_readable", path, path) for path in binary]
    found += [known.fact("read_in_part", "a diff longer than is read", "")] if parsed.is_partial else []
    facts = _settle(found, places, known)
    return ", ".join(sorted({fact.kind for fact in facts})), facts


def _code(places: Sequence[Place], known: Knowledge) -> Iterator[CodeFact]:
    came, gone = ({each.verb for one in places for each in calls.calls(side(one))} for side in (_added, _removed))
    named = frozenset(
        snake(token.text)
        for one in places
        for line in one.new
        for token in line.tokens
        if token.kind in ("name", "string")
    )
    throughout = names.renamed_throughout(places)
    for one in places:
        yield from constants.read(one, named, known)
        yield from calls.read(one, frozenset(came), frozenset(gone), known)
        yield from guards.read(one, known)
        yield from names.read(one, throughout, known)
    yield from queries.read(places, known)
    yield from growth.read(places, known)


def _added(one: Place) -> Sequence[Line]:
    return one.added


def _removed(one: Place) -> Sequence[Line]:
    return one.removed


def _settle(found: Sequence[CodeFact], places: Sequence[Place], known: Knowledge) -> tuple[CodeFact, ...]:
    """Each fact once, riskiest first, eased where the code was only taken apart; ``other`` where nothing is told."""
    eased = _is_restructured(places)
    facts: dict[tuple[str, str, str], CodeFact] = {}
    for fact in found:
        risk = round(fact.risk * (EASE if eased and fact.kind in EASED else 1.0), 6)
        facts.setdefault((fact.kind, fact.subject, fact.path), replace(fact, risk=risk))
    if eased:
        facts["restructured", "", ""] = known.fact("restructured", "", "")
    if not facts:
        facts["other", "", ""] = known.fact("other", "", "")
    return tuple(sorted(facts.values(), key=lambda each: (-each.risk, each.kind, each.path, each.subject)))


def _is_restructured(places: Sequence[Place]) -> bool:
    """Whether nearly all removed names, numbers and strings come back, and more code stands around them."""
    old, new = (
        Counter(
            token.text
            for one in places
            for line in side(one)
            for token in line.tokens
            if token.kind in ("name", "number", "string")
        )
        for side in (_removed, _added)
    )
    kept = sum((old & new).values())
    return bool(old) and kept >= KEPT * sum(old.values()) and sum(new.values()) >= GROWN * sum(old.values())


def between(name: str, before: str, after: str, known: Knowledge) -> tuple[str, tuple[CodeFact, ...]]:
    """What a setting that a record gives with its values before and after does; ("", ()) where it tells nothing."""
    if not before or not after or before == after or len(before) > 200 or len(after) > 200:
        return "", ()
    key = (name.split() or ["value"])[-1].strip("\"'“”:")
    diff = f"--- a/settings.yaml\n+++ b/settings.yaml\n@@ -1 +1 @@\n-{key}: {before}\n+{key}: {after}\n"
    effect, found = read(diff, ("settings.yaml",), known)
    told = tuple(
        fact for fact in found if fact.kind not in ("other", "name_changed", "constant_changed", "switch_flipped")
    )
    return (effect, told) if told else ("", ())
