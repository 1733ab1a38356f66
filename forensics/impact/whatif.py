"""What would have happened with another pool, timeout or rate: the saturated resource of a case, fitted and replayed."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.errors import UsageError
from forensics.impact import edge, limits
from forensics.impact.edge import Edge
from forensics.impact.limits import Bounded
from forensics.impact.replay import Load, Outcome, replay, thinned
from forensics.impact.response import percentile
from forensics.measuring import within
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store

# The unmodified replay must come this close to what was observed, else nothing is said.
CLOSEST = 0.15
REPLAYS = 9
HALVINGS = 5
MARGIN = 10 * MINUTE
FULL = 0.95
# Where a replay fails none, up to three are likely (the rule of three), and a few fail for reasons of their own.
NONE_SEEN = 3
FEWEST_SPANS = 30
SETTINGS = ("pool", "timeout", "rate")


@dataclass(frozen=True, slots=True)
class Answer:
    """Failed requests in the incident: observed, in the unmodified replay, and with the setting changed."""

    component: str
    resource: str
    size: int
    observed: int
    replayed: int
    requests: int
    failed: int
    failed_low: int
    failed_high: int
    wait_p95_s: float
    wait_p95_before_s: float
    hold_s: float
    timeout_s: float


def ask(store: Store, incident: Window, pool: int | None, timeout_s: float | None, rate: float | None) -> Answer:
    """Replay the incident with another pool size, timeout in seconds, or rate of requests (a factor).

    Raises:
        UsageError: no saturated pool, no access log or no spans to fit, or the replay does not bear out what happened.
    """
    windows = Windows(incident, "declared", (), Marks())
    found = edge.find(store, windows)
    if found is None or found.source != "requests":
        raise _cannot("the case holds no access log", "Export the access log of the edge for the incident.")
    resource = _saturated(store, incident)
    window = (MARGIN / 1e6, (MARGIN + incident.end - incident.start) / 1e6)
    size = round(resource.limit)
    fitted, error_s = _fit(store, found, resource, incident)
    if timeout_s is not None and timeout_s > fitted.timeout_s and _shared(fitted, size, window):
        raise _cannot(
            "longer waits would take slots from the other consumers of the pool, which are replayed as they were",
            "Ask for a shorter timeout, or for another pool size.",
        )
    load = _tuned(fitted, error_s, size, window, found.failed)
    before = [replay(load, size, window, seed) for seed in range(REPLAYS)]
    usual = _middle([each.failed for each in before])
    off = abs(usual - found.failed) / max(found.failed, 1)
    if off > CLOSEST:
        raise _cannot(
            f"the unmodified replay gives {usual:,.0f} failed requests where {found.failed:,} were observed",
            "The model of one pool does not describe this incident; look at the other candidates.",
        )
    changed = replace(load, timeout_s=timeout_s if timeout_s is not None else load.timeout_s)
    after = [_changed(changed, pool or size, rate, window, seed) for seed in range(REPLAYS)]
    failed = [each.failed for each in after]
    # A replay that is off by this much unmodified is let through, so a changed one may be off by as much.
    room = CLOSEST + 1 / math.sqrt(max(1.0, _middle(failed)))
    return Answer(
        resource.component, resource.metric, size, found.failed, round(usual), round(_middle([each.requests for each in after])),
        round(_middle(failed)), max(0, math.floor(min(failed) * (1 - room))), math.ceil(max(failed) * (1 + room)) + NONE_SEEN,
        _middle([each.wait_p95_s for each in after]), _middle([each.wait_p95_s for each in before]), load.hold_s, load.timeout_s,
    )  # fmt: skip


def _shared(load: Load, size: int, window: tuple[float, float]) -> bool:
    """Whether others held a tenth of the pool or more."""
    held = [count for time, count in load.others if window[0] <= time < window[1]]
    return bool(held) and sum(held) / len(held) >= 0.1 * size


def _cannot(why: str, hint: str) -> UsageError:
    return UsageError(f"cannot tell what would have happened: {why}", hint=hint)


def _changed(load: Load, size: int, rate: float | None, window: tuple[float, float], seed: int) -> Outcome:
    arrivals = load.arrivals if rate is None else thinned(load.arrivals, rate, seed)
    return replay(replace(load, arrivals=arrivals), size, window, seed)


def _middle(values: Sequence[float]) -> float:
    return percentile([float(each) for each in values], 0.5)


def _saturated(store: Store, incident: Window) -> Bounded:
    """The pool that was full for longest in the incident."""
    full = []
    for each in limits.find(store):
        inside = [value for time, value in each.samples if incident.contains(time)]
        if each.kind == "connections" and not each.falls and each.limit > 1 and inside:
            full.append(
                (sum(value >= FULL * each.limit for value in inside) / len(inside), each.component, each.metric, each)
            )
    best = max(full, key=lambda row: row[:3], default=None)
    if best is None or best[0] == 0:
        raise _cannot(
            "no pool in the case was full during the incident",
            "Export the pool's size and use (in_use, size or max) as metrics.",
        )
    return best[3]


def _fit(store: Store, found: Edge, resource: Bounded, incident: Window) -> tuple[Load, float]:
    """The load, and the standard error of the mean time that a slot is held."""
    start = incident.start - MARGIN
    reach = Window(start, incident.end + MARGIN)
    spans = (
        store.scan("spans")
        .filter(pl.col("component") == resource.component, pl.col("duration_us").is_not_null())
        .select("trace_id", pl.col("start").to_physical(), "duration_us", pl.col("is_error").fill_null(value=False))
        .sort("start", "trace_id").collect()
    )  # fmt: skip
    calm = spans.filter(
        ~pl.col("is_error"), (pl.col("start") < incident.start) | (pl.col("start") >= incident.end + MARGIN)
    )
    given_up = spans.filter("is_error", within(incident, "start"))
    if calm.height < FEWEST_SPANS or given_up.height < 3:
        raise _cannot(
            f"{calm.height} calm and {given_up.height} failed spans of {resource.component} are too few",
            "Export traces from before the incident as well.",
        )
    seconds = [each / 1e6 for each in calm["duration_us"].to_list() if each > 0]
    logs = [math.log(each) for each in seconds]
    middle = math.fsum(logs) / len(logs)
    spread = math.sqrt(math.fsum((each - middle) ** 2 for each in logs) / (len(logs) - 1))
    per_trace = given_up.group_by("trace_id").len()["len"].to_list()
    patience = percentile(given_up["duration_us"].to_list(), 0.5) / 1e6
    tries = percentile([float(each) for each in per_trace], 0.75)
    calls, share, delays = _callers(store, found, reach)
    hold = math.fsum(seconds) / len(seconds)
    error = math.sqrt(math.fsum((each - hold) ** 2 for each in sorted(seconds)) / (len(seconds) - 1) / len(seconds))
    load = Load(
        tuple((time - start) / 1e6 for time in calls), _reaching(store, found, spans, incident), hold, spread, patience, max(1, round(tries)),
        share, delays, _others(store, resource, start, reach),
    )  # fmt: skip
    return load, error


def _tuned(load: Load, error_s: float, size: int, window: tuple[float, float], observed: int) -> Load:
    """``load`` with the holding time, within two standard errors of its mean, that tells best how many failed."""
    low, high = load.hold_s - 2 * error_s, load.hold_s + 2 * error_s
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        failed = [replay(replace(load, hold_s=middle), size, window, seed).failed for seed in range(3)]
        low, high = (middle, high) if _middle(failed) < observed else (low, middle)
    return replace(load, hold_s=(low + high) / 2)


def _callers(store: Store, found: Edge, reach: Window) -> tuple[list[int], float, tuple[float, ...]]:
    """When requests first came, the share of failed ones that came again, and after how many seconds."""
    rows = (
        store.scan("requests")
        .filter(pl.col("component") == found.component, within(reach))
        .select(
            (pl.col("time").to_physical() - pl.col("duration_us").fill_null(0)).alias("start"),
            pl.col("time").to_physical().alias("end"),
            pl.col("is_error").fill_null(value=False), pl.col("attempt").fill_null(1), "transaction",
        )
        .sort("start", "transaction", "attempt").collect()
    )  # fmt: skip
    first = rows.filter(pl.col("attempt") <= 1)
    again = rows.filter(pl.col("attempt") == 2).drop_nulls("transaction")
    pairs = first.filter("is_error").drop_nulls("transaction").join(again, on="transaction", suffix="_again")
    failed = int(first["is_error"].sum())
    delays = sorted(max(0, later - end) / 1e6 for end, later in pairs.select("end", "start_again").rows())
    return first["start"].to_list(), pairs.height / failed if failed else 0.0, tuple(delays)


def _reaching(store: Store, found: Edge, spans: pl.DataFrame, incident: Window) -> float:
    """The share of traces of the edge that come to the pool's component at all."""
    roots = store.scan("spans").filter(pl.col("parent_id").is_null(), pl.col("trace_id").is_not_null())
    traces = set(roots.select("trace_id").unique().collect()["trace_id"].to_list())
    return len(traces & set(spans["trace_id"].to_list())) / len(traces) if traces else 1.0


def _others(store: Store, resource: Bounded, start: int, reach: Window) -> tuple[tuple[float, int], ...]:
    """Slots that other consumers held, by seconds from the start: all holders but the one that usually holds most."""
    rows = store.scan("series").filter(pl.col("component") == resource.component, pl.col("metric") == resource.metric)
    ids = rows.sort("labels", "series_id").collect()["series_id"].to_list()
    held = [limits.samples(store, [each]) for each in ids]
    calm = [percentile([value for time, value in each if time < reach.start] or [0.0], 0.9) for each in held]
    rest = [each for i, each in enumerate(held) if i != calm.index(max(calm))]
    totals: dict[int, float] = {}
    for each in rest:
        for time, value in each:
            totals[time] = totals.get(time, 0.0) + value
    marks = [(time, value) for time, value in sorted(totals.items()) if reach.start - MINUTE <= time < reach.end]
    steps: list[tuple[float, int]] = []
    for (time, value), (after, following) in itertools.pairwise(marks):
        steps += [
            ((time + (after - time) * i / 6 - start) / 1e6, round(value + (following - value) * i / 6))
            for i in range(6)
        ]
    return tuple(steps)
