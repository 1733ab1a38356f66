"""What will run out, and what nearly did."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from forensics.impact import limits, trends
from forensics.impact.budgets import burn_rate
from forensics.impact.limits import Bounded
from forensics.impact.minutes import Minutes
from forensics.measuring import series
from forensics.records.evidence import Evidence, Scalar, SeriesEvidence, Statement
from forensics.records.impact import Slo
from forensics.records.service import Forecast
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

HOUR_S = 3_600.0
MOST = 20
# Beyond ten times what was seen, a straight line is a guess.
FARTHEST = 10.0
# A trend that began as part of a day's wave looks another way in its last third.
STEADY = 3.0
CLOSE = 0.8
RISE = 10 * MINUTE
CERTIFICATE_S = 60 * 86_400.0
STILL_BURNING = 1.0


def forecast(store: Store, windows: Windows, seen: Minutes | None, slos: Sequence[Slo]) -> tuple[Forecast, ...]:
    """Near misses of the incident and what lies ahead, the soonest first; silent where no trend is clear."""
    found = [*_budgets(windows, seen, slos), *_certificates(store)]
    for each in limits.find(store):
        found += [*_ahead(store, each, windows), *_near(store, each, windows)]
    order = sorted(
        found, key=lambda each: (each.time_to_limit_s or 0.0, each.kind, each.component, each.subject, each.near_miss)
    )
    return tuple(order[:MOST])


def _ahead(store: Store, each: Bounded, windows: Windows) -> Iterator[Forecast]:
    """The limit that the series outside the incident is on its way to, where the way is clear and steady."""
    outside = [
        (time / 1e6, value)
        for time, value in each.samples
        if windows.source == "none" or not windows.incident.contains(time)
    ]
    trend = trends.fit(outside)
    late = trends.fit(outside[-len(outside) // 3 :])
    if trend is None or late is None or not trend.is_clear or not late.is_clear:
        return
    ratio = late.slope / trend.slope
    told = trends.meeting(trend, each.limit) if 1 / STEADY <= ratio <= STEADY else None
    if told is None or told.estimate > FARTHEST * (trend.end - trend.start):
        return
    at, value = each.samples[-1]
    values: dict[str, Scalar] = {
        "seconds": told.estimate,
        "low": told.low,
        "high": told.high,
        "slope": trend.slope * HOUR_S,
    }
    yield _row(
        each, at, value, trend.slope, told.estimate, told.low, told.high, "ahead", values, _evidence(store, each)
    )


def _near(store: Store, each: Bounded, windows: Windows) -> Iterator[Forecast]:
    """How close the incident came: the peak, and how long the rise before it would have gone on."""
    if windows.source == "none" or each.falls or each.limit <= 0:
        return
    inside = [(time, value) for time, value in each.samples if windows.incident.contains(time)]
    peak = max((value for _, value in inside), default=0.0)
    if not CLOSE * each.limit <= peak < each.limit or len(inside) < 2:
        return
    at = next(time for time, value in inside if value == peak)
    before = [(time, value) for time, value in each.samples if at - RISE <= time <= at]
    slope = (peak - before[0][1]) / ((at - before[0][0]) / 1e6) if len(before) > 1 else 0.0
    left = (each.limit - peak) / slope if slope > 0 else None
    values: dict[str, Scalar] = {"seconds": left, "share": peak / each.limit}
    row = _row(each, at, peak, slope, left, None, None, "near", values, _evidence(store, each, windows.incident))
    yield replace(row, near_miss=True)


def _row(
    each: Bounded, at: Micros, value: float, slope: float, seconds: float | None, low: float | None, high: float | None,
    say: str, values: dict[str, Scalar], evidence: tuple[Evidence, ...],
) -> Forecast:  # fmt: skip
    named = ", ".join(
        value for key, value in each.labels if key in ("mountpoint", "device", "pool", "volume", "queue", "name")
    )
    subject = f"{each.metric} {named}".strip()
    told: dict[str, Scalar] = {
        "component": each.component,
        "subject": subject,
        "limit": each.limit,
        "value": value,
        **values,
    }
    return Forecast(
        each.kind, each.component, subject, at, value, each.limit, each.unit, slope * HOUR_S, seconds, low, high, False,
        Statement(f"impact.forecast_{say}", told), evidence,
    )  # fmt: skip


def _evidence(store: Store, each: Bounded, window: Window | None = None) -> tuple[Evidence, ...]:
    """The last value, or the highest of a window."""
    statistic = "last" if window is None else "max"
    window = window or Window(each.samples[0][0], each.samples[-1][0] + 1)
    found = series(store, SeriesEvidence(each.component, each.metric, each.labels, window, statistic, 0.0, 0))
    return (SeriesEvidence(each.component, each.metric, each.labels, window, statistic, *found),) if found else ()


def _certificates(store: Store) -> Iterator[Forecast]:
    """Certificates that end within sixty days of their last sample: certain, so without an interval."""
    for each, left in limits.certificates(store):
        if left < CERTIFICATE_S and math.isfinite(left):
            at, value = each.samples[-1]
            yield _row(each, at, value, 0.0, left, left, left, "certificate", {"seconds": left}, _evidence(store, each))


def _budgets(windows: Windows, seen: Minutes | None, slos: Sequence[Slo]) -> Iterator[Forecast]:
    """Budgets that still burn in the last hour of the data, after the incident, faster than they refill."""
    if seen is None or windows.source == "none":
        return
    end = seen.window.end
    hour = Window(max(windows.incident.end + 5 * MINUTE, end - 60 * MINUTE), end)
    bad, total, known = seen.between(hour)
    for each in slos:
        spent = next((row.consumed for row in each.spends if row.method == "occurrences"), None)
        if each.sli != "availability" or known < 15 or spent is None or spent >= 1 or each.objective >= 1:
            continue
        burn = burn_rate(bad / total, each.objective) if total else 0.0
        if burn > STILL_BURNING:
            seconds = (1 - spent) * float(each.window.split()[0]) * 86_400 / burn
            values: dict[str, Scalar] = {"slo": each.name, "burn": burn, "seconds": seconds, "spent": spent}
            yield Forecast(
                "budget", each.component, each.name, end, spent, 1.0, "ratio", None, seconds, None, None, False,
                Statement("impact.forecast_budget", values), seen.evidence,
            )  # fmt: skip
