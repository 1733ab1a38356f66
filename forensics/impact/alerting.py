"""The bundle's alerts in groups of one cause, ordered by use; repeats, flapping, and what no alert named."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forensics.records.cause import Ranking
from forensics.records.evidence import RecordEvidence, Scalar, Statement
from forensics.records.service import AlertGroup, Alerting
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Micros
from forensics.store import Store

# The order of the report's alert rows, which groups refer to by number.
ORDER = ("time", "component", "name", "file", "record")
# Alerts lag what they watch, and the first may come before the window that requests show.
LEAD, LAG = 30 * MINUTE, 60 * MINUTE
FLAPS, FLAP_WINDOW = 3, 60 * MINUTE
ROLES = ("cause", "symptom", "early", "unrelated")
LARGE = 5


@dataclass(frozen=True, slots=True)
class _Alert:
    number: int
    time: Micros | None
    component: str
    name: str
    evidence: tuple[RecordEvidence, ...]


def group(store: Store, windows: Windows, ranking: Ranking) -> Alerting:
    """Groups by role and component: the cause first, then symptoms as they came, then what has nothing to do with it."""
    alerts = _read(store)
    origin = ranking.candidates[0].component if ranking.candidates and windows.source != "none" else ""
    reached = {each.component for each in ranking.blast_radius} | {origin} - {""}
    sorted_out: dict[tuple[int, str], list[_Alert]] = {}
    for each in alerts:
        role = _role(each, windows, origin, reached)
        sorted_out.setdefault((ROLES.index(role), each.component), []).append(each)
    keys = sorted(sorted_out, key=lambda key: (key[0], _first(sorted_out[key]) or 0, key[1]))
    groups = tuple(_group(ROLES[key[0]], rank, sorted_out[key]) for rank, key in enumerate(keys, start=1))
    telling = {(each.component, each.name) for key in keys if key[0] < 2 for each in sorted_out[key]}
    noise = 1 - len(telling) / len(alerts) if alerts and windows.source != "none" else None
    return Alerting(groups, len(alerts), noise, tuple(_silent(windows, ranking, origin, sorted_out)))


def _read(store: Store) -> list[_Alert]:
    rows = store.scan("alerts").sort(*ORDER, nulls_last=True).with_columns(pl.col("time").to_physical()).collect()
    return [
        _Alert(
            number, row["time"], row["component"] or "", row["name"] or "",
            (RecordEvidence(row["file"], row["record"], row["name"]),) if row["record"] and row["name"] else (),
        )
        for number, row in enumerate(rows.iter_rows(named=True))
    ]  # fmt: skip


def _role(each: _Alert, windows: Windows, origin: str, reached: set[str]) -> str:
    incident = windows.incident
    if windows.source == "none" or each.time is None or each.time >= incident.end + LAG:
        return "unrelated"
    if each.time < incident.start - LEAD:
        return "early" if each.component in reached else "unrelated"
    if each.component == origin:
        return "cause"
    return "symptom" if each.component in reached or not each.component else "unrelated"


def _first(members: Sequence[_Alert]) -> Micros | None:
    return min((each.time for each in members if each.time is not None), default=None)


def _group(role: str, rank: int, members: Sequence[_Alert]) -> AlertGroup:
    times: dict[str, list[Micros]] = {}
    for each in members:
        times.setdefault(each.name, []).extend([each.time] if each.time is not None else [])
    names = sorted(times)
    flapping = sum(_flaps(sorted(every)) for every in times.values())
    duplicates = len(members) - len(names)
    stamps = [each.time for each in members if each.time is not None]
    values: dict[str, Scalar] = {
        "role": role, "n": len(members), "names": ", ".join(names[:LARGE]), "more": max(0, len(names) - LARGE),
        "duplicates": duplicates, "flapping": flapping, "component": members[0].component,
    }  # fmt: skip
    return AlertGroup(
        members[0].component, names[0] if len(names) == 1 else f"{len(names)} alerts", role, rank, min(stamps, default=None),
        max(stamps, default=None), tuple(each.number for each in members), duplicates, flapping,
        Statement("impact.alert_group", values), tuple(one for each in members[:LARGE] for one in each.evidence),
    )  # fmt: skip


def _flaps(times: Sequence[Micros]) -> bool:
    return any(later - first <= FLAP_WINDOW for first, later in zip(times, times[FLAPS - 1 :], strict=False))


def _silent(
    windows: Windows, ranking: Ranking, origin: str, sorted_out: dict[tuple[int, str], list[_Alert]]
) -> list[Statement]:
    """Where the incident began, and what it reached, that no alert named."""
    if windows.source == "none":
        return []
    named = {component for role, component in sorted_out if role < 2}
    if not named:
        return [Statement("impact.no_alert", {"component": origin})]
    quiet = [each for each in ranking.blast_radius if each.component not in named and each.component != origin]
    found = [] if origin in named or not origin else [Statement("impact.silent_cause", {"component": origin})]
    return found + [Statement("impact.silent", {"component": each.component}, each.evidence) for each in quiet[:LARGE]]
