"""Numeric cases of service levels against the product's own functions: ``python benchmarks/slo_cases.py FILE``.

FILE holds ``{"cases": [{id, kind, input, expected, tol}]}``; Infinity, -Infinity and NaN are strings, an expected null
means "no result". Prints every miss and passed/total; exit code 1 when some case is missed.
"""

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from forensics.impact import (
    agreements,
    apdex,
    budgets,
    burning,
    calendars,
    counters,
    expecting,
    histograms,
    money,
    response,
    transactions,
    users,
)

Input = Mapping[str, Any]


def _histogram(said: Input) -> histograms.Histogram:
    return histograms.histogram(map(tuple, said["buckets"]), is_cumulative=said.get("cumulative", True))


def _error_budget(said: Input) -> dict[str, Any]:
    goal, window = said["goal"], said["window_s"]
    if said.get("sli") is not None:
        found: budgets.Standing | None = budgets.standing_of_ratio(said["sli"], goal, window)
    else:
        found = budgets.standing(said["good"], said["bad"], goal, window, fewest=said.get("min_events", 1))
    if found is None:
        return {"valid": False}
    return {
        "valid": True,
        "sli": found.sli,
        "gap": found.sli - goal,
        "error_budget": 1 - goal,
        "error_rate": found.error_ratio,
        "burn_rate": found.burn_rate,
        "consumed_ratio": found.consumed,
        "allowed_bad": found.allowed,
        "remaining_bad": found.remaining,
        "budget_minutes": found.allowed_minutes,
        "error_minutes": found.spent_minutes,
        "remaining_minutes": found.allowed_minutes - found.spent_minutes,
    }


def _calendar(said: Input) -> float:
    year, number = map(int, said["month"].split("-"))
    minutes = calendars.month(year, number, said["tz"]).duration_s / 60
    return budgets.budget_minutes(said["goal"], minutes)


def _exhaustion(said: Input) -> dict[str, float]:
    burn = budgets.burn_rate(said["error_rate"], said["goal"])
    return {"burn_rate": burn, "hours": burning.hours_to_exhaustion(burn, said["period_h"])}


def _aws(said: Input) -> dict[str, float | None]:
    found = agreements.mean_interval_uptime(said["runs"])
    tiers = ((99.9, 10), (99.0, 25), (95.0, 100))
    return {"uptime": found, "credit_pct": None if found is None else agreements.credit(found, tiers)}


def _gcp(said: Input) -> dict[str, float]:
    down = agreements.down_minutes(said["minutes"], agreements.DownMinutes())
    found = agreements.uptime(said["month_minutes"], down)
    tiers = ((99.5, 10), (99.0, 25), (95.0, 50))
    return {"uptime": found, "down_minutes": down, "credit_pct": agreements.credit(found, tiers)}


def _composite(said: Any) -> float:
    if not isinstance(said, list):
        return float(said)
    kind, *parts = said
    if kind == "k_of_n":
        return agreements.quorum(parts[0], parts[1], _composite(parts[2]))
    return {"serial": agreements.serial, "parallel": agreements.parallel}[kind]([_composite(each) for each in parts])


def _partial(said: Input) -> dict[str, float | None]:
    found = budgets.partial_outage(
        said["window_min"], said["incident_min"], said["error_rate_in_incident"], said["goal"],
        is_even=said["traffic_uniform"],
    )  # fmt: skip
    return {
        "full_downtime_budget_share": found.by_time,
        "request_based_budget_share": found.by_requests,
        "request_based_availability": found.availability,
    }


def _pyrra(said: Input) -> list[dict[str, float]]:
    return [
        {"short_s": each.short_s, "long_s": each.long_s, "for_s": each.for_s, "factor": each.factor}
        for each in burning.pyrra(said["period_d"])
    ]


def _budgeting(said: Input) -> dict[str, float | None]:
    found = budgets.budgeting([tuple(each) for each in said["slices"]], said["timeslice_target"])
    return {
        "occurrences": found.occurrences,
        "timeslices": found.timeslices,
        "ratio_timeslices": found.ratio_timeslices,
    }


def _mttx(said: Input) -> dict[str, float | None]:
    marks = ("impact_start", "detected", "acked", "mitigated", "resolved")
    found = response.times(*(said.get(name) for name in marks))
    return {
        "ttd": found.detect,
        "tta": found.acknowledge,
        "ttm": found.mitigate,
        "ttr": found.recover,
        "time_from_detect_to_mitigate": found.detect_to_mitigate,
    }


def _fleet(said: Input) -> dict[str, float] | None:
    found = response.fleet(said["ttr_s"])
    return None if found is None else {"mean": found.mean, "median": found.median, "p90": found.p90}


def _users(said: Input) -> dict[str, int]:
    rows = [(user, int(time * 1e6), status >= 500, True) for user, time, status in said["events"]]
    schema = {"user": pl.String, "time": pl.Int64, "is_error": pl.Boolean, "counts": pl.Boolean}
    found = users.affected(pl.DataFrame(rows, schema, orient="row"), said["recover_within_s"])
    return {
        "erroring": found.erroring,
        "not_recovered": found.not_recovered,
        "unattributed_errors": found.unattributed_errors,
        "requests_failed": found.failed_requests,
    }


def _retries(said: Input) -> dict[str, float | None]:
    rows = [(key, order, status >= 500) for key, order, status in said["attempts"]]
    schema = {"key": pl.String, "order": pl.Float64, "is_error": pl.Boolean}
    found = transactions.deduplicate(pl.DataFrame(rows, schema, orient="row"))
    return {
        "attempt_failures": found.failed_attempts,
        "logical_requests": found.logical,
        "logical_failed": found.failed,
        "retry_amplification": found.amplification,
    }


def _season(said: Input) -> dict[str, float] | None:
    found = expecting.median_of(said["history_same_slot"])
    return None if found is None else {"expected_median": found, "lost": found - said["actual"]}


def _revenue(said: Input) -> dict[str, float]:
    found = money.revenue(said["lost_orders"], said["aov"], said["recovered_share"])
    return {"gross": found.gross, "net": found.net}


def _share(said: Input) -> float | None:
    return budgets.share_spent(said["goal"], said["total"], said["bad"]) if said["total"] else None


KINDS: Mapping[str, Callable[[Input], Any]] = {
    "histogram_fraction": lambda said: histograms.fraction(said["lower"], said["upper"], _histogram(said)),
    "histogram_quantile": lambda said: histograms.quantile(said["q"], _histogram(said)),
    "counter_increase": lambda said: counters.increase(
        map(tuple, said["samples"]), said["eval_time_s"], said["range_s"]
    ),
    "counter_rate": lambda said: counters.rate(map(tuple, said["samples"]), said["eval_time_s"], said["range_s"]),
    "error_budget": _error_budget,
    "allowed_bad": lambda said: budgets.allowed_bad(said["goal"], said["total"]),
    "budget_share": _share,
    "exhaustion": _exhaustion,
    "burn_factor": lambda said: burning.factor(said["period_h"], said["budget_pct"], said["long_window_h"]),
    "pyrra_windows": _pyrra,
    "detection_time_s": lambda said: burning.detection_time_s(
        said["goal"], said["error_ratio"], said["window_s"], said["burn"]
    ),
    "budget_spent_at_alert": lambda said: burning.spent_at_alert(said["burn"], said["window_h"], said["period_h"]),
    "mwmb_alert": lambda said: burning.fires(said["goal"], said["short_error"], said["long_error"], said["factor"]),
    "budget_minutes": lambda said: budgets.budget_minutes(said["goal"], said["days"] * budgets.DAY_MINUTES),
    "budget_minutes_calendar": _calendar,
    "partial_outage": _partial,
    "availability_window": lambda said: {"window_min": budgets.window_of(said["downtime_min"], said["availability"])},
    "budgeting": _budgeting,
    "sla_aws_5min": _aws,
    "sla_credit": lambda said: agreements.credit(said["uptime"], said["tiers_below"]),
    "sla_gcp_minutes": _gcp,
    "sla_azure": lambda said: {"uptime": agreements.uptime(said["maximum_available_minutes"], said["downtime"])},
    "downtime_union": lambda said: calendars.union(map(tuple, said["intervals"]), tuple(said["clip"])),
    "composite": lambda said: _composite(said["expr"]),
    "apdex_counts": lambda said: apdex.score(said["satisfied"], said["tolerating"], said["frustrated"]),
    "apdex": lambda said: apdex.of_samples(said["samples"], said["T"]),
    "mttx": _mttx,
    "mttx_fleet": _fleet,
    "distinct_users": _users,
    "dedupe_retries": _retries,
    "baseline_seasonal": _season,
    "revenue": _revenue,
}
WORDS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}


def read(value: Any) -> Any:
    """Numbers that JSON cannot say, as floats."""
    if isinstance(value, list):
        return [read(each) for each in value]
    if isinstance(value, dict):
        return {key: read(each) for key, each in value.items()}
    return WORDS.get(value, value) if isinstance(value, str) else value


def equal(found: Any, expected: Any, tol: float) -> bool:
    """Whether an answer is right: every expected field, absolutely or relatively within ``tol``."""
    if expected is None:
        return found is None or found == {"valid": False}
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(equal(found.get(key), each, tol) for key, each in expected.items())
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(equal, found, expected, [tol] * len(expected)))
    if isinstance(expected, bool) or found is None or isinstance(found, bool):
        return found is expected
    if math.isnan(expected):
        return math.isnan(found)
    return bool(found == expected or abs(found - expected) <= tol * max(1.0, abs(expected)))


def main(path: Path) -> int:
    """Run every case of ``path``; the number that were missed."""
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    missed = 0
    for case in cases:
        said, expected = read(case["input"]), read(case["expected"])
        try:
            found = KINDS[case["kind"]](said)
        except (KeyError, ArithmeticError, ValueError) as error:
            found = repr(error)
        if isinstance(found, str) or not equal(found, expected, case["tol"]):
            missed += 1
            print(f"{case['id']}: expected {expected}, found {found}")
    print(f"{len(cases) - missed}/{len(cases)}")
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
