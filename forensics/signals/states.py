"""Events and states that say something is wrong: restarts, evictions, failovers, pressure."""

import re

import polars as pl

from forensics.library import Library
from forensics.measuring import within
from forensics.records.evidence import LineEvidence, RecordEvidence
from forensics.records.signal import Signal, Windows
from forensics.records.window import MINUTE, Window
from forensics.store import Store

# An event this long before the incident may still be its cause.
LEAD = 30 * MINUTE
# Words by which clusters and databases name trouble; severity Warning counts without them.
TROUBLE = re.compile(
    r"(?i)oom|evict|backoff|back-off|crash|unhealthy|fail(?!ed over$)|killing|notready|pressure|error|failover|outage"
    r"|degraded|restart|shut ?down|storage|unreachable|timeout|preempt"
)
MOST = 100


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each component and reason of trouble shortly before or during the incident, or without a time."""
    near = Window(windows.incident.start - LEAD, windows.incident.end)
    rows = (
        store.scan("state")
        .filter(pl.col("time").is_null() | within(near), pl.col("component") != "")
        .sort("component", "reason", "time", "file", "record", nulls_last=True)
        .collect()
    )
    found: dict[tuple[str, str], Signal] = {}
    for row in rows.iter_rows(named=True):
        said = f"{row['reason']} {row['message']}"
        key = (row["component"], row["reason"])
        if key in found or not (row["severity"].lower() == "warning" or TROUBLE.search(said)):
            continue
        if row["kind"] == "node" and "ready True" in said and "pressure True" not in said:
            continue
        if row["kind"] not in ("event", "database", "external", "pod", "node") or row["message"] in (
            "Running",
            "Succeeded",
        ):
            continue
        found[key] = _signal(row)
    return sorted(found.values(), key=lambda each: (each.component, each.subject))[:MOST]


def _signal(row: dict[str, object]) -> Signal:
    stamp = row["time"]
    onset = int((stamp - stamp.__class__(1970, 1, 1)).total_seconds() * 1e6) if stamp else None  # type: ignore[operator, call-arg]
    file, line, record = str(row["file"]), int(str(row["line"])), str(row["record"])
    text = str(row["message"])[:300]
    evidence = RecordEvidence(file, record, text) if record else LineEvidence(file, line, line, text)
    return Signal(
        "state_event", str(row["component"]), str(row["reason"] or row["kind"]), "restarts", 1, 8.0, onset, 60.0,
        None, None, "", evidence=(evidence,),
    )  # fmt: skip
