"""Messages that a container runtime cut into several lines, as CRI logs mark them: ``P`` goes on, ``F`` ends.

The parts of one stream follow each other, but lines of the other stream may stand between them.
"""

import polars as pl

PART = "P"
# Parts are written one after the other; what comes later than this is another message, and the end was lost.
LONGEST_PAUSE_S = 60


def starts(text: pl.Series, regex: str) -> pl.Series:
    """Which lines begin a message while no message of any stream is open; with ``regex`` naming ``stream`` and ``partial``."""
    found = text.str.extract_groups(regex).struct.unnest()
    is_read = text.str.contains(regex)
    is_open = pl.Series([False] * len(text), dtype=pl.Boolean)
    for stream in found["stream"].drop_nulls().unique().sort():
        state = pl.when(pl.col("stream") == stream).then(pl.col("partial") == PART)
        is_open |= found.select(state.forward_fill().shift(1, fill_value=False).fill_null(value=False)).to_series()
    return is_read & ~is_open


def joined(raw: pl.DataFrame) -> pl.DataFrame:
    """Rows (line, stream, partial, message, more, ...) with the parts of a message as one row at its first line.

    The range of its lines is in ``attributes``, as ``{"lines": [2, 4]}``; a message whose end was lost is kept as it is.
    """
    if not (raw["partial"] == PART).any():
        return raw.drop("partial", "stream")
    second = pl.col("time").str.head(19).str.to_datetime("%Y-%m-%dT%H:%M:%S", strict=False).dt.epoch("s")
    is_late = (second.diff() > LONGEST_PAUSE_S).fill_null(value=False)
    begins = pl.col("partial").shift(1, fill_value="F").ne_missing(PART) | is_late
    groups = raw.sort("line").with_columns(begins.cum_sum().over("stream").alias("group"))
    others = [name for name in raw.columns if name not in ("line", "message", "more", "partial", "stream")]
    span = pl.concat_str(pl.lit('{"lines": ['), "line", pl.lit(", "), "last", pl.lit("]}"))
    whole = groups.group_by("stream", "group", maintain_order=True).agg(
        pl.col("line").first(),
        pl.col("line").last().alias("last"),
        pl.col(others).first(),
        pl.col("message").fill_null("").str.join(""),
        pl.col("more").filter(pl.col("more") != "").str.join("\n"),
    )
    attributes = pl.when(pl.col("last") > pl.col("line")).then(span).alias("attributes")
    return whole.with_columns(attributes).drop("stream", "group", "last").sort("line")
