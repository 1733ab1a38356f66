"""Raw columns to rows of a case table: times, severities, durations, keys and defaults."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from forensics import clock, keying, masking
from forensics.ingest import quantities, severities
from forensics.records.tables import TABLES

TIMES: Mapping[str, tuple[str, ...]] = {
    "spans": ("start", "end"),
    "changes": ("time", "live_from", "live_until"),
    "alerts": ("time", "ended", "acknowledged"),
}
# What the clock audit says of notes whose clocks no line puts on a day.
NO_DAY = "it names no day"
UNITS: Mapping[str, float] = {"time_s": 1e6, "time_ms": 1e3, "time_ns": 1e-3}
SCALES: Mapping[str, float] = {"duration_ms": 1e3, "duration_s": 1e6, "duration_ns": 1e-3}
IDS = {"trace_id", "span_id", "parent_id", "user", "transaction"}
TRUE = ["true", "1", "yes", "error", "status_code_error", "2", "err"]


@dataclass(frozen=True, slots=True)
class Context:
    """What holds for all rows of a file: its path, the zone asked for, its own severity words, the masks and what they gave."""

    path: str
    zone: str
    is_zone_declared: bool
    severity: Mapping[str, int]
    masks: masking.Masks
    seen: keying.Seen = field(default_factory=keying.Seen)


@dataclass(frozen=True, slots=True)
class Finished:
    """Rows of one table, the ``series`` of metrics or ``messages`` of logs, the zone source of its stamps, and rows left out by reason."""

    rows: pl.DataFrame
    distinct: pl.DataFrame
    zone_source: str
    has_year: bool
    rejected: Mapping[str, int]
    notes: Sequence[str] = ()


def finish(table: str, raw: pl.DataFrame, context: Context) -> Finished:
    """Typed rows of ``table``: every column of the schema, whatever of them ``raw`` holds."""
    frame, zone_source, has_year, notes = _times(table, raw, context)
    frame = _durations(table, frame)
    frame, rejected = SPECIAL.get(table, _nothing)(frame, context)
    columns = [
        _column(frame, name, kind).alias(name) if name != "file" else pl.lit(context.path).alias("file")
        for name, kind in TABLES[table].items()
    ]
    found = DISTINCT[table](frame, context.path) if table in DISTINCT else pl.DataFrame()
    return Finished(frame.select(columns), found, zone_source, has_year, rejected, notes)


def _column(frame: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    if name not in frame.columns:
        empty = "" if kind == pl.String() and name not in IDS else None
        return pl.lit(0 if name == "line" else empty, dtype=kind)
    if kind == pl.String():
        text = pl.col(name).cast(pl.String)
        return pl.when(text == "").then(None).otherwise(text) if name in IDS else text.fill_null("")
    if kind == pl.Boolean():
        if frame.schema[name] == pl.Boolean():
            return pl.col(name)
        return pl.col(name).cast(pl.String).str.to_lowercase().is_in(TRUE)
    if kind.is_integer() and frame.schema[name] == pl.String():
        return pl.col(name).str.extract(r"(-?\d+)").cast(kind, strict=False)
    if isinstance(kind, pl.List):
        return pl.col(name) if isinstance(frame.schema[name], pl.List) else pl.col(name).cast(pl.String).str.split("\n")
    return pl.col(name).cast(kind, strict=False)


def _times(table: str, raw: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, str, bool, Sequence[str]]:
    sources: list[str] = []
    notes: list[str] = []
    has_year = True
    frame = _joined(raw)
    if table == "notes" and "time" in frame.columns and frame.schema["time"] == pl.String():
        has_year = not frame["time"].str.starts_with(f"{clock.YEAR}-01-0").any()
        notes += [] if has_year else [NO_DAY]
    for name in TIMES.get(table, ("time",)):
        if name not in frame.columns or frame.schema[name] == pl.Datetime("us"):
            continue
        read = clock.parse(frame[name], context.zone, is_declared=context.is_zone_declared)
        frame = frame.with_columns(read.time.alias(name))
        has_year &= read.has_year
        sources += [read.zone_source] if read.zone_source and read.zone_source not in sources else []
        notes += read.notes
    return frame, " and ".join(sources), has_year, notes


def _joined(raw: pl.DataFrame) -> pl.DataFrame:
    """``time`` from a day and a clock in fields of their own, or from an epoch whose unit the format says."""
    if "day" in raw.columns and "time" in raw.columns:
        raw = raw.with_columns(pl.concat_str("day", "time", separator=" ").alias("time"))
    for name, scale in UNITS.items():
        if name in raw.columns:
            micros = (pl.col(name).cast(pl.Float64, strict=False) * scale).round(0).cast(pl.Int64, strict=False)
            raw = raw.with_columns(micros.cast(pl.Datetime("us")).alias("time"))
    return raw


def _durations(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    if "duration_us" not in TABLES[table] or "duration_us" in frame.columns:
        return frame
    for name, scale in SCALES.items():
        if name in frame.columns:
            value = pl.col(name).cast(pl.Float64, strict=False) * scale
            return frame.with_columns(value.round(0).cast(pl.Int64, strict=False).alias("duration_us"))
    if "end" in frame.columns and "start" in frame.columns:
        return frame.with_columns((pl.col("end") - pl.col("start")).dt.total_microseconds().alias("duration_us"))
    return frame


def _nothing(frame: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, Mapping[str, int]]:
    return frame, {}


def _logs(frame: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Severity numbers and message keys; masks run over distinct messages only."""
    words = frame["severity"].cast(pl.String) if "severity" in frame.columns else None
    known = (
        severities.numbers(words, context.severity)
        if words is not None
        else pl.Series([0] * frame.height, dtype=pl.Int8)
    )
    frame = frame.with_columns(known.alias("severity"), pl.col("message").cast(pl.String).fill_null(""))
    return frame.with_columns(keying.keyed(frame["message"], context.masks, context.seen)), {}


def messages(frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """The distinct masked messages of a logs frame that went through ``_logs``, each with its smallest message."""
    found = frame.group_by("message_key").agg(pl.col("masked").first(), pl.col("message").min().alias("example"))
    return found.with_columns(pl.lit(path).alias("file")).sort("message_key")


def _metrics(frame: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, Mapping[str, int]]:
    """Finite samples with a time; ``series_id`` from component, peer, metric and labels."""
    for name in ("component", "peer", "metric", "unit", "kind", "labels"):
        if name not in frame.columns:
            frame = frame.with_columns(pl.lit("").alias(name))
    frame = frame.with_columns(
        pl.col("component", "peer", "metric", "unit", "kind", "labels").cast(pl.String).fill_null("")
    )
    is_text = frame.schema["value"] == pl.String()
    frame = (
        quantities.with_units(frame) if is_text else frame.with_columns(pl.col("value").cast(pl.Float64, strict=False))
    )
    frame = frame.with_columns(_labels(frame["labels"]))
    ids = frame.select("component", "peer", "metric", "labels").unique()
    ids = ids.with_columns(
        pl.Series("series_id", [series_id(context.path, *row) for row in ids.rows()], dtype=pl.UInt64)
    )
    frame = frame.join(ids, on=["component", "peer", "metric", "labels"], how="left", maintain_order="left")
    kept = frame.filter(pl.col("value").is_finite(), pl.col("time").is_not_null())
    lost = {
        "no number": frame["value"].is_null().sum(),
        "not a finite number": (frame["value"].is_nan() | frame["value"].is_infinite()).sum(),
        "no readable time": frame["time"].is_null().sum(),
    }
    return kept, {reason: int(n) for reason, n in lost.items() if n and reason != "no number"}


def _labels(texts: pl.Series) -> pl.Series:
    """Labels as JSON, however a format writes them: ``{a="b"}`` or ``a=b,c=d``."""
    if not texts.str.contains("=").any():
        return texts
    distinct = texts.unique()
    pairs = r'([\w.:/-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,{}"]+))'
    said = [
        text
        if text[:2] == '{"' or "=" not in text
        else json.dumps({name: one or other for name, one, other in re.findall(pairs, text)})
        for text in distinct
    ]
    return texts.replace_strict(distinct, pl.Series(said, dtype=pl.String), return_dtype=pl.String)


def series_id(path: str, component: str, peer: str, metric: str, labels: str) -> int:
    """A UInt64 id of a series of a file, the same on every machine."""
    body = json.dumps([path, component, peer, metric, labels], ensure_ascii=False)
    return int.from_bytes(hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def series(frame: pl.DataFrame, path: str) -> pl.DataFrame:
    """The distinct series of a raw metrics frame that went through ``_metrics``."""
    columns = ["series_id", "component", "peer", "metric", "unit", "kind", "labels"]
    return (
        frame.select(columns)
        .unique(["series_id"], keep="first")
        .with_columns(pl.lit(path).alias("file"))
        .sort("series_id")
    )


def _requests(frame: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, Mapping[str, int]]:
    if "status" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias("status"))
    status = pl.col("status").cast(pl.String).str.extract(r"(\d{3})").cast(pl.Int32, strict=False)
    frame = frame.with_columns(status.alias("status"))
    # A dash stands for nothing in access logs.
    absent = [name for name in ("user", "transaction", "trace_id") if name in frame.columns]
    frame = frame.with_columns(
        pl.when(pl.col(name) == "-").then(None).otherwise(pl.col(name)).alias(name) for name in absent
    )
    if "operation" in frame.columns:
        plain = (
            pl.col("operation").str.replace(r"\?.*$", "").str.replace_all(r"/(\d+|[0-9a-fA-F-]{8,})(/|$)", "/<*>${2}")
        )
        frame = frame.with_columns(plain.alias("operation"))
    if "is_error" not in frame.columns:
        frame = frame.with_columns((pl.col("status") >= 500).alias("is_error"))
    return frame, {}


def _spans(frame: pl.DataFrame, context: Context) -> tuple[pl.DataFrame, Mapping[str, int]]:
    for name in ("parent_id", "trace_id", "span_id"):
        if name in frame.columns:
            value = pl.col(name).cast(pl.String)
            frame = frame.with_columns(
                pl.when(value.is_in(["root", "0", "0000000000000000"])).then(None).otherwise(value).alias(name)
            )
    if "weight" not in frame.columns:
        frame = frame.with_columns(pl.lit(1.0).alias("weight"))
    return frame, {}


DISTINCT: Mapping[str, Callable[[pl.DataFrame, str], pl.DataFrame]] = {"logs": messages, "metrics": series}
SPECIAL = {"logs": _logs, "metrics": _metrics, "requests": _requests, "spans": _spans}


def counts(logs: pl.DataFrame) -> pl.DataFrame:
    """Log rows a minute, component, message key and severity."""
    keys = ["minute", "component", "message_key", "severity", "file"]
    timed = logs.filter(pl.col("time").is_not_null()).with_columns(pl.col("time").dt.truncate("1m").alias("minute"))
    return timed.group_by(keys).agg(pl.len().cast(pl.Int64).alias("n")).sort(keys)


def latency(frame: pl.DataFrame, stamp: str) -> pl.DataFrame:
    """Requests or spans a minute, component, operation and latency bucket, ``floor(8 * log2(us + 1))``."""
    keys = ["minute", "component", "operation", "bucket", "is_error", "file"]
    timed = frame.filter(pl.col(stamp).is_not_null(), pl.col("duration_us") >= 0).with_columns(
        pl.col(stamp).dt.truncate("1m").alias("minute"),
        (((pl.col("duration_us") + 1).cast(pl.Float64).log(2) * 8).floor().cast(pl.Int32)).alias("bucket"),
        pl.col("is_error").fill_null(False),
    )
    return timed.group_by(keys).agg(pl.len().cast(pl.Int64).alias("n")).sort(keys)
