"""The schemas of the case tables (DESIGN section 4), written once. Times are UTC microseconds without a zone."""

from collections.abc import Mapping

import polars as pl

TIME = pl.Datetime("us")
# Where a row came from: path in the bundle, 1-based line (0 for structured files), JSON Pointer or CSV row number.
ORIGIN: Mapping[str, type[pl.DataType] | pl.DataType] = {"file": pl.String(), "line": pl.Int64(), "record": pl.String()}

TABLES: Mapping[str, pl.Schema] = {
    "files": pl.Schema(
        {
            "path": pl.String(),
            "sha256": pl.String(),
            "bytes": pl.Int64(),
            "format": pl.String(),
            "kind": pl.String(),
            "rows": pl.Int64(),
            "rejected": pl.Int64(),
            "first_time": TIME,
            "last_time": TIME,
            "zone_source": pl.String(),
            "shift_us": pl.Int64(),
            "note": pl.String(),
        }
    ),
    "logs": pl.Schema(
        {
            "time": TIME,
            "component": pl.String(),
            "host": pl.String(),
            "severity": pl.Int8(),
            "message": pl.String(),
            "message_key": pl.UInt64(),
            "trace_id": pl.String(),
            "span_id": pl.String(),
            "attributes": pl.String(),
            **ORIGIN,
        }
    ),
    "messages": pl.Schema(
        {"message_key": pl.UInt64(), "masked": pl.String(), "example": pl.String(), "file": pl.String()}
    ),
    "templates": pl.Schema(
        {"message_key": pl.UInt64(), "template_id": pl.String(), "template": pl.String(), "types": pl.String()}
    ),
    "series": pl.Schema(
        {
            "series_id": pl.UInt64(),
            "component": pl.String(),
            "peer": pl.String(),
            "metric": pl.String(),
            "unit": pl.String(),
            "kind": pl.String(),
            "labels": pl.String(),
            "file": pl.String(),
        }
    ),
    "metrics": pl.Schema({"time": TIME, "series_id": pl.UInt64(), "value": pl.Float64(), **ORIGIN}),
    "spans": pl.Schema(
        {
            "trace_id": pl.String(),
            "span_id": pl.String(),
            "parent_id": pl.String(),
            "component": pl.String(),
            "operation": pl.String(),
            "kind": pl.String(),
            "start": TIME,
            "duration_us": pl.Int64(),
            "is_error": pl.Boolean(),
            "peer": pl.String(),
            "weight": pl.Float64(),
            "attributes": pl.String(),
            **ORIGIN,
        }
    ),
    "requests": pl.Schema(
        {
            "time": TIME,
            "component": pl.String(),
            "operation": pl.String(),
            "status": pl.Int32(),
            "duration_us": pl.Int64(),
            "is_error": pl.Boolean(),
            "user": pl.String(),
            "transaction": pl.String(),
            "attempt": pl.Int32(),
            "trace_id": pl.String(),
            **ORIGIN,
        }
    ),
    "changes": pl.Schema(
        {
            "time": TIME,
            "id": pl.String(),
            "kind": pl.String(),
            "component": pl.String(),
            "ref": pl.String(),
            "version": pl.String(),
            "title": pl.String(),
            "diff": pl.String(),
            "paths": pl.List(pl.String()),
            "carries": pl.List(pl.String()),
            "live_from": TIME,
            "live_until": TIME,
            "status": pl.String(),
            "before": pl.String(),
            "after": pl.String(),
            **ORIGIN,
        }
    ),
    "notes": pl.Schema({"time": TIME, "role": pl.String(), "text": pl.String(), **ORIGIN}),
    "business": pl.Schema(
        {
            "time": TIME,
            "kind": pl.String(),
            "id": pl.String(),
            "user": pl.String(),
            "value": pl.Float64(),
            "currency": pl.String(),
            "outcome": pl.String(),
            **ORIGIN,
        }
    ),
    "alerts": pl.Schema(
        {
            "time": TIME,
            "ended": TIME,
            "acknowledged": TIME,
            "component": pl.String(),
            "name": pl.String(),
            "severity": pl.String(),
            "state": pl.String(),
            "metric": pl.String(),
            "threshold": pl.Float64(),
            "observed": pl.Float64(),
            "summary": pl.String(),
            **ORIGIN,
        }
    ),
    "state": pl.Schema(
        {
            "time": TIME,
            "component": pl.String(),
            "kind": pl.String(),
            "name": pl.String(),
            "reason": pl.String(),
            "severity": pl.String(),
            "message": pl.String(),
            "attributes": pl.String(),
            **ORIGIN,
        }
    ),
    "components": pl.Schema(
        {
            "component": pl.String(),
            "kind": pl.String(),
            "role": pl.String(),
            "aliases": pl.List(pl.String()),
            "reason": pl.String(),
        }
    ),
    "edges": pl.Schema(
        {
            "source": pl.String(),
            "target": pl.String(),
            "kind": pl.String(),
            "weight": pl.Float64(),
            "origin": pl.String(),
            "file": pl.String(),
        }
    ),
    "clocks": pl.Schema(
        {
            "file": pl.String(),
            "component": pl.String(),
            "against": pl.String(),
            "decision": pl.String(),
            "offset_us": pl.Int64(),
            "low_us": pl.Int64(),
            "high_us": pl.Int64(),
            "pairs": pl.Int64(),
            "agreeing": pl.Int64(),
            "shift_us": pl.Int64(),
            "steps_back": pl.Int64(),
            "largest_step_us": pl.Int64(),
        }
    ),
    "counts": pl.Schema(
        {
            "minute": TIME,
            "component": pl.String(),
            "message_key": pl.UInt64(),
            "severity": pl.Int8(),
            "n": pl.Int64(),
            "file": pl.String(),
        }
    ),
    "latency": pl.Schema(
        {
            "minute": TIME,
            "component": pl.String(),
            "operation": pl.String(),
            "bucket": pl.Int32(),
            "is_error": pl.Boolean(),
            "n": pl.Int64(),
            "file": pl.String(),
        }
    ),
    "rejects": pl.Schema(
        {"file": pl.String(), "line": pl.Int64(), "reason": pl.String(), "sample": pl.String(), "n": pl.Int64()}
    ),
}
"""``messages`` holds each masked message of a file once, with the smallest that it stands for;
``severity`` of logs is the OpenTelemetry number (1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal; 0 unknown);
``bucket`` of latency is floor(8 * log2(duration_us + 1)); ``kind`` of series is gauge, counter or histogram;
``kind`` of edges is calls, runs_on, owns or reads; ``n`` of rejects counts all, its sample is one of at most ten.
``decision`` of clocks: as_read; year (put beside the other files); zone and skew (shifted by what shared ids show);
component (the same of a component's spans, not shifted); looks_like (bursts agree only in another zone, not shifted)."""


def empty(table: str) -> pl.DataFrame:
    """A frame of ``table`` without rows."""
    return pl.DataFrame(schema=TABLES[table])
