"""Series for the charts: the edge's requests and errors, and the metrics that moved most."""

import polars as pl

from forensics.clock import iso
from forensics.measuring import series_ids, within
from forensics.records.case import Case
from forensics.records.evidence import SeriesEvidence
from forensics.records.report.investigation import SeriesOut
from forensics.records.report.prose import claim
from forensics.records.window import MINUTE, Window
from forensics.report.citing import Register
from forensics.store import Store

MOST = 12
MOST_POINTS = 600
MARGIN = 45 * MINUTE


def series(case: Case, store: Store, register: Register) -> tuple[SeriesOut, ...]:
    """The error ratio at the edge first, then the largest level shifts, each at most once a component and metric."""
    found = [_edge(case, register)] if case.impact.edge else []
    incident = case.windows.incident
    near = Window(incident.start - MARGIN, incident.end + MARGIN)
    seen: set[tuple[str, str]] = set()
    leading = {each.component for each in case.ranking.candidates[:3]}
    ranked = sorted(
        case.detected.signals,
        key=lambda each: (each.component not in leading, -each.size, each.component, each.subject),
    )
    for each in ranked:
        if (
            each.kind != "level_shift"
            or (each.component, each.subject) in seen
            or len(found) >= MOST
            or not each.evidence
        ):
            continue
        seen.add((each.component, each.subject))
        cited = each.evidence[0]
        assert isinstance(cited, SeriesEvidence)
        points = _points(store, cited, near)
        if len(points) >= 3:
            found.append(
                SeriesOut(
                    claim("series", each.component, each.subject), each.component, each.subject, each.unit, each.quantity,
                    tuple(iso(time) for time, _ in points), tuple(value for _, value in points), *_usual(store, cited, case.windows.baselines),
                    register.cite(each.evidence),
                )
            )  # fmt: skip
    return tuple(found)


def _edge(case: Case, register: Register) -> SeriesOut:
    points = case.impact.edge
    cited = register.cite((*case.impact.failed_requests.evidence, *case.impact.requests.evidence))
    return SeriesOut(
        claim("series", case.impact.edge_component, "error ratio"), case.impact.edge_component, "failing requests", "ratio", "edge",
        tuple(iso(each.minute) for each in points), tuple(each.errors / each.requests if each.requests else None for each in points),
        None, None, cited,
    )  # fmt: skip


def _points(store: Store, cited: SeriesEvidence, near: Window) -> list[tuple[int, float]]:
    ids = series_ids(store, cited)
    rows = (
        store.scan("metrics").filter(pl.col("series_id").is_in(ids), within(near), pl.col("value").is_finite())
        .select(pl.col("time").to_physical(), "value").sort("time", "value").collect().rows()
    )  # fmt: skip
    step = max(1, -(-len(rows) // MOST_POINTS))
    return rows[::step]


def _usual(store: Store, cited: SeriesEvidence, baselines: tuple[Window, ...]) -> tuple[float | None, float | None]:
    """The band of normal values: all but the lowest and highest twentieth of the baseline's samples."""
    if not baselines:
        return None, None
    values = (
        store.scan("metrics").filter(pl.col("series_id").is_in(series_ids(store, cited)), pl.col("value").is_finite())
        .filter(pl.any_horizontal([within(each) for each in baselines])).select("value").sort("value").collect()["value"]
    )  # fmt: skip
    if values.len() < 20:
        return None, None
    return float(values[values.len() // 20]), float(values[values.len() - 1 - values.len() // 20])
