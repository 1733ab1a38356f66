"""The timeline."""

from collections.abc import Mapping
from typing import Any

from forensics.clock import iso, micros
from forensics.records.case import Case
from forensics.records.evidence import LineEvidence, RecordEvidence
from forensics.records.report.investigation import EventOut
from forensics.records.report.prose import claim
from forensics.records.window import MINUTE, Micros
from forensics.report.citing import Register
from forensics.store import Store

MOST = 60
LEAD = 120 * MINUTE
LAG = 60 * MINUTE


def timeline(case: Case, store: Store, register: Register) -> tuple[EventOut, ...]:
    """Changes, alerts, onsets, state and marks in time order, at most sixty; what is closest to the onset is kept."""
    found = [
        *_marks(case),
        *_changes(case, register),
        *_onsets(case, register),
        *_alerts(store, register),
        *_notes(store, register),
    ]
    incident = case.windows.incident
    near = [row for row in found if incident.start - LEAD <= row[0] < incident.end + LAG]
    chosen = sorted(
        sorted(near, key=lambda row: (row[1], abs(row[0] - incident.start)))[:MOST],
        key=lambda row: (row[0], row[2].kind, row[2].text),
    )
    return tuple(event for _, _, event in chosen)


Row = tuple[Micros, int, EventOut]


def _event(time: Micros, weight: int, component: str, kind: str, text: str, ids: tuple[str, ...]) -> Row:
    return time, weight, EventOut(claim(kind, component, text), iso(time), component, kind, text, ids)


def _marks(case: Case) -> list[Row]:
    marks = case.windows.marks
    if case.windows.source == "none":
        return []
    said = (
        (case.windows.incident.start, "The incident window begins"),
        (marks.mitigated, "Mitigated"),
        (marks.resolved, "Resolved"),
        (marks.acknowledged, "Acknowledged"),
        (case.windows.incident.end, "The incident window ends"),
    )
    return [_event(time, 0, "", "mark", text, ()) for time, text in said if time is not None]


def _changes(case: Case, register: Register) -> list[Row]:
    judged = {each.change_id: each.verdict for each in case.verdict.judgements}
    rows = []
    for each in case.findings.changes:
        verdict = judged.get(each.id, "")
        # A cleared commit did nothing on its own; the ledger of changes has them all.
        if each.time is None or (each.kind == "commit" and verdict == "cleared"):
            continue
        text = f"{each.kind.capitalize()} {each.version or each.ref[:12]} {each.title}".replace("  ", " ").strip()
        weight = 0 if verdict == "guilty" else 2 if each.kind != "commit" else 4
        rows.append(
            _event(each.time, weight, each.component, "change", f"{text} ({verdict})", register.cite(each.evidence))
        )
    return rows


def _onsets(case: Case, register: Register) -> list[Row]:
    """The first unusual sign of each component and kind, largest signals first."""
    rows: list[Row] = []
    seen: set[tuple[str, str]] = set()
    for each in case.detected.signals:
        key = (each.component, each.quantity)
        if each.onset is None or key in seen or len(rows) >= 25 or each.size < 6:
            continue
        seen.add(key)
        verb = "rises" if each.direction > 0 else "falls"
        text = f"“{each.subject[:160]}” appears" if each.kind == "template_rate" else f"{each.subject} {verb}"
        rows.append(_event(each.onset, 3, each.component, "signal", text, register.cite(each.evidence)))
    return rows


def _alerts(store: Store, register: Register) -> list[Row]:
    rows = store.scan("alerts").drop_nulls("time").sort("time", "file", "record").head(30).collect()
    return [
        _event(
            micros(row["time"]), 1, row["component"], "alert", f"Alert {row['name']} ({row['state'] or 'fired'})",
            register.cite([RecordEvidence(row["file"], row["record"], row["name"])] if row["record"] else []),
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _notes(store: Store, register: Register) -> list[Row]:
    rows = store.scan("notes").drop_nulls("time").sort("time", "file", "line", "record").head(40).collect()
    return [
        _event(
            micros(row["time"]), 2, "", "note", f"{row['role'] or 'responder'}: {row['text'][:200]}",
            register.cite([_written(row)]),
        )
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip


def _written(row: Mapping[str, Any]) -> LineEvidence | RecordEvidence:
    """Where a note stands."""
    if row["record"]:
        return RecordEvidence(row["file"], row["record"], row["text"][:200])
    return LineEvidence(row["file"], row["line"], row["line"], row["text"][:200])
