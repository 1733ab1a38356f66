"""How often each template occurred, before and during a window, and how two sets of counts differ."""

import polars as pl

from forensics.records.window import MINUTE, Window
from forensics.store import Store

BARS = "▁▂▃▄▅▆▇█"
WIDTH = 24
# A template is new or gone when the other side has none; a rate has changed when it is this many times the other.
CHANGED = 2.0


def rates(store: Store, window: Window | None) -> pl.DataFrame:
    """Templates with count, rates a minute before and during ``window``, lift, first time, components and a sparkline.

    What is before is the time that the logs cover up to the window. Without a window, ``before`` and ``lift`` are null.
    """
    counts = _counts(store)
    stamp = pl.col("minute").to_physical()
    span = counts.select(stamp.min().alias("first"), stamp.max().alias("last")).row(0)
    if span[0] is None:
        return counts.clear().select(pl.lit("").alias("template_id")).head(0)
    whole = Window(span[0], span[1] + MINUTE)
    inside = window or whole
    during, earlier = stamp.is_between(inside.start, inside.end, closed="left"), stamp < inside.start
    found = counts.group_by("template_id", "template", "types").agg(
        pl.col("n").sum().alias("count"),
        pl.col("n").filter(earlier).sum().alias("earlier"),
        pl.col("n").filter(during).sum().alias("inside"),
        pl.col("severity").max(),
        pl.col("minute").min().alias("first_seen"),
        pl.col("component").unique().sort().alias("components"),
        pl.struct(stamp.alias("minute"), "n").alias("each"),
    )
    minutes = max((min(inside.end, whole.end) - max(inside.start, whole.start)) / MINUTE, 1.0)
    past = (inside.start - whole.start) / MINUTE if window else 0.0
    lines = [_sparkline(each, whole) for each in found["each"].to_list()]
    return (
        found.with_columns(
            (pl.col("earlier") / past if past > 0 else pl.lit(None, pl.Float64)).alias("before"),
            (pl.col("inside") / minutes).alias("during"),
            pl.Series("sparkline", lines, dtype=pl.String),
        )
        .with_columns(pl.when(pl.col("before") > 0).then(pl.col("during") / pl.col("before")).alias("lift"))
        .drop("each", "earlier", "inside")
    )


def _counts(store: Store) -> pl.DataFrame:
    names = store.scan("templates").select("message_key", "template_id", "template", "types")
    return store.scan("counts").join(names, on="message_key").sort("template_id", "minute", "component").collect()


def _sparkline(rows: list[dict[str, int]], span: Window) -> str:
    """Counts over the whole span as bars; a blank where there were none."""
    buckets = [0] * WIDTH
    for row in rows:
        buckets[(row["minute"] - span.start) * WIDTH // (span.end - span.start)] += row["n"]
    most = max(buckets)
    return "".join(BARS[(n * len(BARS) - 1) // most] if n else " " for n in buckets)


def difference(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Templates that are new, gone or of another rate in ``second``, those first that changed most.

    Args:
        first: what ``rates`` gave; its ``during`` is compared.
        second: the same for the other bundle or window.
    """
    columns = ["template_id", "template", "during"]
    both = first.filter(pl.col("during") > 0).select(columns).join(
        second.filter(pl.col("during") > 0).select(columns), on="template_id", how="full", coalesce=True, suffix="_b"
    )  # fmt: skip
    a, b = pl.col("during").fill_null(0.0), pl.col("during_b").fill_null(0.0)
    change = (
        pl.when(a == 0).then(pl.lit("new")).when(b == 0).then(pl.lit("gone"))
        .when(b >= CHANGED * a).then(pl.lit("more")).when(a >= CHANGED * b).then(pl.lit("fewer"))
    )  # fmt: skip
    return (
        both.select(
            change.alias("change"), a.alias("a"), b.alias("b"), "template_id", pl.coalesce("template", "template_b")
        )
        .filter(pl.col("change").is_not_null())
        .with_columns((pl.col("b") - pl.col("a")).abs().alias("by"))
        .sort(["change", "by", "template_id"], descending=[False, True, False])
        .sort(pl.col("change").replace_strict({"new": 0, "gone": 1, "more": 2, "fewer": 3}), maintain_order=True)
        .drop("by")
    )
