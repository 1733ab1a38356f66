"""When many metrics agree that something is wrong, where nobody and no log says when."""

import math

import polars as pl

from forensics.records.window import MINUTE, SECOND, Micros
from forensics.store import Store

# Robust deviations that one series in hundreds reaches by chance every now and then.
ORDINARY = 6.0
# The tenth and ninetieth percentile of a normal distribution lie this far from its median.
TENTH = 1.2816
MAD = 1.4826
LEAST_SPREAD = 0.10
TALLEST = math.log1p(150.0)
FELT = (
    r"(?i)error|fault|fail|5xx|timeout|latenc|duration|exception|p9\d|unauthor|availab|success|cpu|saturat|queue|depth"
)
FALLING = r"(?i)availab|success"


def alarm(store: Store) -> tuple[pl.DataFrame, Micros, bool] | None:
    """By bin: the alarm of all components together, each with its loudest series; the length of a bin; whether people looked there.

    A series' alarm is the logarithm of its robust deviation from its own middle beyond what is ordinary. None without
    metrics of what users feel or of what runs short.
    """
    series = store.scan("series").filter(pl.col("metric").str.contains(FELT), pl.col("kind") != "counter")
    table = (
        store.scan("metrics")
        .filter(pl.col("value").is_finite(), pl.col("time").is_not_null())
        .join(series.select("series_id", "component", "metric"), on="series_id")
        .select("component", "metric", "series_id", pl.col("time").to_physical().alias("at"), "value")
        .sort("component", "series_id", "at", "value")
        .collect()
    )
    if not table.height:
        return None
    steps = table.select(pl.col("at").diff().over("series_id").alias("step")).drop_nulls()["step"]
    step = max(int(steps.filter(steps > 0).median() or MINUTE), SECOND)  # type: ignore[arg-type]
    loud = _loud(table).with_columns((pl.col("at") // step * step).alias("bin"))
    by_component = loud.group_by("bin", "component").agg(pl.col("alarm").max())
    # Thousandths, so that the sum is one of whole numbers and equal on every run.
    summed = by_component.group_by("bin").agg((pl.col("alarm") * 1000).round().cast(pl.Int64).sum().alias("alarm"))
    table = summed.with_columns(pl.col("alarm") / 1000).sort("bin")
    looked = _looked_at(store, table, step)
    quiet = pl.when(pl.col("bin").is_in(sorted(looked))).then(pl.col("alarm")).otherwise(0.0)
    return table.with_columns(quiet.alias("alarm")) if looked else table, step, bool(looked)


def _loud(table: pl.DataFrame) -> pl.DataFrame:
    value = pl.col("value")
    base = table.group_by("series_id").agg(
        value.median().alias("middle"),
        value.quantile(0.9, "nearest").alias("high"),
        value.quantile(0.1, "nearest").alias("low"),
    )
    joined = table.join(base, on="series_id")
    spread = joined.group_by("series_id").agg((value - pl.col("middle")).abs().median().alias("mad"))
    joined = joined.join(spread, on="series_id")
    falls = pl.col("metric").str.contains(FALLING)
    worse = pl.when(falls).then(pl.col("middle") - value).otherwise(value - pl.col("middle"))
    side = pl.when(falls).then(pl.col("middle") - pl.col("low")).otherwise(pl.col("high") - pl.col("middle"))
    scale = pl.max_horizontal(
        pl.col("mad") * MAD,
        side / TENTH,
        pl.when(falls).then(0.005).otherwise(LEAST_SPREAD) * pl.col("middle").abs(),
        pl.lit(1e-3),
    )
    beyond = (worse / scale - ORDINARY).clip(lower_bound=0.0)
    return joined.with_columns(beyond.log1p().clip(upper_bound=TALLEST).alias("alarm"))


def _looked_at(store: Store, table: pl.DataFrame, step: Micros) -> set[int]:
    """The bins that people exported traces and logs of, where those are less than half of all: they looked there."""
    covered: set[int] = set()
    for name, column in (("spans", "start"), ("counts", "minute")):
        times = store.scan(name).filter(pl.col(column).is_not_null()).select(pl.col(column).to_physical().alias("at"))
        covered |= set(times.select((pl.col("at") // step * step).alias("bin")).unique().collect()["bin"])
    bins = set(table["bin"])
    return covered if covered & bins and 2 * len(covered & bins) < len(bins) else set()
