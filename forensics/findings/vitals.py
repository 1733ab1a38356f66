"""Measures that departed from their baseline and that no rule of ``models/health`` bounds."""

from collections.abc import Mapping, Sequence

from forensics.records.finding import HealthCheck
from forensics.records.signal import Detected

AREAS: Mapping[str, str] = {
    "cpu": "servers",
    "memory": "servers",
    "disk": "servers",
    "network": "servers",
    "latency": "requests",
    "errors": "requests",
    "availability": "requests",
    "saturation": "pools and connections",
    "queue": "queues",
    "restarts": "kubernetes",
    "cache": "cache",
}
# Deviations from the baseline that are worth a look. Without a bound a departure alone is no emergency, except where
# users feel it: requests that fail or are slow.
WARN, CRITICAL = 6.0, 20.0
FELT = ("request_errors", "request_latency")
MOST = 60


def check(detected: Detected, checked: Sequence[HealthCheck]) -> tuple[HealthCheck, ...]:
    """One check for each component and quantity that departed in the harmful direction, beside those already ``checked``."""
    bounded = {(each.component, _metric(each.check)) for each in checked}
    worst: dict[tuple[str, str], HealthCheck] = {}
    for each in detected.signals:
        area = AREAS.get(each.quantity)
        wrong = -1 if each.quantity in ("availability", "cache") else 1
        if area is None or each.kind not in ("level_shift", *FELT) or each.direction != wrong or each.size < WARN:
            continue
        if (each.component, each.subject) in bounded or (each.component, each.quantity) in worst:
            continue
        status = "critical" if each.kind in FELT and each.size >= CRITICAL else "warn"
        worst[each.component, each.quantity] = HealthCheck(
            area, each.subject, each.component, status, each.during, each.unit, None, each.before, each.evidence
        )
    ranked = sorted(worst.values(), key=lambda each: (each.area, each.status, each.component, each.check))
    return tuple(ranked[:MOST])


def _metric(check: str) -> str:
    return check.partition(": ")[2].partition(" {")[0]
