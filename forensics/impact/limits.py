"""Quantities that have a limit: what a metric's name and its neighbours say about how far it can go."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from forensics.impact import gains
from forensics.measuring import labelled
from forensics.records.window import Micros
from forensics.store import Store

USED = re.compile(r"(?i)(_|\b)(in_use|used|usage|active|allocated|current|depth|count|length)(_|\b)")
LIMIT = re.compile(r"(?i)(_|\b)(size|max|limit|capacity|total|quota)(_|\b)")
SHARE = re.compile(r"(?i)(ratio|percent|pct|utili[sz]ation)")
FREE = re.compile(r"(?i)(_|\b)(free|avail|available|remaining|left)(_|\b)")
EXPIRY = re.compile(r"(?i)(cert|ssl|tls|x509).*(expir|not_after|days)")
KINDS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("certificate", EXPIRY),
    ("disk", re.compile(r"(?i)disk|filesystem|(^|_)fs(_|$)|volume|inode|storage")),
    ("memory", re.compile(r"(?i)mem|heap|swap")),
    ("connections", re.compile(r"(?i)conn|pool|thread|worker|socket|file_desc|(^|_)fds?(_|$)")),
    ("queue", re.compile(r"(?i)queue|lag|backlog|pending")),
    ("quota", re.compile(r"(?i)quota|rate_limit|credit")),
)
# Words that a quantity and its limit do not share.
NOISE = {"in", "use", "used", "usage", "active", "allocated", "current", "size", "max", "limit", "capacity", "total", "quota",
         "bytes", "count", "depth", "length", "s"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounded:
    """A quantity with its limit: samples by time, the series behind them; it falls towards the limit where ``falls``."""

    kind: str
    component: str
    metric: str
    labels: tuple[tuple[str, str], ...]
    samples: tuple[tuple[Micros, float], ...]
    limit: float
    unit: str
    falls: bool
    series: int


def find(store: Store) -> Iterator[Bounded]:
    """Every quantity with a limit, sorted by component and metric."""
    rows = store.scan("series").sort("component", "metric", "labels", "series_id").collect().to_dicts()
    for row in rows:
        metric = str(row["metric"])
        kind = next((name for name, pattern in KINDS if pattern.search(metric)), "")
        if not kind or kind == "certificate":
            continue
        if SHARE.search(metric):
            yield from _share(store, row, kind)
        elif FREE.search(metric):
            yield _made(row, kind, samples(store, [row["series_id"]]), 0.0, falls=True)
        elif USED.search(metric):
            yield from _paired(store, row, kind, rows)


def samples(store: Store, ids: Sequence[int]) -> tuple[tuple[Micros, float], ...]:
    """The finite samples of series, summed where several have the same instant."""
    totals: dict[Micros, float] = {}
    for _, time, value in gains.scrapes(store, ids).sort("time", "series_id").rows():
        totals[time] = totals.get(time, 0.0) + value
    return tuple(totals.items())


def _made(
    row: Mapping[str, object], kind: str, seen: tuple[tuple[Micros, float], ...], limit: float, *, falls: bool
) -> Bounded:
    labels = labelled(str(row["labels"] or "{}"), str(row["peer"] or ""))
    return Bounded(
        kind, str(row["component"]), str(row["metric"]), labels, seen, limit, str(row["unit"] or ""), falls, int(str(row["series_id"]))
    )  # fmt: skip


def _share(store: Store, row: Mapping[str, object], kind: str) -> Iterator[Bounded]:
    """A ratio runs up to 1, a percentage up to 100; where both are possible the values tell."""
    seen = samples(store, [int(str(row["series_id"]))])
    top = max((value for _, value in seen), default=0.0)
    if seen and 0 < top <= 105 and not FREE.search(str(row["metric"])):
        yield _made(
            row, kind, seen, 1.0 if top <= 1.05 and "perc" not in str(row["metric"]).lower() else 100.0, falls=False
        )


def _paired(
    store: Store, row: Mapping[str, object], kind: str, rows: Sequence[Mapping[str, object]]
) -> Iterator[Bounded]:
    """A quantity whose component also states the limit, under a name with the same words."""
    words = _words(str(row["metric"]))
    own = dict(labelled(str(row["labels"] or "{}"), ""))
    for other in rows:
        if other["component"] != row["component"] or not LIMIT.search(str(other["metric"])) or other is row:
            continue
        theirs = dict(labelled(str(other["labels"] or "{}"), ""))
        shared = {key: value for key, value in theirs.items() if key != "__name__"}
        if (
            not words
            or _words(str(other["metric"])) != words
            or any(own.get(key) != value for key, value in shared.items())
        ):
            continue
        whole = samples(store, [int(str(other["series_id"]))])
        parts = [each for each in rows if _is_part(each, row, shared)]
        # Of several holders of one limit the sum counts, told once.
        if whole and whole[-1][1] > 0 and parts and parts[0] is row:
            seen = samples(store, [int(str(each["series_id"])) for each in parts])
            yield _made(row, kind, seen, whole[-1][1], falls=False)
        return


def _is_part(each: Mapping[str, object], row: Mapping[str, object], shared: Mapping[str, str]) -> bool:
    labels = dict(labelled(str(each["labels"] or "{}"), ""))
    return (
        each["component"] == row["component"]
        and each["metric"] == row["metric"]
        and all(labels.get(key) == value for key, value in shared.items())
    )


def _words(metric: str) -> frozenset[str]:
    return frozenset(word for word in re.split(r"[^a-z0-9]+", metric.lower()) if word and word not in NOISE)


def certificates(store: Store) -> Iterator[tuple[Bounded, float]]:
    """Certificates with the seconds that they are valid after their last sample."""
    rows = store.scan("series").sort("component", "metric", "labels", "series_id").collect().to_dicts()
    for row in rows:
        if EXPIRY.search(str(row["metric"])):
            seen = samples(store, [row["series_id"]])
            if seen:
                at, value = seen[-1]
                left = (
                    value - at / 1e6 if value > 1e9 else value * (86_400 if "day" in str(row["metric"]).lower() else 1)
                )
                yield _made(row, "certificate", seen, 0.0, falls=True), left
