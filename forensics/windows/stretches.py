"""The stretch of time in which users, logs or metrics say that something is wrong."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from forensics.measuring import count
from forensics.records.evidence import CountEvidence, Evidence
from forensics.records.window import MINUTE, SECOND, Micros, Window
from forensics.store import Store
from forensics.windows.consensus import alarm

# Deviations of a quiet bin beyond which a bin is alarming.
ALARMING = 6.0
# Quiet bins between alarming ones that belong to the same stretch.
JOINED = 3 * MINUTE
FEWEST_BINS = 8
# Below this share of failing requests nobody is paged.
ERROR_FLOOR = 0.01
# With six of these above the quiet middle one component is some twenty deviations beyond the ordinary, or several a few.
ALARM_FLOOR = 0.5
# Metrics alone do not say which of several incidents is meant. Data is exported for what happened last: earlier stretches
# are incidents that are over, unless they are of another size.
ALIKE = 0.25


@dataclass(frozen=True, slots=True)
class Stretch:
    """An alarming stretch: what showed it, at which component, and how strongly."""

    window: Window
    what: str
    component: str
    strength: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """Values a bin, larger is worse; ``floor`` is the least spread that a deviation is measured in.

    ``is_brief`` where so little time was looked at that one loud bin is a stretch.
    """

    what: str
    component: str
    frame: pl.DataFrame
    step: Micros
    floor: float
    is_brief: bool = False


def alarming(store: Store, inside: Window, near: Micros | None) -> Stretch | None:
    """The strongest stretch inside a window, of the first kind of indicator that shows one; near a time when one is given.

    What users saw comes first: failing requests, then slow ones, then failing spans, error logs, metrics.
    """
    for source in ANYWHERE if near is None else NEAR:
        found = [each for indicator in source(store) for each in _stretches(indicator, inside, near)]
        if found:
            best = max(found, key=lambda each: (each.strength, -each.window.start, each.component, each.what))
            if source is _agreeing:
                best = max(
                    (each for each in found if each.strength >= ALIKE * best.strength),
                    key=lambda each: each.window.start,
                )
            if source is _error_logs and near is None:
                best = _widened(store, best, inside)
            return _sharpened(store, best) if source is _request_errors else best
    return None


def _widened(store: Store, stretch: Stretch, inside: Window) -> Stretch:
    """A stretch of error logs with those of metrics that overlap it: errors are logged while requests come, and may end first."""
    alike = [each.window for indicator in _agreeing(store) for each in _stretches(indicator, inside, None)]
    over = [stretch.window, *(each for each in alike if each.overlaps(stretch.window))]
    window = Window(min(each.start for each in over), max(each.end for each in over))
    return replace(stretch, window=window)


def _sharpened(store: Store, stretch: Stretch) -> Stretch:
    """A stretch of failing requests from its first failure to its last, rather than from bin to bin.

    Failures belong together while the gap between them is small against the usual one.
    """
    rows = store.scan("requests").filter(
        pl.col("component") == stretch.component, pl.col("is_error"), pl.col("time").is_not_null()
    )
    times = rows.select(pl.col("time").to_physical()).collect()["time"].sort().to_list()
    span = store.span()
    outside = [time for time in times if not stretch.window.contains(time)]
    quiet = (span.end - span.start) / (len(outside) + 1) if span else 0
    gap = int(min(2 * JOINED / 3, max(quiet / 10, SECOND)))
    inside = [time for time in times if stretch.window.contains(time)]
    if not inside:
        return stretch
    start, last = inside[0], inside[-1]
    for time in reversed([each for each in times if each < start]):
        if start - time > gap:
            break
        start = time
    for time in [each for each in times if each > last]:
        if time - last > gap:
            break
        last = time
    # Access logs have whole seconds: the end is the second after the last failure.
    window = Window(start, last + SECOND)
    return Stretch(window, stretch.what, stretch.component, stretch.strength, _cited(store, stretch.component, window))


def _cited(store: Store, component: str, window: Window) -> tuple[Evidence, ...]:
    asked = CountEvidence("requests", (("component", "=", component), ("is_error", "=", True)), window, "rows", 0)
    return (CountEvidence(asked.table, asked.filters, window, "rows", count(store, asked)),)


def _stretches(indicator: Indicator, inside: Window, near: Micros | None) -> Iterator[Stretch]:
    frame = indicator.frame.sort("bin")
    if frame.height < FEWEST_BINS:
        return
    value = frame["value"]
    # The lower half is quiet even when the incident fills a third of the data.
    quiet = value.sort().head(max(FEWEST_BINS // 2, int(0.6 * len(value))))
    middle = float(quiet.median() or 0.0)  # type: ignore[arg-type]
    spread = max(1.4826 * float((quiet - middle).abs().median() or 0.0), indicator.floor)  # type: ignore[arg-type]
    bins = frame["bin"].to_list()
    sizes = [(each - middle) / spread for each in value.to_list()]
    start: int | None = None
    last = 0
    strength = 0.0
    for at, size in [*zip(bins, sizes, strict=True), (None, 0.0)]:
        loud = at is not None and size >= ALARMING
        if start is not None and (at is None or (loud and at - last > JOINED + indicator.step)):
            stretch = _stretch(indicator, Window(start, last + indicator.step), strength, inside, near)
            if stretch:
                yield stretch
            start, strength = None, 0.0
        if loud and at is not None:
            start = at if start is None else start
            last = at
            strength += size


def _stretch(
    indicator: Indicator, window: Window, strength: float, inside: Window, near: Micros | None
) -> Stretch | None:
    if not window.overlaps(inside):
        return None
    if near is not None and not (window.start - MINUTE <= near <= window.end + 15 * MINUTE):
        return None
    if window.duration_s < 2 * indicator.step / SECOND:
        if indicator.is_brief:
            # A scrape can be one bin late.
            window = Window(window.start, window.start + 2 * indicator.step)
        elif strength < 10 * ALARMING:
            return None
    return Stretch(window, indicator.what, indicator.component, strength, ())


STEP = 15 * SECOND


def _bins(step: Micros, column: str) -> pl.Expr:
    return (pl.col(column).to_physical() // step * step).alias("bin")


def _request_errors(store: Store) -> Iterator[Indicator]:
    table = (
        store.scan("requests")
        .filter(pl.col("time").is_not_null())
        .group_by("component", _bins(STEP, "time"))
        .agg(pl.col("is_error").fill_null(value=False).sum().alias("bad"), pl.len().alias("n"))
        .collect()
    )
    # One failure added keeps a bin of two requests from looking like an outage.
    rated = table.with_columns((pl.col("bad") / (pl.col("n") + 2)).alias("value"))
    yield from _by_component(rated, "failing requests", STEP, ERROR_FLOOR)


def _request_latency(store: Store) -> Iterator[Indicator]:
    table = (
        store.scan("requests")
        .filter(pl.col("time").is_not_null(), pl.col("duration_us").is_not_null())
        .group_by("component", _bins(MINUTE, "time"))
        .agg(pl.col("duration_us").quantile(0.95, "nearest").cast(pl.Float64).alias("value"), pl.len().alias("n"))
        .filter(pl.col("n") >= 5)
        .collect()
    )
    for component, group in _groups(table):
        middle = float(group["value"].median() or 0.0)  # type: ignore[arg-type]
        yield Indicator("slow requests", component, group, MINUTE, max(0.15 * middle, 1_000.0))


def _span_errors(store: Store) -> Iterator[Indicator]:
    roots = store.scan("spans").filter(pl.col("parent_id").is_null(), pl.col("start").is_not_null())
    table = (
        roots.group_by("component", _bins(MINUTE, "start"))
        .agg(pl.col("is_error").fill_null(value=False).sum().alias("bad"), pl.len().alias("n"))
        .collect()
    )
    yield from _by_component(
        table.with_columns((pl.col("bad") / (pl.col("n") + 2)).alias("value")), "failing traces", MINUTE, 0.03
    )


def _error_logs(store: Store) -> Iterator[Indicator]:
    counts = (
        store.scan("counts")
        .group_by(_bins(MINUTE, "minute"), pl.lit("").alias("component"))
        .agg(pl.col("n").filter(pl.col("severity") >= 17).sum().alias("value"))
    )
    table = counts.collect()
    if table["value"].sum():
        yield Indicator("error logs", "", table.with_columns(pl.col("value").cast(pl.Float64)), MINUTE, 0.5)


def _agreeing(store: Store) -> Iterator[Indicator]:
    """What all metrics of what users feel or of what runs short say together."""
    found = alarm(store)
    if found is not None:
        table, step, looked = found
        yield Indicator("metrics of several kinds", "", table.rename({"alarm": "value"}), step, ALARM_FLOOR, looked)


def _metrics(store: Store) -> Iterator[Indicator]:
    """Series of errors and latency, by their names; each against itself."""
    wanted = r"(?i)error|fault|fail|5xx|timeout|latency|duration|exception|p9\d|unauthor"
    series = store.scan("series").filter(pl.col("metric").str.contains(wanted), pl.col("kind") != "counter")
    joined = (
        store.scan("metrics")
        .filter(pl.col("value").is_finite(), pl.col("value") >= 0)
        .join(series.select("series_id", "component", "metric"), on="series_id")
    )
    table = joined.select("component", "metric", pl.col("time").to_physical().alias("bin"), "value").collect()
    for (component, metric), group in table.sort("component", "metric", "bin").group_by(
        "component", "metric", maintain_order=True
    ):
        merged = group.group_by("bin").agg(pl.col("value").max()).sort("bin")
        step = int(merged["bin"].diff().median() or MINUTE)  # type: ignore[arg-type]
        middle = float(merged["value"].median() or 0.0)  # type: ignore[arg-type]
        yield Indicator(str(metric), str(component), merged, max(step, SECOND), max(0.15 * middle, 1e-3))


def _by_component(table: pl.DataFrame, what: str, step: Micros, floor: float) -> Iterator[Indicator]:
    for component, group in _groups(table):
        yield Indicator(what, component, group, step, floor)


def _groups(table: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (component,), group in table.sort("component", "bin").group_by("component", maintain_order=True):
        yield str(component), group


# Near a time that somebody named one metric is enough; without one, hundreds of series always hold a loud one.
USERS = (_request_errors, _request_latency, _span_errors, _error_logs)
NEAR: Sequence[Callable[[Store], Iterator[Indicator]]] = (*USERS, _metrics)
ANYWHERE: Sequence[Callable[[Store], Iterator[Indicator]]] = (*USERS, _agreeing)
