"""Samples of metrics that are more than a number: several fields in one, and values with a unit."""

from collections.abc import Mapping

import polars as pl

FIELD = r'(?:[^\s=,"\\]|\\.)+=(?:"(?:[^"\\]|\\.)*"|[^,"]*)'
NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BYTES = {f"{prefix}{unit}": 1024.0**power for power, prefix in enumerate("KMGTP", 1) for unit in ("iB", "i")} | {
    f"{prefix}B": 1000.0**power for power, prefix in enumerate("KMGTP", 1)
}
# Written unit: the unit that is kept (the one that the samples of a series share), and what a number of it is worth.
# A lone ``m`` is minutes or thousandths and is left unread.
UNITS: Mapping[str, tuple[str, float]] = {
    "%": ("%", 1.0),
    "s": ("s", 1.0),
    "sec": ("s", 1.0),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "µs": ("s", 1e-6),
    "ns": ("s", 1e-9),
    "min": ("s", 60.0),
    "h": ("s", 3600.0),
    "B": ("B", 1.0),
    "kB": ("B", 1e3),
    **{name: ("B", worth) for name, worth in _BYTES.items()},
}


def by_field(raw: pl.DataFrame) -> pl.DataFrame:
    """A row for each numeric field of rows (line, metric, fields, ...); ``place`` 0 marks the first of a line.

    The metric is the measurement and the field's name, or the measurement alone where the field is only called value.
    """
    long = raw.with_columns(pl.col("fields").str.extract_all(FIELD)).explode("fields")
    name, value = pl.col("fields").str.extract("^([^=]+)="), pl.col("fields").str.extract(r"=([^=]*)$")
    number = value.str.extract(rf"^({NUMBER})[iu]?$")
    metric = pl.when(name == "value").then("metric").otherwise(pl.concat_str("metric", pl.lit("_"), name))
    long = long.with_columns(metric.alias("metric"), number.alias("value")).filter(pl.col("value").is_not_null())
    return long.drop("fields").with_columns(pl.int_range(pl.len()).over("line").alias("place"))


def with_units(frame: pl.DataFrame) -> pl.DataFrame:
    """``value`` (text) as numbers and ``unit`` where values name one: seconds, bytes or percent; others are left unread."""
    text = frame["value"].str.strip_chars()
    plain = text.cast(pl.Float64, strict=False)
    if not (plain.is_null() & text.is_not_null()).any():
        return frame.with_columns(plain.alias("value"))
    written = text.str.extract(rf"^{NUMBER}\s*(\S+)$")
    unit = written.replace_strict(
        {name: kept for name, (kept, _) in UNITS.items()}, default=None, return_dtype=pl.String
    )
    worth = written.replace_strict({name: by for name, (_, by) in UNITS.items()}, default=None, return_dtype=pl.Float64)
    number = text.str.extract(f"^({NUMBER})").cast(pl.Float64, strict=False) * worth
    found = frame.with_columns(plain.alias("value"), number.alias("@number"), unit.alias("@unit"))
    is_new = pl.col("value").is_null() & pl.col("@number").is_not_null()
    return found.with_columns(
        pl.coalesce("value", "@number").alias("value"),
        pl.when(is_new).then("@unit").otherwise("unit").alias("unit"),
    ).drop("@number", "@unit")
