"""Health checks over the metrics that moved and those that did not, and over cluster state."""

from collections.abc import Mapping

from forensics.records.finding import HealthCheck
from forensics.records.signal import Detected, Windows
from forensics.store import Store

AREAS: Mapping[str, str] = {
    "cpu": "compute",
    "memory": "compute",
    "disk": "storage",
    "network": "network",
    "latency": "requests",
    "errors": "requests",
    "availability": "requests",
    "saturation": "pools and connections",
    "queue": "queues",
    "restarts": "platform",
    "cache": "cache",
}
# Deviations from the baseline: beyond the first it is worth a look, beyond the second somebody should act.
WARN, CRITICAL = 6.0, 20.0
MOST = 60


def check(store: Store, windows: Windows, detected: Detected) -> tuple[HealthCheck, ...]:
    """One check for each component and quantity that departed from its baseline in the harmful direction."""
    worst: dict[tuple[str, str], HealthCheck] = {}
    for each in detected.signals:
        area = AREAS.get(each.quantity)
        wrong = -1 if each.quantity in ("availability", "cache") else 1
        if (
            area is None
            or each.kind not in ("level_shift", "request_errors", "request_latency")
            or each.direction != wrong
        ):
            continue
        if each.size >= WARN and (each.component, each.quantity) not in worst:
            status = "critical" if each.size >= CRITICAL else "warn"
            worst[each.component, each.quantity] = HealthCheck(
                area, each.subject, each.component, status, each.during, each.unit, None, each.before, each.evidence
            )
    ranked = sorted(worst.values(), key=lambda each: (each.area, each.status, each.component, each.check))
    return tuple(ranked[:MOST])
