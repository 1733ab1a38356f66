"""Events minute by minute from metrics, where no access log says more: counters by status, else an error ratio and a rate."""

import json
import re

import polars as pl

from forensics.impact.minutes import Minutes, laid_out
from forensics.measuring import labelled
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
    series = store.scan("series").sort("component", "metric", "labels", "series_id").collect()
    rows = [row for row in series.iter_rows(named=True) if row["component"]]
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
    counting = [row for row in counting if row["component"] in telling]
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
    gains = (
        store.scan("metrics")
        .filter(pl.col("series_id").is_in(key["series_id"].to_list()), pl.col("value").is_finite())
        # A scrape stored twice counts once.
        .group_by("series_id", "time").agg(pl.col("value").max())
        .sort("series_id", "time").collect()
        .with_columns(pl.col("value").diff().over("series_id").alias("gain"))
        # After a reset a counter counts from zero.
        .with_columns(pl.when(pl.col("gain") < 0).then("value").otherwise("gain").round().cast(pl.Int64).alias("gain"))
        .drop_nulls("gain")
        .join(key, on="series_id")
    )  # fmt: skip
    # A scrape at the full minute counts what came before it.
    counted = gains.group_by("component", ((pl.col("time").to_physical() - 1) // MINUTE).alias("minute")).agg(
        pl.col("gain").filter("is_bad").sum().alias("bad"), pl.col("gain").filter("is_part").sum().alias("total")
    )
    name = _busiest(counted, components)
    mine = counted.filter(pl.col("component") == name).sort("minute").select("minute", "bad", "total")
    cited = [row for row in counting if row["component"] == name and _is_bad(row)]
    return laid_out("counters", name, mine, tuple(_evidence(store, cited[:3], window))) if name else None


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
    return laid_out("gauges", name, counted, tuple(_evidence(store, [ratios[name], rates[name]], window)))


def _by_minute(store: Store, series: object) -> pl.DataFrame:
    return (
        store.scan("metrics")
        .filter(pl.col("series_id") == series, pl.col("value").is_finite(), pl.col("value") >= 0)
        .group_by(((pl.col("time").to_physical() - 1) // MINUTE).alias("minute"))
        .agg(pl.col("value").max())
        .collect()
    )


def _evidence(store: Store, rows: list[dict[str, object]], window: Window) -> list[SeriesEvidence]:
    from forensics.measuring import series

    found = []
    for row in rows:
        labels = labelled(str(row["labels"]), str(row["peer"] or ""))
        asked = SeriesEvidence(str(row["component"]), str(row["metric"]), labels, window, "max", 0.0, 0)
        measured = series(store, asked)
        if measured:
            found.append(SeriesEvidence(asked.component, asked.metric, labels, window, "max", *measured))
    return found
