"""Failure modes that the signals fit, by ``models/failure_modes/``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from forensics.errors import DefinitionError
from forensics.findings import attempts, instances, machines
from forensics.findings.fact import Fact
from forensics.library import Library
from forensics.measuring import within
from forensics.records.evidence import Evidence, LineEvidence, RecordEvidence, SeriesEvidence, Skipped, Statement
from forensics.records.finding import Finding
from forensics.records.signal import Detected, Signal, Windows
from forensics.store import Store

# What each kind of signal counts as in a definition's ``signal``.
KINDS: Mapping[str, str] = {
    "template_rate": "template",
    "level_shift": "metric",
    "state_event": "state",
    "span_errors": "span",
    "request_errors": "request",
    "request_latency": "request",
}
# Facts that only a comparison over the whole case gives are asked for by their own kind.
WHENS = {"template", "metric", "state", "span", "request", "alert", "external", "surge", "uneven", "sign_ins", "any"}
# A metric that moves the wrong way says nothing for a failure.
BETTER: Mapping[str, int] = {"availability": 1}
FALLS_WORSE = re.compile(r"(?i)free|avail|ready|remaining|success|hit|expir|until|balance|credit")
SURGE = 1.5
PERCENT = re.compile(r"(?i)%|percent|pct|utili[sz]ation")
RATIO = re.compile(r"(?i)ratio|share|fraction")
ANY = {"template", "state", "span", "metric", "alert", "uneven", "sign_ins"}
# What the part itself shows: not what an alert claims.
SHOWN = {"template", "state", "metric"}
# Labels that say which kind of a metric a series counts, and not whose it is.
TELLING = {"mode", "reason", "result", "rcode", "response_flags", "state"}
# What an alert says was not seen is no sign of it.
NEGATED = re.compile(r"(?i)\b(no|not|without|never)\b[^.;,]*")
# What an alert claims counts less than what data shows.
CLAIMED = 0.7


def match(
    store: Store, windows: Windows, detected: Detected, library: Library
) -> tuple[tuple[Finding, ...], tuple[Skipped, ...]]:
    """Findings with a fit of at least one half, best first, and what could not be tested."""
    definitions = load(library)
    signals = machines.placed(store, detected.signals)
    facts = [*_from_signals(signals), *_from_state(store, windows), *_from_alerts(store)]
    facts += [*instances.facts(store, windows), *attempts.facts(store, windows, signals)]
    by_component: dict[str, list[Fact]] = {}
    for fact in facts:
        by_component.setdefault(fact.component, []).append(fact)
    found = [
        finding
        for component, group in sorted(by_component.items())
        for name, said in definitions.items()
        if (finding := fit(name, said, component, group)) is not None
    ]
    missing = tuple(
        Skipped("failure modes told by " + what, f"no {table} in the bundle")
        for table, what in (("logs", "log messages"), ("metrics", "metrics"), ("state", "cluster state"))
        if not store.has(table)
    )
    return tuple(sorted(found, key=_order)), missing


def _order(finding: Finding) -> tuple[float, float, int, str, str]:
    onset = finding.onset if finding.onset is not None else 1 << 62
    return (-round(finding.fit, 6), -float(len(finding.fits)), onset, finding.component, finding.mode)


def load(library: Library) -> Mapping[str, Mapping[str, Any]]:
    """Definitions by name, checked.

    Raises:
        DefinitionError: some definition lacks a key or has a pattern that does not compile; all are listed.
    """
    definitions = library.load("models", "failure_modes")
    faults: list[str] = []
    for name, said in definitions.items():
        faults += [
            f"models/failure_modes/{name}.toml: no {key}"
            for key in ("title", "category", "when", "sample")
            if key not in said
        ]
        for row in (*said.get("when", ()), *said.get("unless", ()), {"match": said.get("seat", "")}):
            try:
                re.compile(row["match"])
            except (re.error, KeyError) as error:
                faults.append(f"models/failure_modes/{name}.toml: bad match: {error}")
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct these definitions.")
    return definitions


def fit(name: str, said: Mapping[str, Any], component: str, facts: Sequence[Fact]) -> Finding | None:
    """How far facts at one component fit a definition; None below one half or where something needed is missing."""
    total = sum(float(row.get("weight", 1.0)) for row in said["when"])
    got = 0.0
    fits: list[Statement] = []
    onsets: list[int] = []
    for row in said["when"]:
        best = _best(row, facts)
        if best is None:
            if row.get("needed"):
                return None
            continue
        got += float(row.get("weight", 1.0)) * (CLAIMED if best.kind == "alert" else 1.0)
        values = {"component": component, "subject": best.subject, "kind": best.kind, "onset_at": best.onset}
        fits.append(Statement("findings.fits", values, best.evidence))
        onsets += [best.onset] if best.onset is not None else []
    against = [_against(row, best) for row in said.get("unless", ()) if (best := _best(row, facts)) is not None]
    degree = got / total - 0.5 * len(against)
    if degree < 0.5:
        return None
    return Finding(
        name, said["category"], component, degree, min(onsets, default=None), tuple(fits), tuple(against), (), said,
        _is_seated(said, facts),
    )  # fmt: skip


def _is_seated(said: Mapping[str, Any], facts: Iterable[Fact]) -> bool:
    """Whether the part that the mode is a failure of speaks here itself, by its ``seat``."""
    seat = said.get("seat")
    return seat is not None and any(each.kind in SHOWN and re.search(seat, each.subject) for each in facts)


def _against(row: Mapping[str, Any], fact: Fact) -> Statement:
    return Statement("findings.against", {"subject": fact.subject, "kind": fact.kind}, fact.evidence)


def _best(row: Mapping[str, Any], facts: Iterable[Fact]) -> Fact | None:
    pattern = re.compile(row["match"])
    kinds = ANY if row["signal"] == "any" else {row["signal"]}
    least = float(row.get("least", 0.0))
    found = [each for each in facts if each.kind in kinds and pattern.search(each.subject)]
    if "share" in row and any(each.share is not None for each in found):
        # Where the share is measured, amounts without a limit say nothing more.
        found = [each for each in found if each.share is not None and each.share >= row["share"]]
    hits = [each for each in found if each.size >= least]
    return max(hits, key=lambda each: (each.kind != "alert", each.size, each.subject), default=None)


def _from_signals(signals: Sequence[Signal]) -> Iterable[Fact]:
    for each in signals:
        kind = KINDS.get(each.kind)
        if kind == "template" and each.direction < 0:
            continue
        if kind == "metric":
            wrong = -1 if each.quantity in ("availability", "cache") or FALLS_WORSE.search(each.subject) else 1
            if (
                each.quantity == "traffic"
                and each.direction > 0
                and each.before
                and (each.during or 0) > SURGE * each.before
            ):
                yield Fact("surge", each.component, each.subject, each.onset, each.evidence, each.size)
            if each.direction != wrong:
                continue
        if kind:
            subject = " ".join([each.subject, *_told(each.evidence[:1])])
            yield Fact(kind, each.component, subject, each.onset, each.evidence, each.size, _share(each))


def _share(signal: Signal) -> float | None:
    """What a measure reached of its limit, where its name says that it is a share."""
    if signal.kind != "level_shift" or signal.during is None:
        return None
    if PERCENT.search(f"{signal.subject} {signal.unit}"):
        return signal.during / 100
    return signal.during if RATIO.search(signal.subject) and signal.during <= 1 else None


def _told(evidence: Sequence[Evidence]) -> Iterable[str]:
    """What the subject hides: the values in a template's line, and which kind of its metric a series counts."""
    for item in evidence:
        if isinstance(item, LineEvidence):
            yield item.text
        elif isinstance(item, SeriesEvidence):
            yield from (value for key, value in item.labels if key in TELLING)


def _from_state(store: Store, windows: Windows) -> Iterable[Fact]:
    """State rows in or shortly before the incident, or without a time; status pages count for every component."""
    from forensics.records.window import MINUTE, Window

    near = Window(windows.incident.start - 30 * MINUTE, windows.incident.end)
    rows = store.scan("state").filter(pl.col("time").is_null() | within(near)).sort("file", "line", "record").collect()
    components = (
        store.scan("components").filter(pl.col("kind") == "service").select("component").collect()["component"].sort()
    )
    for row in rows.iter_rows(named=True):
        onset = int((row["time"] - row["time"].__class__(1970, 1, 1)).total_seconds() * 1e6) if row["time"] else None
        evidence = (RecordEvidence(row["file"], row["record"], str(row["message"])[:300]),) if row["record"] else ()
        said = f"{row['reason']} {row['message']}"
        if row["kind"] == "external":
            yield from (Fact("external", name, said, onset, evidence, 5.0) for name in components)
        elif row["kind"] != "pod" or row["message"] not in ("Running", "Succeeded"):
            yield Fact("state", row["component"], said, onset, evidence, 5.0)


def _from_alerts(store: Store) -> Iterable[Fact]:
    rows = (
        store.scan("alerts").filter(~pl.col("state").str.to_lowercase().is_in(["ok", "normal", "resolved"])).collect()
    )
    for row in rows.sort("file", "record").iter_rows(named=True):
        evidence = (RecordEvidence(row["file"], row["record"], str(row["name"])[:300]),) if row["record"] else ()
        said = NEGATED.sub(" ", f"{row['name']} {row['metric']} {row['summary']}")
        yield Fact("alert", row["component"], said, None, evidence, 1.0)
