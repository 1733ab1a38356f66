"""SLA schemes of ``models/slo`` over the calendar months that the incident touches, and the credits that follow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.impact import agreements, calendars
from forensics.impact.minutes import Minutes
from forensics.library import Library
from forensics.records.bundle import Bundle
from forensics.records.evidence import Evidence, Statement
from forensics.records.service import Agreement
from forensics.records.window import MINUTE, Window

METHODS = ("mean_of_intervals", "down_minutes")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to count uptime and its credits, from ``models/slo``."""

    name: str
    title: str
    style: str
    source: str
    method: str
    tiers: tuple[agreements.Tier, ...]
    rule: agreements.DownMinutes
    interval: int


def schemes(library: Library) -> tuple[Scheme, ...]:
    """Every scheme, by name.

    Raises:
        DefinitionError: a scheme lacks a key or names a method that there is not.
    """
    return tuple(_scheme(name, said) for name, said in library.load("models", "slo").items())


def _scheme(name: str, said: Mapping[str, Any]) -> Scheme:
    try:
        if said["method"] not in METHODS:
            raise DefinitionError(f"models/slo/{name}: no method {said['method']}", hint=f"Use {' or '.join(METHODS)}.")
        tiers = tuple((float(bound), float(share)) for bound, share in said["tiers"])
        rule = agreements.DownMinutes(
            float(said.get("error_ratio", 0.1)), int(said.get("fewest", 1)), int(said.get("consecutive", 1))
        )
        return Scheme(
            name, said["title"], said["style"], said["source"], said["method"], tiers, rule, int(said.get("interval_minutes", 5))
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise DefinitionError(
            f"models/slo/{name}: {error!r}", hint="Give title, style, source, method and tiers."
        ) from error


def assess(bundle: Bundle, found: Minutes | None, incident: Window, library: Library) -> tuple[Agreement, ...]:
    """Each scheme that ``business.sla`` names, else each shipped one as an assumption, for each month touched."""
    known = schemes(library)
    business = bundle.declared.business
    said = business.get("sla", ())
    named = {str(each) for each in (said if isinstance(said, list | tuple) else [said])}
    if found is None or found.source == "spans":
        return ()
    chosen = [each for each in known if each.name in named] or list(known)
    zone = bundle.declared.timezone or "UTC"
    months = [calendars.window(part.start, "month", zone) for part in calendars.pieces(incident, "month", zone)]
    return tuple(
        _agreement(each, month, found, business, assumed=each.name not in named) for each in chosen for month in months
    )


def _agreement(each: Scheme, month: Window, found: Minutes, business: Mapping[str, Any], *, assumed: bool) -> Agreement:
    length = (month.end - month.start) // MINUTE
    good, down = _uptime(each, month, found, length, unknown_is_down=False)
    worst, _ = _uptime(each, month, found, length, unknown_is_down=True)
    credit = agreements.credit(good, each.tiers)
    fee = business.get("monthly_fee")
    exposure = float(fee) * credit / 100 if isinstance(fee, int | float) and not isinstance(fee, bool) else None
    says = Statement("impact.sla", {"title": each.title, "component": found.component, "worst": worst, "fee": exposure})
    known = found.between(month)[2]
    evidence: tuple[Evidence, ...] = found.evidence
    return Agreement(
        each.name, each.style, each.source, month, good, worst, down, credit, exposure, str(business.get("currency", "")),
        max(0.0, 1 - known / length), assumed, says, evidence,
    )  # fmt: skip


def _uptime(
    each: Scheme, month: Window, found: Minutes, length: int, *, unknown_is_down: bool
) -> tuple[float, float | None]:
    """Uptime in percent, and the minutes that count as down."""
    low = max(0, -(-(month.start - found.start) // MINUTE))
    high = max(low, min(len(found.total), -(-(month.end - found.start) // MINUTE)))
    size = max(each.rule.fewest, 1)
    rows = [
        (found.bad[i], found.total[i]) if found.known[i] else (size, size) if unknown_is_down else (0, 0)
        for i in range(low, high)
    ]
    rest = length - len(rows)
    outside = (rest, size, size) if unknown_is_down else (rest, 0, 0)
    if each.method == "mean_of_intervals":
        width = each.interval
        sums = [rows[at : at + width] for at in range(0, len(rows), width)]
        runs = [(1, sum(bad for bad, _ in part), sum(total for _, total in part)) for part in sums]
        runs.append((max(0, length // width - len(runs)), *outside[1:]))
        return agreements.mean_interval_uptime(runs) or 100.0, None
    down = agreements.down_minutes([*((1, bad, total) for bad, total in rows), outside], each.rule)
    return agreements.uptime(length, down), float(down)
