"""Which change takes which back: diffs that run the other way, flags and settings turned to what they were."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from forensics.findings.changes.diffs import MOST_BYTES

Key = tuple[str, ...]


def undone(rows: Sequence[Mapping[str, Any]], order: Sequence[int]) -> Mapping[int, int]:
    """For each row that a later one takes back, which; ``order`` is by time. A revert of a revert takes the revert back.

    >>> turned = {"kind": "flag", "component": "a", "ref": "x", "title": "", "diff": ""}
    >>> undone([turned | {"before": "off", "after": "on"}, turned | {"before": "on", "after": "off"}], [0, 1])
    {0: 1}
    """
    waiting: dict[Key, list[int]] = {}
    found: dict[int, int] = {}
    for at in order:
        keys = _keys(rows[at])
        if keys is None:
            continue
        forth, back = keys
        if waiting.get(back):
            found[waiting[back].pop()] = at
        waiting.setdefault(forth, []).append(at)
    return found


def _keys(row: Mapping[str, Any]) -> tuple[Key, Key] | None:
    """What a row does and what would take it back, in the same terms."""
    diff = row["diff"] or ""
    if diff:
        sides = [[], []]  # type: list[list[str]]
        for line in diff[:MOST_BYTES].split("\n"):
            if line[:1] in ("+", "-") and line[:3] not in ("+++", "---") and line[1:].strip():
                sides[line[0] == "+"].append(" ".join(line[1:].split()))
        marks = [
            hashlib.blake2b("\n".join(sorted(side)).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
            for side in sides
        ]
        return (("diff", *marks), ("diff", *reversed(marks))) if any(sides) else None
    before, after = _values(row)
    if not before or not after or before == after:
        return None
    name = (row["kind"], row["component"] or "", row["ref"] or row["title"] or "")
    return (*name, before, after), (*name, after, before)


def _values(row: Mapping[str, Any]) -> tuple[str, str]:
    before, after = row["before"] or "", row["after"] or ""
    if not before and "->" in after:
        before, _, after = after.partition("->")
    return before.strip().lower(), after.strip().lower()
