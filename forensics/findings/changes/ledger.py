"""Every change of the bundle, in time order, with what it could do."""

import re
from collections.abc import Mapping
from typing import Any

from forensics.clock import micros
from forensics.findings.changes import diffs, facts, risks
from forensics.records.evidence import Evidence, LineEvidence, RecordEvidence
from forensics.records.finding import Change
from forensics.store import Store


def read(store: Store) -> tuple[Change, ...]:
    """All rows of ``changes``; ``effect`` lists the facts of the diff, ``none: REASON`` where it cannot change behaviour."""
    rows = store.scan("changes").collect().to_dicts()
    return tuple(sorted((_change(row) for row in rows), key=lambda each: (each.time or 0, each.kind, each.id)))


def _change(row: Mapping[str, Any]) -> Change:
    paths = tuple(row["paths"] or ()) or diffs.paths(row["diff"])
    effect = facts.effect(row["diff"], paths) if row["kind"] == "commit" or row["diff"] else ""
    return Change(
        id=row["id"] or row["ref"] or f"{row['kind']}-{row['file']}{row['record']}",
        time=micros(row["time"]) if row["time"] else None,
        kind=row["kind"],
        component=row["component"],
        ref=row["ref"],
        version=row["version"],
        title=re.sub(r"\s+", " ", row["title"]).strip(),
        paths=paths,
        carries=tuple(row["carries"] or ()),
        effect=effect,
        evidence=_evidence(row),
        risk=risks.risk(effect),
    )


def _evidence(row: Mapping[str, Any]) -> tuple[Evidence, ...]:
    text = str(row["ref"] or row["id"] or row["title"])[:200]
    if row["record"]:
        return (RecordEvidence(row["file"], row["record"], text),)
    return (LineEvidence(row["file"], row["line"], row["line"], text),) if row["line"] else ()
