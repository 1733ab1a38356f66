"""Three requests to look at: one that failed, the slowest, and a normal one, each with its critical path."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from forensics.clock import iso
from forensics.measuring import within
from forensics.records.case import Case
from forensics.records.evidence import RecordEvidence
from forensics.records.report.prose import claim
from forensics.report.citing import Register
from forensics.store import Store

MOST_SPANS = 60
COLUMNS = (
    "trace_id",
    "span_id",
    "parent_id",
    "component",
    "operation",
    "start",
    "duration_us",
    "is_error",
    "file",
    "record",
)


def requests(case: Case, store: Store, register: Register) -> tuple[dict[str, Any], ...]:
    """A failing, a slow and a normal request, those of them that the traces of the bundle have."""
    roots = (
        store.scan("spans").filter(pl.col("parent_id").fill_null("") == "", pl.col("duration_us") > 0)
        .select("trace_id", "duration_us", pl.col("is_error").fill_null(value=False), pl.col("start").to_physical().alias("at"),
                within(case.windows.incident, "start").alias("during"))
        .sort("at", "trace_id", "duration_us").collect()
    )  # fmt: skip
    if roots.is_empty():
        return ()
    chosen = _chosen(case, store, roots)
    rows = (
        store.scan("spans").filter(pl.col("trace_id").is_in(sorted(set(chosen.values())))).select(COLUMNS)
        .with_columns(pl.col("start").to_physical(), pl.col("is_error").fill_null(value=False), pl.col("parent_id").fill_null(""))
        .sort("trace_id", "start", "duration_us", "span_id", descending=[False, False, True, False]).collect().to_dicts()
    )  # fmt: skip
    return tuple(
        _request(kind, [row for row in rows if row["trace_id"] == trace][:MOST_SPANS], register)
        for kind, trace in chosen.items()
    )


def _chosen(case: Case, store: Store, roots: pl.DataFrame) -> dict[str, str]:
    during = roots.filter("during")
    found: dict[str, str] = {}
    failed = during.filter("is_error")["trace_id"].to_list()
    origin = case.verdict.first_failing_component
    if origin:
        at_origin = (
            store.scan("spans").filter(within(case.windows.incident, "start"), pl.col("component") == origin, pl.col("is_error"))
            .select("trace_id").unique().collect()["trace_id"].to_list()
        )  # fmt: skip
        known = set(at_origin)
        failed = (
            [each for each in failed if each in known] or sorted(known & set(during["trace_id"].to_list())) or failed
        )
    if failed:
        # One from the middle of the incident is more typical than the first.
        found["failing"] = failed[len(failed) // 2]
    well = during.filter(~pl.col("is_error"), pl.col("trace_id") != found.get("failing", ""))
    slow = well.sort(["duration_us", "trace_id"], descending=[True, False])
    if slow.height:
        found["slow"] = slow["trace_id"][0]
    calm = roots.filter(~pl.col("during"), ~pl.col("is_error")).sort("duration_us", "trace_id")
    if calm.height:
        found["normal"] = calm["trace_id"][calm.height // 2]
    return found


def _request(kind: str, rows: Sequence[Mapping[str, Any]], register: Register) -> dict[str, Any]:
    start = min(row["start"] for row in rows)
    ids = {row["span_id"] for row in rows}
    root = next((row for row in rows if row["parent_id"] not in ids), rows[0])
    on_path = critical(rows, root)
    depth = _depths(rows)
    spans = [
        {
            "span_id": row["span_id"], "parent_id": row["parent_id"], "component": row["component"], "operation": row["operation"][:120],
            "start_us": row["start"] - start, "duration_us": row["duration_us"], "is_error": row["is_error"],
            "depth": depth[index], "critical": [[a - start, b - start] for a, b in on_path.get(row["span_id"], [])],
        }
        for index, row in enumerate(rows)
    ]  # fmt: skip
    held: dict[str, int] = {}
    for row in rows:
        for a, b in on_path.get(row["span_id"], []):
            held[row["component"]] = held.get(row["component"], 0) + b - a
    cited = [row for row in rows if row is root or row["is_error"] or row["span_id"] in on_path][:6]
    return {
        "claim": claim("request", root["component"], kind),
        "trace_id": root["trace_id"],
        "kind": kind,
        "time": iso(start),
        "duration_us": root["duration_us"],
        "spans": spans,
        "critical_path": [
            {"component": name, "duration_us": long} for name, long in sorted(held.items(), key=lambda each: (-each[1], each[0]))
        ],
        "evidence": list(
            register.cite(RecordEvidence(row["file"], row["record"], row["operation"][:120]) for row in cited if row["record"])
        ),
    }  # fmt: skip


def _depths(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    parents = {row["span_id"]: row["parent_id"] for row in rows}
    found = []
    for row in rows:
        seen: set[str] = set()
        at = row["parent_id"]
        while at in parents and at not in seen:
            seen.add(at)
            at = parents[at]
        found.append(len(seen))
    return found


def critical(rows: Sequence[Mapping[str, Any]], root: Mapping[str, Any]) -> dict[str, list[tuple[int, int]]]:
    """By span, the stretches in which the request waited for that span and for none of its children.

    Walks back from the end of each span to the child that ended last before that point (as Jaeger does); a span that is
    its own ancestor is walked once.
    """
    children: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        if row is not root:
            children.setdefault(row["parent_id"], []).append(row)
    found: dict[str, list[tuple[int, int]]] = {}
    seen = {root["span_id"]}
    waiting = [(root, root["start"], root["start"] + root["duration_us"])]
    while waiting:
        span, begin, cursor = waiting.pop()
        mine = sorted(
            children.get(span["span_id"], []), key=lambda row: (row["start"] + row["duration_us"], row["span_id"])
        )
        for child in reversed(mine):
            end = min(child["start"] + child["duration_us"], cursor)
            first = max(child["start"], begin)
            if child["span_id"] in seen or end <= first:
                continue
            seen.add(child["span_id"])
            if end < cursor:
                found.setdefault(span["span_id"], []).append((end, cursor))
            waiting.append((child, first, end))
            cursor = first
        if begin < cursor:
            found.setdefault(span["span_id"], []).append((begin, cursor))
    return {name: sorted(each) for name, each in found.items()}
