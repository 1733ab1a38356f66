"""Every kind of finding over one case."""

from forensics.findings import clusters, modes, vitals
from forensics.findings.changes import ledger
from forensics.library import Library
from forensics.records.finding import Findings
from forensics.records.signal import Detected, Windows
from forensics.store import Store


def match(store: Store, windows: Windows, detected: Detected, library: Library) -> Findings:
    """Failure modes best fit first, every change in time order, health checks."""
    found, skipped = modes.match(store, windows, detected, library)
    health = vitals.check(store, windows, detected)
    changes, unread = ledger.read(store, windows, library)
    return Findings(found, changes, health, (*skipped, *unread), clusters.find(store, windows))
