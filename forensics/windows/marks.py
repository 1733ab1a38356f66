"""The marks on the timeline: onset, detected, acknowledged, mitigated, resolved."""

import re
from dataclasses import dataclass

import polars as pl

from forensics.records.window import MINUTE, Marks, Micros, Window
from forensics.store import Store

# Words of an alert's state that say it does not fire.
QUIET = ("ok", "normal", "resolved", "no data", "inactive", "suppressed", "expired")
SAID = {
    "acknowledged": re.compile(
        r"(?i)\back(?:nowledged?|ed)?\b|\binvestigating\b|\blooking (?:into|at)\b|\bon it\b|\btaking (?:a look|over)\b"
    ),
    "mitigated": re.compile(
        r"(?i)\bmitigated\b|\brolled[ -]?back\b|\broll(?:ing)?[ -]?back (?:is )?(?:done|completed?|finished)\b|\breverted\b"
        r"|\bfailed over\b|\bscaled\b|\bfix (?:has been |was |is )?(?:implemented|deployed|applied|rolled out|in place|live)\b"
        r"|\bworkaround (?:is )?in place\b|\bflag\b.*\b(?:turned off|switched off|disabled)\b"
    ),
    "resolved": re.compile(
        r"(?i)\bresolved\b|\ball clear\b|\bback to normal\b|\b(?:fully )?recovered\b|\bincident (?:is )?(?:over|closed)\b"
    ),
}
# What takes a claim back: before it in its clause, or after it.
NOT_YET = re.compile(
    r"(?i)\b(?:not|never|no|nobody|none|nothing|cannot|if|unless|until|till|once|when|whether|before|will|would|should|could|may|might"
    r"|going to|about to|want(?:s|ed)? to|tr(?:y|ies|ied|ying)(?: to)?|plan(?:s|ned|ning)?|need(?:s|ed)? to|to be|waiting|hop(?:e|ing)|expect\w*"
    r"|partial(?:ly)?|almost|nearly)\b|n['\u2019]t\b"
)
IN_VAIN = re.compile(
    r"(?i)\b(?:did|does|has|have)(?: not|n['\u2019]t) (?:help\w*|work\w*|change\w*|fix\w*)"
    r"|\bwithout (?:any )?effect\b|\bno (?:effect|change|luck)\b|\bin vain\b"
)
CLAUSE = re.compile(r"[^.;!?\n]*(?:\.(?=\S)[^.;!?\n]*)*[.;!?\n]?")
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


def says(text: str, mark: str) -> bool:
    """Whether a note says that ``mark`` was reached: some clause claims it, asks nothing and does not take it back.

    >>> says("14:05 rolled back to 1.4.0", "mitigated"), says("not mitigated yet", "mitigated"), says("is it resolved?", "resolved")
    (True, False, False)
    """
    if IN_VAIN.search(text):
        return False
    for clause in CLAUSE.findall(text):
        for part in re.split(r"(?i),?\s+(?:but|however|and then)\s+|,\s+", clause):
            found = SAID[mark].search(part)
            if found and not clause.rstrip().endswith("?") and not NOT_YET.search(part[: found.start()]):
                return True
    return False


def _said(notes: pl.DataFrame, mark: str, incident: Window) -> Micros | None:
    """The first note in or after the incident that says so."""
    for time, text in notes.select(pl.col("time").to_physical(), "text").rows():
        if incident.start <= time < incident.end + 4 * 60 * MINUTE and says(text, mark):
            return int(time)
    return None
