"""What lost orders were worth, before and after those who came back."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.impact import losing
from forensics.impact.estimates import unknown
from forensics.measuring import count, within
from forensics.records.bundle import Bundle
from forensics.records.evidence import CountEvidence, Evidence, Scalar, Statement
from forensics.records.impact import Estimate
from forensics.records.signal import Windows
from forensics.store import Store

# Refused by a rule of the shop (an empty cart): not lost to the incident.
REFUSED = ("refused", "rejected")
NORMAL_90 = 1.6449


@dataclass(frozen=True, slots=True)
class Revenue:
    """Gross: every lost order at its value; net: less the share that was placed later after all."""

    gross: float
    net: float


def revenue(lost_orders: float, order_value: float, recovered_share: float = 0.0) -> Revenue:
    """``lost x value``, and that times ``1 - recovered_share``.

    >>> revenue(10, 5.0, 0.25)
    Revenue(gross=50.0, net=37.5)
    """
    gross = lost_orders * order_value
    return Revenue(gross, gross * (1 - recovered_share))


def estimate(bundle: Bundle, store: Store, windows: Windows, failed: Estimate) -> tuple[Estimate, Estimate]:
    """Gross and net revenue at risk: failed orders at their own value, else failed transactions at an average."""
    if windows.source == "none":
        return unknown("impact.no_incident", ""), unknown("impact.no_incident", "")
    orders = (
        store.scan("business")
        .filter(pl.col("kind") == "order", pl.col("value").is_finite())
        .sort("id", "time", "value")
        .collect()
    )
    currencies = sorted(set(orders["currency"].fill_null("").to_list()))
    if len(currencies) > 1:
        both = unknown("impact.revenue_currencies", "")
        return both, both
    currency = currencies[0] if currencies else str(bundle.declared.business.get("currency") or "")
    outcome = pl.col("outcome").fill_null("").str.to_lowercase()
    lost = orders.filter(within(windows.incident), outcome.is_in(losing.FAILED), ~outcome.is_in(REFUSED))
    if lost.height:
        return _of_orders(store, windows, lost, currency)
    placed = orders.filter(~outcome.is_in(losing.FAILED))["value"].to_list()
    return _of_average(bundle.declared.business, placed, failed, currency)


def _of_orders(store: Store, windows: Windows, lost: pl.DataFrame, currency: str) -> tuple[Estimate, Estimate]:
    asked = CountEvidence("business", (("kind", "=", "order"),), windows.incident, "rows", 0)
    cited: tuple[Evidence, ...] = (
        CountEvidence(asked.table, asked.filters, asked.window, asked.measure, count(store, asked)),
    )
    total = math.fsum(lost["value"].to_list())
    says = Statement("impact.revenue_orders", {"orders": lost.height, "currency": currency})
    gross = Estimate(total, total, total, currency, says, cited)
    came = losing.placed_later(store, windows)
    if came is None:
        return gross, Estimate(None, 0.0, total, currency, Statement("impact.net_unknown", {}), cited)
    share, usual, n = came
    recovered = max(0.0, (share - usual) / (1 - usual)) if usual < 1 else 0.0
    values: dict[str, Scalar] = {"share": share, "usual": usual, "n": n, "recovered": recovered}
    net = Estimate(
        revenue(1, total, recovered).net, revenue(1, total, share).net, total, currency, Statement("impact.net", values), cited
    )  # fmt: skip
    return gross, net


def _of_average(
    business: Mapping[str, Any], placed: list[float], failed: Estimate, currency: str
) -> tuple[Estimate, Estimate]:
    """Failed transactions at the average value of placed orders, else at the declared one."""
    average, spread = _average(placed)
    declared = business.get("average_order_value")
    if average is None and isinstance(declared, int | float) and not isinstance(declared, bool):
        average, spread = float(declared), 0.0
    high = failed.high if failed.high is not None else failed.estimate
    if average is None or high is None:
        nothing = unknown("impact.no_revenue" if average is None else "impact.no_failed", currency)
        return nothing, nothing
    values: dict[str, Scalar] = {
        "average": average,
        "n": failed.estimate,
        "measured": bool(placed),
        "currency": currency,
    }
    says = Statement("impact.revenue_average", values)
    middle = None if failed.estimate is None else revenue(failed.estimate, average).gross
    low = revenue(failed.low or 0.0, max(0.0, average - spread)).gross
    most = revenue(high, average + spread).gross
    gross = Estimate(middle, low, most, currency, says, failed.evidence)
    return gross, Estimate(None, 0.0, most, currency, Statement("impact.net_unknown", {}), failed.evidence)


def _average(values: list[float]) -> tuple[float | None, float]:
    """The mean and the half-width of its 90 % interval."""
    if not values:
        return None, 0.0
    mean = math.fsum(values) / len(values)
    variance = math.fsum((each - mean) ** 2 for each in sorted(values)) / max(1, len(values) - 1)
    return mean, NORMAL_90 * math.sqrt(variance / len(values))
