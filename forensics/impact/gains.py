"""What counters gained, minute by minute: resets, gaps, scrapes stored twice and out of their order included."""

from collections.abc import Sequence

import polars as pl

from forensics.records.window import MINUTE
from forensics.store import Store

# A gap longer than this is filled from its end only.
LONGEST = 30 * 1_440
GAINS = pl.Schema({"series_id": pl.UInt64(), "minute": pl.Int64(), "gain": pl.Float64(), "is_reset": pl.Boolean()})


def scrapes(store: Store, ids: Sequence[int]) -> pl.DataFrame:
    """Finite samples of series: ``series_id``, ``time`` (us), ``value``, sorted; a scrape stored twice counts once."""
    return (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in(list(ids)), pl.col("value").is_finite())
        .group_by("series_id", pl.col("time").to_physical()).agg(pl.col("value").max())
        .sort("series_id", "time").collect()
    )  # fmt: skip


def gained(store: Store, ids: Sequence[int]) -> pl.DataFrame:
    """Rows of ``GAINS`` sorted by series and minute: one for each minute between two samples that a gain is spread over.

    A sample at a full minute counts what came before it. What came between two samples is spread evenly over their minutes,
    whole events where it is whole. After a reset a counter counts from zero, in the minute of its sample; the minutes before
    stay unknown, and what the counter held when it was reset is not seen, nor is a second reset before the next sample: the
    gain is then a lower bound. Where a clock was set back, samples fall into the past of
    others: one that is lower than the sample before, but not below half of it as after a reset, and that the next one
    makes good, is left out.
    """
    mine = scrapes(store, ids)
    before, after = pl.col("value").shift(1).over("series_id"), pl.col("value").shift(-1).over("series_id")
    stray = (pl.col("value") < before) & (pl.col("value") >= before / 2) & (after >= before)
    kept = mine.filter(~stray.fill_null(value=False)).with_columns(
        before.alias("before"), ((pl.col("time") - 1) // MINUTE).alias("last"),
        ((pl.col("time").shift(1).over("series_id") - 1) // MINUTE).alias("first"),
    ).drop_nulls("before")  # fmt: skip
    gaps = kept.with_columns(
        (pl.col("value") < pl.col("before")).alias("is_reset"),
        (pl.col("last") - pl.col("first")).clip(1, LONGEST).alias("width"),
    ).with_columns(
        pl.when("is_reset").then(1).otherwise("width").alias("width"),
        pl.when("is_reset").then("value").otherwise(pl.col("value") - pl.col("before")).alias("gain"),
    )  # fmt: skip
    return _spread(gaps)


def _spread(gaps: pl.DataFrame) -> pl.DataFrame:
    whole = pl.col("gain") == pl.col("gain").floor()
    part = pl.col("gain") * (pl.col("place") + 1) / pl.col("width")
    earlier = pl.col("gain") * pl.col("place") / pl.col("width")
    return (
        gaps.with_columns(pl.int_ranges(0, pl.col("width")).alias("place"))
        .explode("place", empty_as_null=True)
        .with_columns(
            (pl.col("last") - pl.col("width") + 1 + pl.col("place")).alias("minute"),
            pl.when(whole)
            .then(part.floor() - earlier.floor())
            .otherwise(pl.col("gain") / pl.col("width"))
            .alias("gain"),
        )
        .select(list(GAINS))
        .cast({name: GAINS[name] for name in GAINS})
        .sort("series_id", "minute", "gain")
    )


def resets(rows: pl.DataFrame) -> int:
    """How many resets the rows of ``gained`` show."""
    return int(rows["is_reset"].sum() or 0)
