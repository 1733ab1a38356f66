"""Events minute by minute from metrics, where no access log says more: counters by status, else an error ratio and a rate."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from forensics.impact.gains import gained, resets
from forensics.impact.minutes import Minutes, laid_out
from forensics.measuring import labelled, series
from forensics.records.evidence import SeriesEvidence
from forensics.records.window import MINUTE, Window
from forensics.store import Store

COUNTER = re.compile(r"(?i)(request|http|grpc|rpc|call|query|transaction)s?.*_(total|count)$")
FAILURES = re.compile(r"(?i)(error|fail|5xx|exception)")
STATUS = ("status", "code", "status_code", "http_status", "response_code", "http_response_status_code", "grpc_code")
RATIO = re.compile(r"(?i)(error|fail).*(ratio|rate|share)$")
RATE = re.compile(r"(?i)(request|req|http|call|throughput).*(per_second|_rate|_rps|qps)$|^rps$|^qps$")
BAD_GRPC = {"unknown", "internal", "unavailable", "deadline_exceeded", "dataloss", "data_loss", "unimplemented"}


def minutes(store: Store, window: Window, components: tuple[str, ...] = ()) -> Minutes | None:
    """The minutes of the busiest component (one of ``components`` first); None where no metric counts requests."""
    known = store.scan("series").sort("component", "metric", "labels", "series_id").collect()
    rows = [row for row in known.iter_rows(named=True) if row["component"]]
    return _counters(store, rows, window, components) or _gauges(store, rows, window, components)


def _is_bad(row: dict[str, object]) -> bool:
    if FAILURES.search(str(row["metric"])):
        return True
    labels = json.loads(str(row["labels"] or "{}"))
    status = next((str(labels[name]) for name in STATUS if name in labels), "")
    return bool(re.fullmatch(r"5\d\d|5xx", status, re.IGNORECASE)) or status.lower() in BAD_GRPC


def _counters(
    store: Store, rows: list[dict[str, object]], window: Window, components: tuple[str, ...]
) -> Minutes | None:
    counting = [
        row for row in rows if COUNTER.search(str(row["metric"])) and not str(row["metric"]).endswith("_bucket")
    ]
    telling = {row["component"] for row in counting if _is_bad(row) or _has_status(row)}
    counting = _told_once([row for row in counting if row["component"] in telling])
    if not counting:
        return None
    key = pl.DataFrame(
        {
            "series_id": [row["series_id"] for row in counting],
            "component": [str(row["component"]) for row in counting],
            "is_bad": [_is_bad(row) for row in counting],
            "is_part": [not FAILURES.search(str(row["metric"])) for row in counting],
        },
        schema_overrides={"series_id": pl.UInt64},
    )
    gains = gained(store, key["series_id"].to_list()).join(key, on="series_id")
    whole = pl.col("gain").round().cast(pl.Int64)
    counted = gains.group_by("component", "minute").agg(
        whole.filter("is_bad").sum().alias("bad"), whole.filter("is_part").sum().alias("total")
    )
    name = _busiest(counted, components)
    mine = counted.filter(pl.col("component") == name).sort("minute").select("minute", "bad", "total")
    told = [row for row in counting if row["component"] == name and _is_bad(row)]
    laid = laid_out("counters", name, mine, tuple(cited(store, told[:3], window))) if name else None
    return replace(laid, remarks=("resets",)) if laid is not None and resets(gains) else laid


def _told_once(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Of each component one metric that counts requests, and of failures only where that one does not tell them itself.

    The count of a latency histogram counts the same requests once more. A metric with a status is preferred to one without.
    """
    found = []
    for component in sorted({str(row["component"]) for row in rows}):
        mine = [row for row in rows if row["component"] == component]
        parts = [row for row in mine if not FAILURES.search(str(row["metric"]))]
        names = sorted({str(row["metric"]) for row in parts}, key=lambda name: (name.endswith("_count"), name))
        telling = [name for name in names if any(row["metric"] == name and _has_status(row) for row in parts)]
        kept = telling[:1] or names[:1]
        failing = sorted({str(row["metric"]) for row in mine if FAILURES.search(str(row["metric"]))})
        kept += [] if telling else failing[:1]
        found += [row for row in mine if row["metric"] in kept]
    return found


def _has_status(row: dict[str, object]) -> bool:
    return any(name in json.loads(str(row["labels"] or "{}")) for name in STATUS)


def _busiest(counted: pl.DataFrame, components: tuple[str, ...]) -> str:
    totals = (
        counted.group_by("component").agg(pl.col("total").sum()).sort(["total", "component"], descending=[True, False])
    )
    names = totals.filter(pl.col("total") > 0)["component"].to_list()
    return next((name for name in components if name in names), names[0] if names else "")


def _gauges(store: Store, rows: list[dict[str, object]], window: Window, components: tuple[str, ...]) -> Minutes | None:
    """An error ratio and a rate of requests at one component, each sample standing for its minute."""
    ratios = {str(row["component"]): row for row in reversed(rows) if RATIO.search(str(row["metric"]))}
    rates = {str(row["component"]): row for row in reversed(rows) if RATE.search(str(row["metric"]))}
    both = sorted(ratios.keys() & rates.keys())
    name = next((each for each in components if each in both), both[0] if both else "")
    if not name:
        return None
    errors, traffic = (_by_minute(store, each[name]["series_id"]) for each in (ratios, rates))
    counted = (
        errors.join(traffic, on="minute", suffix="_rate")
        .with_columns((pl.col("value_rate") * 60).alias("events"))
        .select(
            "minute",
            (pl.col("events") * pl.col("value").clip(0, 1)).round().cast(pl.Int64).alias("bad"),
            pl.col("events").round().cast(pl.Int64).alias("total"),
        )
        .sort("minute")
    )
    return laid_out("gauges", name, counted, tuple(cited(store, [ratios[name], rates[name]], window)))


def _by_minute(store: Store, series: object) -> pl.DataFrame:
    return (
        store.scan("metrics")
        .filter(pl.col("series_id") == series, pl.col("value").is_finite(), pl.col("value") >= 0)
        .group_by(((pl.col("time").to_physical() - 1) // MINUTE).alias("minute"))
        .agg(pl.col("value").max())
        .collect()
    )


def cited(store: Store, rows: Sequence[Mapping[str, object]], window: Window) -> list[SeriesEvidence]:
    """Evidence of series, given as rows of the table ``series``: their highest value in ``window``, where they have one."""
    found = []
    for row in rows:
        labels = labelled(str(row["labels"]), str(row["peer"] or ""))
        asked = SeriesEvidence(str(row["component"]), str(row["metric"]), labels, window, "max", 0.0, 0)
        measured = series(store, asked)
        if measured:
            found.append(SeriesEvidence(asked.component, asked.metric, labels, window, "max", *measured))
    return found
