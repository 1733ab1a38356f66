"""Every change of the bundle, in time order, with what it does."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from forensics.clock import micros
from forensics.findings.changes import diffs, facts, knowledge, reverts
from forensics.findings.changes.knowledge import Knowledge
from forensics.library import Library
from forensics.records.evidence import Evidence, LineEvidence, RecordEvidence, Skipped
from forensics.records.finding import Change, CodeFact
from forensics.records.signal import Windows
from forensics.store import Store

# Characters of diffs that are read for facts in one bundle, those nearest before the incident first.
MOST = 12_000_000
UNREAD = "unread"


def read(store: Store, windows: Windows, library: Library) -> tuple[tuple[Change, ...], tuple[Skipped, ...]]:
    """All rows of ``changes`` with the facts of their diffs, and whether some diffs were left unread.

    ``effect`` lists the facts, ``none: REASON`` where it cannot change behaviour, ``unread`` for a diff beyond what is read.
    """
    known = knowledge.load(library)
    rows = store.scan("changes").sort("file", "line", "record", "id", "ref", nulls_last=True).collect().to_dicts()
    order = sorted(
        range(len(rows)), key=lambda at: (_distance(rows[at], windows), rows[at]["ref"] or "", rows[at]["id"] or "", at)
    )
    left, effects = MOST, dict[int, tuple[str, tuple[CodeFact, ...]]]()
    for at in order:
        effects[at] = _effect(rows[at], known, left)
        left -= min(len(rows[at]["diff"] or ""), diffs.MOST_BYTES) if effects[at][0] != UNREAD else 0
    ids = _ids(rows)
    undone = reverts.undone(rows, sorted(range(len(rows)), key=lambda at: (_time(rows[at]), ids[at])))
    found = [
        _change(row, ids[at], ids[undone[at]] if at in undone else "", *effects[at], known)
        for at, row in enumerate(rows)
    ]
    unread = sum(each.effect == UNREAD for each in found)
    skipped = (
        Skipped("facts of changes", f"{unread} diffs beyond {MOST // 1_000_000} MB, farthest from the incident"),
    )
    return tuple(sorted(found, key=_order)), skipped if unread else ()


def _ids(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """An id for each row, its own where it has one; a second row of one id is told apart by its kind and place."""
    found, seen = [], set[str]()
    for row in rows:
        place = f"{row['kind']}-{row['file']}{row['record'] or row['line'] or ''}"
        name = row["id"] or row["ref"] or place
        found.append(name if name not in seen else f"{name} ({place})")
        seen.add(found[-1])
    return found


def _time(row: Mapping[str, Any]) -> int:
    return micros(row["time"]) if row["time"] else 0


def _order(change: Change) -> tuple[int, str, str, str]:
    return (change.time or 0, change.kind, change.id, change.ref)


def _distance(row: Mapping[str, Any], windows: Windows) -> tuple[bool, int]:
    """How far before the end of the incident a change stands; what comes after it is read last."""
    time = micros(row["time"]) if row["time"] else windows.incident.start
    return (time > windows.incident.end, abs(windows.incident.end - time))


def _effect(row: Mapping[str, Any], known: Knowledge, left: int) -> tuple[str, tuple[CodeFact, ...]]:
    diff = row["diff"] or ""
    if diff and min(len(diff), diffs.MOST_BYTES) > left:
        return UNREAD, ()
    paths = tuple(row["paths"] or ()) or (diffs.paths(diff) if diff else ())
    if row["kind"] == "commit" or diff:
        return facts.read(diff, paths, known)
    return facts.between(row["title"] or row["id"] or "", row["before"] or "", row["after"] or "", known)


def _change(
    row: Mapping[str, Any], name: str, undone_by: str, effect: str, found: Sequence[CodeFact], known: Knowledge
) -> Change:
    return Change(
        id=name,
        time=micros(row["time"]) if row["time"] else None,
        kind=row["kind"],
        component=row["component"],
        ref=row["ref"],
        version=row["version"],
        title=re.sub(r"\s+", " ", row["title"]).strip(),
        paths=tuple(row["paths"] or ()) or (diffs.paths(row["diff"]) if row["diff"] else ()),
        carries=tuple(row["carries"] or ()),
        effect=effect,
        evidence=_evidence(row),
        risk=_risk(row["kind"], effect, found, known),
        facts=tuple(found),
        live_from=micros(row["live_from"]) if row["live_from"] else None,
        live_until=micros(row["live_until"]) if row["live_until"] else None,
        undone_by=undone_by,
    )


def _risk(kind: str, effect: str, found: Sequence[CodeFact], known: Knowledge) -> float:
    """The largest risk among the facts; 0 where behaviour cannot change; what its kind alone does where nothing is known."""
    if effect.startswith("none"):
        return 0.0
    usual = float(known.kinds.get(kind, {}).get("risk", 0.2))
    return max((fact.risk for fact in found), default=usual)


def _evidence(row: Mapping[str, Any]) -> tuple[Evidence, ...]:
    text = str(row["ref"] or row["id"] or row["title"])[:200]
    if row["record"]:
        return (RecordEvidence(row["file"], row["record"], text),)
    if not row["line"]:
        return ()
    # A change of several lines begins with its time; what names it may stand on one of the next, before what it did.
    is_named_at_once = bool(row["ref"] or row["id"] or not row["diff"])
    last = row["line"] if is_named_at_once else row["line"] + 1 + str(row["diff"]).count("\n")
    return (LineEvidence(row["file"], row["line"], last, text),)
