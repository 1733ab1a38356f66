"""Rules that could have paged: drawn from what moved, tried on the bundle, the best first."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.impact import backtest, burning, promql
from forensics.impact.backtest import Trial
from forensics.impact.minutes import Minutes
from forensics.impact.response import percentile
from forensics.measuring import labelled, series, series_ids
from forensics.records.evidence import Evidence, SeriesEvidence, Statement
from forensics.records.impact import Slo
from forensics.records.service import BurnAlert, Detection, Rule
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

MOST_SERIES = 12
MOST_RULES = 8
# A series with fewer samples than this had no rhythm to miss.
FEWEST_SAMPLES = 10
HOLDS_S = (60, 180, 300)
RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
RATIO_WINDOW_S = 300
# Fewer than one false alarm a day is what a person on call can live with.
PER_DAY = 1.0


@dataclass(frozen=True, slots=True)
class Around:
    """The incident, other incidents, and the first alert of the bundle."""

    incident: Window
    others: tuple[Window, ...]
    first_alert: Micros | None


def try_out(
    found: Detection, store: Store, windows: Windows, detected: Detected, seen: Minutes | None, slos: Sequence[Slo],
    others: tuple[Window, ...],
) -> Detection:  # fmt: skip
    """``found`` with the rules that would have fired, those without false alarms and the earliest first."""
    if windows.source == "none":
        return found
    around = Around(windows.incident, others, found.first_alert)
    rules = [
        *_ratios(seen, around),
        *_burns(slos, seen, around),
        *_series(store, detected, around),
        *_absences(store, around),
    ]
    fired = [each for each in rules if each.fires_at is not None]
    # Without a day of baseline nobody knows how often it cries wolf: such a rule comes after one that is known to be quiet.
    order = sorted(fired, key=lambda each: (_noise(each), each.fires_at or 0, each.name, each.component, each.metric))
    return replace(found, rules=tuple(order[:MOST_RULES]))


def _noise(each: Rule) -> float:
    return 0.5 if each.false_alarms is None else each.false_alarms / each.baseline_h * 24


def _lead(fires_at: Micros | None, around: Around) -> float | None:
    return None if fires_at is None or around.first_alert is None else (around.first_alert - fires_at) / 1e6


def _ratios(seen: Minutes | None, around: Around) -> Iterator[Rule]:
    """The best limit on the share of failing requests over five minutes."""
    if seen is None or seen.source == "spans":
        return
    size = RATIO_WINDOW_S // 60
    sums = _sums(seen, size)
    best: tuple[tuple[float, int], float, int, Trial] | None = None
    for limit in RATIOS:
        for hold in HOLDS_S:
            told = backtest.trial(
                seen.start + MINUTE, [bad > limit * total for bad, total in sums], hold, around.incident, around.others
            )
            if told.fires_at is not None:
                key = (told.false_alarms, told.fires_at)
                best = (
                    min(best, (key, limit, hold, told), key=lambda each: each[0]) if best else (key, limit, hold, told)
                )
    if best is not None:
        _, limit, hold, told = best
        expr = f"{promql.error_ratio(seen.component, RATIO_WINDOW_S)} > {limit}"
        says = Statement(
            "impact.rule_ratio", {"component": seen.component, "limit": limit, "hold": hold, "source": seen.source}
        )
        yield Rule(
            "HighErrorRatio", "ratio", seen.component, "http_requests_total", says, expr, hold, told.fires_at,
            _lead(told.fires_at, around), told.quoted, told.baseline_h, seen.evidence,
        )  # fmt: skip


def _sums(seen: Minutes, size: int) -> list[tuple[int, int]]:
    """Bad and all events of the trailing window at the end of each minute."""
    return [
        (sum(seen.bad[max(0, i + 1 - size) : i + 1]), sum(seen.total[max(0, i + 1 - size) : i + 1])) for i in range(len(seen.total))
    ]  # fmt: skip


def _burns(slos: Sequence[Slo], seen: Minutes | None, around: Around) -> Iterator[Rule]:
    """The fastest burn-rate alert of the first availability objective that would have fired."""
    slo = next((each for each in slos if each.sli == "availability" and each.alerts), None)
    fired = [each for each in slo.alerts if each.fires_at is not None] if slo else []
    if slo is None or seen is None or not fired:
        return
    first = min(fired, key=lambda each: each.fires_at or 0)
    short, long = (promql.error_ratio(seen.component, each) for each in (first.short_s, first.long_s))
    limit = f"{first.factor:g} * (1 - {slo.objective:g})"
    says = Statement(
        "impact.rule_burn", {"slo": slo.name, "factor": first.factor, "long": first.long_s, "short": first.short_s}
    )
    told = _burn_trial(slo, seen, first, around)
    yield Rule(
        "ErrorBudgetBurn", "burn_rate", seen.component, "http_requests_total", says,
        f"{short} > {limit} and {long} > {limit}", 0, first.fires_at, _lead(first.fires_at, around), told.quoted,
        told.baseline_h, slo.evidence,
    )  # fmt: skip


def _burn_trial(slo: Slo, seen: Minutes, alert: BurnAlert, around: Around) -> Trial:
    """The alert over the whole data; what came before is taken as good, so that long windows do not start empty."""
    pad = alert.long_s // 60
    bad, total = [0] * pad + list(seen.bad), [round(seen.rate() or 0)] * pad + list(seen.total)
    is_on = [False] * len(bad)
    for each in burning.firings(bad, total, slo.objective, burning.Pair(alert.short_s, alert.long_s, alert.factor)):
        is_on[each.at : each.until] = [True] * (each.until - each.at)
    return backtest.trial(seen.start + MINUTE, is_on[pad:], 0, around.incident, around.others)


def _series(store: Store, detected: Detected, around: Around) -> Iterator[Rule]:
    """The best threshold of each series that moved."""
    moved = [each for each in detected.signals if each.kind == "level_shift" and each.evidence]
    for each in moved[:MOST_SERIES]:
        seen = each.evidence[0]
        if not isinstance(seen, SeriesEvidence):
            continue
        samples = _samples(store, seen)
        if len(samples) < 2:
            continue
        start, values = backtest.at_minutes(samples)
        chosen = _threshold(start, values, each, around)
        if chosen is not None:
            yield _rule(each, seen, around, *chosen)


def _samples(store: Store, seen: SeriesEvidence) -> list[tuple[Micros, float]]:
    rows = store.scan("metrics").filter(pl.col("series_id").is_in(series_ids(store, seen)), pl.col("value").is_finite())
    return rows.group_by(pl.col("time").to_physical()).agg(pl.col("value").max()).sort("time").collect().rows()


def _threshold(
    start: Micros, values: Sequence[float | None], moved: Signal, around: Around
) -> tuple[float, int, Trial] | None:
    """The limit and hold with the fewest false alarms, of those the earliest."""
    up = moved.direction > 0
    usual = [
        value
        for i, value in enumerate(values)
        if value is not None and start + i * MINUTE < around.incident.start - backtest.BEFORE
    ]
    if len(usual) < 10 or moved.during is None:
        return None
    best: tuple[tuple[float, Micros, float, int], float, int, Trial] | None = None
    for limit in _limits(usual, moved.during, up=up):
        for hold in HOLDS_S:
            is_on = [value is not None and (value > limit if up else value < limit) for value in values]
            told = backtest.trial(start, is_on, hold, around.incident, around.others)
            if told.fires_at is None:
                continue
            # Up to one false alarm a day is as good as none; then the earliest, then the widest margin.
            noise = max(0.0, told.false_alarms / max(told.baseline_h, 1 / 60) * 24 - PER_DAY)
            key = (noise, told.fires_at, -abs(limit - percentile(usual, 0.5)), hold)
            if best is None or key < best[0]:
                best = (key, limit, hold, told)
    return None if best is None else best[1:]


def _limits(usual: Sequence[float], during: float, *, up: bool) -> list[float]:
    """Limits between what is usual and what was seen, in two significant digits away from the usual."""
    sign = 1 if up else -1
    edge = max(sign * value for value in usual)
    high, typical = percentile(sorted(sign * value for value in usual), 0.99), sign * during
    raw = {high, edge, (edge + typical) / 2, (high + typical) / 2, edge + 0.2 * abs(edge)}
    return sorted({sign * _rounded_up(value) for value in raw if value < typical})


def _rounded_up(value: float) -> float:
    """Two significant digits, upwards.

    >>> _rounded_up(0.0214), _rounded_up(1234.0), _rounded_up(-1.26)
    (0.022, 1300.0, -1.2)
    """
    if value == 0:
        return 0.0
    digits = 1 - math.floor(math.log10(abs(value)))
    scale: float = 10.0 ** abs(digits)
    return math.ceil(value * scale) / scale if digits >= 0 else math.ceil(value / scale) * scale


def _rule(each: Signal, seen: SeriesEvidence, around: Around, limit: float, hold: int, told: Trial) -> Rule:
    up = each.direction > 0
    expr = f"{promql.selector(seen.metric, dict(seen.labels))} {'>' if up else '<'} {limit!r}"
    says = Statement(
        "impact.rule_threshold", {"component": each.component, "metric": seen.metric, "up": up, "limit": limit, "hold": hold}
    )  # fmt: skip
    name = "".join(part.capitalize() for part in seen.metric.replace(".", "_").split("_")) + ("High" if up else "Low")
    evidence: tuple[Evidence, ...] = each.evidence
    return Rule(
        name, "threshold", each.component, seen.metric, says, expr, hold, told.fires_at, _lead(told.fires_at, around),
        told.quoted, told.baseline_h, evidence,
    )  # fmt: skip


def _absences(store: Store, around: Around) -> Iterator[Rule]:
    """The absence of a series that stopped in the incident, one for each component; it fires after five minutes without."""
    span = store.span()
    stamp = pl.col("time").to_physical()
    near = Window(around.incident.start - backtest.BEFORE, around.incident.end)
    times = store.scan("metrics").select("series_id", stamp.alias("time")).unique().sort("series_id", "time")
    end = span.end if span else near.end
    gaps = times.with_columns(pl.col("time").shift(-1).over("series_id").fill_null(end).alias("next")).filter(
        pl.col("next") - pl.col("time") > backtest.LOOKBACK,
        pl.col("time") + backtest.LOOKBACK >= near.start, pl.col("time") + backtest.LOOKBACK < near.end,
    )  # fmt: skip
    rows = gaps.select("series_id").unique().join(store.scan("series"), on="series_id")
    stopped = rows.filter(pl.col("component") != "").sort("component", "metric", "labels", "series_id").collect()
    for row in stopped.unique("component", keep="first", maintain_order=True).head(MOST_SERIES).iter_rows(named=True):
        labels = labelled(row["labels"], row["peer"] or "")
        asked = SeriesEvidence(row["component"], row["metric"], labels, Window(0, around.incident.end), "last", 0.0, 0)
        samples = _samples(store, asked)
        found = series(store, asked)
        if found is None or len(samples) < FEWEST_SAMPLES:
            continue
        start, values = backtest.at_minutes([*samples, (end, math.nan)])
        told = backtest.trial(start, [value is None for value in values], 0, around.incident, around.others)
        if told.fires_at is not None:
            cited = SeriesEvidence(asked.component, asked.metric, asked.labels, asked.window, asked.statistic, *found)
            yield _absence(cited, told, around)


def _absence(seen: SeriesEvidence, told: Trial, around: Around) -> Rule:
    says = Statement("impact.rule_absence", {"component": seen.component, "metric": seen.metric})
    name = "".join(part.capitalize() for part in seen.metric.replace(".", "_").split("_")) + "Absent"
    return Rule(
        name, "absence", seen.component, seen.metric, says, f"absent({promql.selector(seen.metric, dict(seen.labels))})", 0,
        told.fires_at, _lead(told.fires_at, around), told.quoted, told.baseline_h, (seen,),
    )  # fmt: skip
