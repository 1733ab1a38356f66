"""What the simulator knows, and what a report must say about it."""

from typing import Any

from tools.simulate.export import iso
from tools.simulate.scenario import Scenario
from tools.simulate.shop import Shop


def known(shop: Shop) -> dict[str, Any]:
    """The truth of one run. The incident lasts from the first to the last answer that failed for want of a connection."""
    said = shop.said
    failed = [each for each in shop.requests if each.cause == "pool"]
    if not failed:
        return {"incident": False, "cleared": [each.id for each in said.changes]}
    ends = [each.at + each.seconds for each in failed]
    start, end = min(ends), max(ends)
    inside = [each for each in shop.requests if start <= each.at + each.seconds <= end]
    bad = [each for each in inside if each.status >= 500]
    # Lost for good: what failed in the incident and in its last attempt, whenever that was.
    last = {each.order: each for each in sorted(shop.requests, key=lambda each: each.at + each.seconds)}
    tried = {each.order for each in bad}
    lost = [last[order] for order in sorted(tried) if last[order].status >= 500]
    return {
        "incident": True,
        "definition": known.__doc__,
        "start": iso(said, start),
        "end": iso(said, end),
        "duration_s": round(end - start, 3),
        "requests": len(inside),
        "failed_requests": len(bad),
        "users_affected": len({each.user for each in bad}),
        "lost_orders": len(lost),
        "recovered_orders": len(tried) - len(lost),
        "lost_value": round(sum(each.value for each in lost), 2),
        "availability": 1 - len(bad) / len(inside),
        "pool_before": _holders(shop, start - 600, start - 120),
        "pool_during": _holders(shop, start + 180, end - 60),
        **ANSWERS[said.name],
    }


def _holders(shop: Shop, start: float, end: float) -> dict[str, float]:
    rows = [each.in_use for each in shop.minutes if start <= each.at < end]
    return {name: sorted(row[name] for row in rows)[len(rows) // 2] for name in rows[0]} if rows else {}


ANSWERS = {
    "checkout-pool-exhaustion": {
        "first_failing_component": "payment", "failure_mode": "db_pool_exhausted", "category": "resource_exhaustion",
        "guilty": "9c44d1e7a5b34c2d8e9f0a1b2c3d4e5f60718293", "cleared": ["dep-2291", "dep-2293", "mig-0188"],
    },
    "campaign-surge": {"category": "traffic", "guilty": "cmp-0412", "cleared": ["dep-2310"]},
}  # fmt: skip


def expected(said: Scenario, truth: dict[str, Any]) -> list[dict[str, Any]]:
    """Places in report.json, and what must stand there."""
    if not truth["incident"]:
        return [{"path": "/verdict/status", "equals": "no_incident"}, {"path": "/verdict/change", "equals": None}]
    seconds = truth["duration_s"]
    found: list[dict[str, Any]] = [
        {"path": "/verdict/status", "one_of": ["identified", "probable"]},
        {"path": "/verdict/category", "equals": truth["category"]},
        {"path": "/verdict/change", "equals": truth["guilty"]},
        {"path": "/impact/duration_s/estimate", "within": [seconds - 60, seconds + 60]},
        {"path": "/impact/failed_requests/estimate", "equals": truth["failed_requests"]},
        {"path": "/impact/users_affected/estimate", "equals": truth["users_affected"]},
        {"path": "/impact/requests/estimate", "within": [truth["requests"], truth["requests"] + 30]},
        {"path": "/impact/failed_transactions/estimate", "equals": truth["lost_orders"]},
        {"path": "/impact/recovered_transactions/estimate", "equals": truth["recovered_orders"]},
        {"path": "/impact/revenue/estimate", "within": [truth["lost_value"] - 0.01, truth["lost_value"] + 0.01]},
        {"path": "/slo/0/budget/spent", "equals": truth["failed_requests"]},
        {"path": "/slo/0/actual", "within": [truth["availability"] - 0.01, truth["availability"] + 0.01]},
    ]
    if "failure_mode" in truth:
        found.append({"path": "/verdict/failure_mode", "equals": truth["failure_mode"]})
        found.append({"path": "/verdict/first_failing_component", "equals": truth["first_failing_component"]})
    return found
