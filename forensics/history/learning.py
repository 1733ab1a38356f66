"""What many incidents teach: what recurs, what was asked for and not done, when they come, how long they take."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from forensics.clock import EPOCH, iso
from forensics.records.history import Incident

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = tuple(f"{first:02}:00 to {first + 4:02}:00" for first in range(0, 24, 4))
PARTS = {"first three days": 3 / 30.44, "last three days": 3 / 30.44, "rest": 24.44 / 30.44}
FEWEST = 8
"""Incidents that a pattern in time needs: with fewer, chance makes patterns."""
SURPRISE = 0.01
"""A pattern is told when chance alone makes one as strong in at most this share of histories (all bins together)."""
MOST = 20


def learn(incidents: Iterable[Incident]) -> dict[str, Any]:
    """Figures over ``incidents``; rows name the incidents behind them, the most frequent first.

    Times are UTC. ``fleet`` has nearest-rank medians and 90th percentiles in seconds. An action is ``repeated`` when two or
    more incidents ask for it: the first did not lead to its being done, or it did not help.
    """
    kept = sorted(incidents, key=lambda each: (each.start is None, each.start or 0, each.id))
    broken = [each for each in kept if each.blame.status != "no_incident"]
    return {
        "incidents": len(kept),
        "without_incident": len(kept) - len(broken),
        "reviewed": sum(each.reviewed is not None for each in kept),
        "first": _date(broken[0]) if broken else "",
        "last": max(map(_date, broken), default=""),
        "causes": _recurring(broken, lambda each: [each.blame.title or each.blame.mode], least=1),
        "components": _recurring(broken, lambda each: [each.blame.component]),
        "same_again": _recurring(broken, _again),
        "changes": _recurring(broken, _guilty),
        "repeated_actions": _recurring(broken, lambda each: each.actions),
        "messages": _recurring(broken, lambda each: [name for name, _ in each.facts.get("template", ())]),
        "fleet": {name: _spread([each.figures.get(name) for each in broken]) for name in ("detect_s", "recover_s", "duration_s")},
        "budgets": _budgets(broken),
        "patterns": _patterns([each.start for each in broken if each.start is not None]),
    }  # fmt: skip


def _again(each: Incident) -> list[str]:
    blame = each.blame
    return [f"{blame.title or blame.mode} at {blame.component}"] if blame.mode and blame.component else []


def _guilty(each: Incident) -> list[str]:
    return [name for name, _ in each.facts.get("change", ()) if name.endswith(" guilty")]


def _date(each: Incident) -> str:
    return iso(each.start)[:10] if each.start is not None else ""


def _recurring(incidents: Sequence[Incident], of: Any, least: int = 2) -> list[dict[str, Any]]:
    found: dict[str, list[Incident]] = {}
    for each in incidents:
        for name in dict.fromkeys(name for name in of(each) if name):
            found.setdefault(name, []).append(each)
    rows: list[dict[str, Any]] = [
        {
            "what": name,
            "n": len(held),
            "first": min(map(_date, held)),
            "last": max(map(_date, held)),
            "incidents": [one.id for one in held][:MOST],
        }
        for name, held in found.items()
        if len(held) >= least
    ]
    return sorted(rows, key=lambda row: (-row["n"], row["what"]))[:MOST]


def _spread(values: Sequence[float | None]) -> dict[str, Any]:
    known = sorted(value for value in values if value is not None)
    return {"n": len(known), "median": _rank(known, 0.5), "p90": _rank(known, 0.9)}


def _rank(known: Sequence[float], share: float) -> float | None:
    """The nearest-rank percentile: a value that was measured, not one between two."""
    return known[max(0, math.ceil(share * len(known)) - 1)] if known else None


def _budgets(incidents: Sequence[Incident]) -> list[dict[str, Any]]:
    spent: dict[str, list[float]] = {}
    for each in incidents:
        for name, consumed in each.budgets:
            spent.setdefault(name, []).append(consumed)
    rows: list[dict[str, Any]] = [
        {"slo": name, "incidents": len(values), "consumed": math.fsum(sorted(values)), "most": max(values)}
        for name, values in spent.items()
    ]
    return sorted(rows, key=lambda row: (-row["consumed"], row["slo"]))[:MOST]


def _patterns(starts: Sequence[int]) -> list[dict[str, Any]]:
    """Weekdays, hours, parts of the month and months that hold more incidents than chance would put there."""
    times = [EPOCH + timedelta(microseconds=start) for start in starts]
    # A date without a time of day says nothing about hours.
    timed = [each for each in times if (each.hour, each.minute, each.second) != (0, 0, 0)]
    bins: Sequence[tuple[str, list[str], Mapping[str, float]]] = (
        ("weekday", [WEEKDAYS[each.weekday()] for each in times], dict.fromkeys(WEEKDAYS, 1 / 7)),
        ("hour of day (UTC)", [HOURS[each.hour // 4] for each in timed], dict.fromkeys(HOURS, 1 / 6)),
        ("part of month", [_part(each.day) for each in times], PARTS),
        ("month", [each.strftime("%B") for each in times], {(EPOCH.replace(month=n)).strftime("%B"): 1 / 12 for n in range(1, 13)}),
    )  # fmt: skip
    rows = []
    for kind, values, shares in bins:
        for name, share in shares.items():
            n, total = values.count(name), len(values)
            chance = _tail(n, total, share) * len(shares)
            if name != "rest" and total >= FEWEST and n > share * total and chance <= SURPRISE:
                rows.append(
                    {"kind": kind, "when": name, "n": n, "of": total, "expected": share * total, "chance": chance}
                )
    return sorted(rows, key=lambda row: (row["chance"], row["kind"], row["when"]))


def _part(day: int) -> str:
    return "first three days" if day <= 3 else "last three days" if day >= 29 else "rest"


def _tail(n: int, total: int, share: float) -> float:
    """The chance of ``n`` or more of ``total`` where each has the chance ``share`` (binomial, exact).

    >>> round(_tail(1, 2, 0.5), 6)
    0.75
    """
    return math.fsum(math.comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(n, total + 1))
