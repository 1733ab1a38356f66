"""The marks on the timeline: onset, detected, acknowledged, mitigated, resolved."""

import re
from dataclasses import dataclass

import polars as pl

from forensics.records.window import MINUTE, Marks, Micros, Window
from forensics.store import Store

# Words of an alert's state that say it does not fire.
QUIET = ("ok", "normal", "resolved", "no data", "inactive", "suppressed", "expired")
SAID = {
    "acknowledged": re.compile(r"(?i)\back(nowledged|ed)?\b|\binvestigating\b|\blooking (into|at)\b|\bon it\b"),
    "mitigated": re.compile(
        r"(?i)\bmitigated\b|rolled? ?back|roll(ing)? ?back (done|complete)|\breverted\b|\bfailed over\b|\bscaled\b"
    ),
    "resolved": re.compile(r"(?i)\bresolved\b|all clear|back to normal|\brecovered\b|incident (is )?(over|closed)"),
}
# Alerts come with the incident or soon after it; older ones belong to something else.
LEAD = 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Alert:
    """The alert that first fired."""

    time: Micros
    component: str
    name: str


def first_alert(store: Store) -> Alert | None:
    """The first alert with a time that fires, most severe first among equals."""
    rows = (
        store.scan("alerts")
        .filter(pl.col("time").is_not_null(), ~pl.col("state").str.to_lowercase().is_in(QUIET))
        .sort("time", "component", "name")
        .select(pl.col("time").to_physical(), "component", "name")
        .head(1)
        .collect()
    )
    return Alert(*rows.row(0)) if rows.height else None


def read(store: Store, incident: Window, source: str, onset: Micros | None) -> Marks:
    """Marks from alerts and from what people wrote; the onset is measured, else the window's start."""
    alerts = store.scan("alerts").filter(~pl.col("state").str.to_lowercase().is_in(QUIET)).collect()
    inside = alerts.filter(
        pl.col("time").to_physical() >= incident.start - LEAD, pl.col("time").to_physical() < incident.end + LEAD
    )
    detected = min(inside["time"].to_physical().drop_nulls().to_list(), default=None)
    acknowledged = min(inside["acknowledged"].to_physical().drop_nulls().to_list(), default=None)
    notes = store.scan("notes").filter(pl.col("time").is_not_null()).sort("time", "file", "line", "record").collect()
    said = {name: _said(notes, name, incident) for name in SAID}
    return Marks(
        onset=onset if onset is not None else incident.start if source != "none" else None,
        detected=detected,
        acknowledged=acknowledged if acknowledged is not None else said["acknowledged"],
        mitigated=said["mitigated"],
        resolved=said["resolved"],
    )


def _said(notes: pl.DataFrame, mark: str, incident: Window) -> Micros | None:
    """The first note in or after the incident that says so."""
    for time, text in notes.select(pl.col("time").to_physical(), "text").rows():
        if incident.start <= time < incident.end + 4 * 60 * MINUTE and SAID[mark].search(text):
            return int(time)
    return None
