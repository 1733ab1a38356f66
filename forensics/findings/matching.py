"""Every kind of finding over one case."""

from forensics.findings import clusters, health, modes, saturation, vitals
from forensics.findings.changes import ledger
from forensics.library import Library
from forensics.records.finding import Findings
from forensics.records.signal import Detected, Windows
from forensics.store import Store


def match(store: Store, windows: Windows, detected: Detected, library: Library) -> Findings:
    """Failure modes best fit first, every change in time order, health checks."""
    found, skipped = modes.match(store, windows, detected, library)
    checked = health.check(store, windows, library)
    departed = vitals.check(detected, checked)
    changes, unread = ledger.read(store, windows, library)
    return Findings(
        found, changes, (*checked, *departed), (*skipped, *unread), clusters.find(store, windows),
        saturation.find(store, windows),
    )  # fmt: skip
