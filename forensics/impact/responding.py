"""Response times of this incident: each mark with what says so, against declared or assumed objectives."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from forensics.impact import response
from forensics.library import Library
from forensics.records.bundle import Bundle
from forensics.records.evidence import Evidence, LineEvidence, RecordEvidence
from forensics.records.service import Response
from forensics.records.signal import Windows
from forensics.records.window import Micros
from forensics.store import Store

NAMES = ("detect", "acknowledge", "mitigate", "recover")


def assess(bundle: Bundle, store: Store, windows: Windows, library: Library) -> tuple[Response, ...]:
    """Times to detect, acknowledge, mitigate and recover; from impact start, acknowledging from detection."""
    if windows.source == "none":
        return ()
    marks = windows.marks
    start = marks.onset if marks.onset is not None else windows.incident.start
    span = store.span()
    ended = windows.incident.end if span and span.end > windows.incident.end + 60_000_000 else None
    resolved = marks.resolved if marks.resolved is not None else ended
    found = response.times(start, marks.detected, marks.acknowledged, marks.mitigated, resolved)
    limits, declared = _objectives(bundle, library)
    rows = (
        ("detect", found.detect, start, marks.detected),
        ("acknowledge", found.acknowledge, marks.detected, marks.acknowledged),
        ("mitigate", found.mitigate, start, marks.mitigated),
        ("recover", found.recover, start, resolved),
    )
    return tuple(
        _row(store, name, took, anchor, mark, limits.get(name), name in declared) for name, took, anchor, mark in rows
    )


def _row(
    store: Store,
    name: str,
    took: float | None,
    anchor: Micros | None,
    mark: Micros | None,
    limit: float | None,
    declared: bool,
) -> Response:
    said_by, evidence = _said(store, name, mark) if mark is not None else ("", ())
    seconds = None if took is None else took / 1e6
    met = None if seconds is None or limit is None else seconds <= limit
    return Response(name, seconds, anchor, mark, said_by, limit, met, not declared, evidence)


def _objectives(bundle: Bundle, library: Library) -> tuple[Mapping[str, float], frozenset[str]]:
    """Seconds by name, and which of them ``business.response`` of incident.yaml declares."""
    said = library.load("models", "response").get("objectives", {})
    severity = bundle.declared.severity.lower().replace("-", "").replace(" ", "")
    assumed: Mapping[str, Any] = said.get(severity) or said.get("default") or {}
    own = bundle.declared.business.get("response")
    declared = {
        f"{name}": float(value)
        for name, value in sorted((own if isinstance(own, Mapping) else {}).items())
        if name in NAMES and isinstance(value, int | float) and not isinstance(value, bool)
    }
    return {**{name: float(assumed[name]) for name in NAMES if name in assumed}, **declared}, frozenset(declared)


def _said(store: Store, name: str, mark: Micros) -> tuple[str, tuple[Evidence, ...]]:
    """Where a mark comes from: an alert's own times, else what somebody wrote, else the telemetry's return."""
    column = {"detect": "time", "acknowledge": "acknowledged"}.get(name)
    if column:
        rows = _at(store, "alerts", column, mark)
        if rows:
            return "alert", _cited(rows[0], rows[0]["name"])
    rows = _at(store, "notes", "time", mark)
    return ("note", _cited(rows[0], rows[0]["text"][:200])) if rows else ("telemetry", ())


def _at(store: Store, table: str, column: str, mark: Micros) -> list[dict[str, Any]]:
    rows = store.scan(table).filter(pl.col(column).is_not_null(), pl.col(column).to_physical() == mark)
    return rows.sort("file", "line", "record").collect().to_dicts()


def _cited(row: Mapping[str, Any], text: str) -> tuple[Evidence, ...]:
    if row["record"]:
        return (RecordEvidence(row["file"], row["record"], text),)
    return (LineEvidence(row["file"], row["line"], row["line"], text),) if row["line"] else ()
