"""Whether anything failed at all."""

import re

import polars as pl

from forensics.records.evidence import RecordEvidence, Statement
from forensics.records.finding import Finding, Findings
from forensics.records.signal import Detected, Signal, Windows
from forensics.store import TIME_COLUMNS, Store

# A shift that nobody would call an incident: fewer deviations than this, or not in what users feel.
LOUD = 8.0
FELT = {"errors": 1, "latency": 1, "availability": -1, "saturation": 1, "queue": 1}
ERROR = 17
UNREADY = re.compile(r'"ready":\s*false')
QUIET = ("ok", "normal", "resolved", "inactive")


def calm(store: Store, windows: Windows, detected: Detected, findings: Findings) -> tuple[Statement, ...] | None:
    """Why nothing is wrong: no alert, no loud signal, or everything has recovered.

    None where something is, and where the bundle holds nothing that could show it.
    """
    if windows.source == "declared" or not _could_tell(store, windows):
        return None
    alerts = store.scan("alerts").collect()
    firing = alerts.filter(~pl.col("state").str.to_lowercase().is_in(QUIET))
    loud = [each for each in detected.signals if _is_loud(each)]
    if not firing.height and not loud and not findings.modes:
        return (Statement("verdict.calm", {"signals": len(detected.signals)}),)
    if _has_recovered(store) and not loud and all(_is_reported(each) for each in findings.modes):
        return (Statement("verdict.recovered", {}),)
    # An alert whose own threshold is a warning, with nothing that fails behind it.
    if not loud and not findings.modes:
        return (Statement("verdict.harmless_alert", {}, _cited(firing)),)
    return None


def _could_tell(store: Store, windows: Windows) -> bool:
    """Whether the bundle could show a failure: what a platform reports, or measures and messages with a time.

    Errors without a stretch to compare them with may be as usual or the incident itself: that cannot be told.
    """
    if store.has("state"):
        return True
    timed = [
        store.scan(table).filter(pl.col(TIME_COLUMNS.get(table, "time")).is_not_null()).head(1).collect().height
        for table in ("counts", "metrics", "requests", "spans")
    ]
    errors = store.scan("counts").filter(pl.col("severity") >= ERROR).head(1).collect().height
    return any(timed) and (bool(windows.baselines) or not errors)


def _is_reported(mode: Finding) -> bool:
    """Whether a failure mode rests on what a platform or an alert reported alone, which may be over by now."""
    return all(each.values.get("kind") in ("state", "alert", "external") for each in mode.fits)


def _cited(firing: pl.DataFrame) -> tuple[RecordEvidence, ...]:
    return tuple(
        RecordEvidence(row["file"], row["record"], row["name"])
        for row in firing.sort("file", "record").head(3).iter_rows(named=True)
        if row["record"]
    )


def _is_loud(signal: Signal) -> bool:
    return FELT.get(signal.quantity) == signal.direction and signal.size >= LOUD and signal.kind != "state_event"


def _has_recovered(store: Store) -> bool:
    """Every deployment has the replicas it wants and every pod runs: what happened is over."""
    rows = (
        store.scan("state")
        .filter(pl.col("kind").is_in(["deployment", "pod", "node"]))
        .select("kind", "message", "reason", "attributes")
        .collect()
    )
    if not rows.height:
        return False
    return all(_is_well(*row) for row in rows.rows())


def _is_well(kind: str, message: str, reason: str, attributes: str) -> bool:
    if kind == "pod":
        # A pod that runs may still fail its checks: then a container of it says that it is not ready.
        is_ready = message == "Succeeded" or not UNREADY.search(attributes or "")
        return is_ready and message in ("Running", "Succeeded") and reason in ("Running", "Succeeded", "", "Completed")
    if kind == "node":
        return "ready True" in message and "pressure True" not in message
    ready, _, wanted = message.partition(" of ")
    return ready == wanted.removesuffix(" ready")
