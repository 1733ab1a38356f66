"""Why a verdict is what it is: the judgement run again on a finished case, with and without single facts."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from forensics import causal, findings, signals, verdict
from forensics.analysis import ASKED
from forensics.clock import micros
from forensics.library import Library
from forensics.records.cause import Ranking, Verdict
from forensics.records.finding import Change, Findings
from forensics.records.signal import Detected, Windows
from forensics.records.window import Marks, Window
from forensics.store import Store, existing

# Sets of facts are tried one by one, then in pairs of the first so many.
MOST_ALONE, MOST_PAIRED = 24, 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A fact that can be left out: a signal, a failure mode, a change, or one fact of a change's code."""

    kind: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Matter:
    """A case with everything that the judgement rests on, and the verdict that follows."""

    store: Store
    library: Library
    windows: Windows
    detected: Detected
    findings: Findings
    ranking: Ranking
    verdict: Verdict
    symptom: tuple[str, str]


def reopen(case: Path, report: Mapping[str, Any], library: Library) -> Matter:
    """The judgement of a finished case, run again from its tables and from the window that its report names.

    Raises:
        UsageError: there is no case in ``case``.
    """
    store = existing(case)
    windows = _windows(report["incident"])
    symptom = _asked(case)
    detected = signals.detect(store, windows, library)
    found = findings.match(store, windows, detected, library)
    ranking = causal.rank(store, windows, detected, found, library, *symptom)
    decided = verdict.decide(store, windows, detected, found, ranking, library)
    return Matter(store, library, windows, detected, found, ranking, decided, symptom)


def _asked(case: Path) -> tuple[str, str]:
    try:
        said = json.loads((case / ASKED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return "", ""
    return str(said.get("service", "")), str(said.get("metric", ""))


def _windows(incident: Mapping[str, Any]) -> Windows:
    marks = {name: _time(value) for name, value in incident["marks"].items()}
    said = incident["window"]
    return Windows(
        _window(said), said["source"], tuple(_window(each) for each in incident.get("baselines", ())), Marks(**marks)
    )


def _window(said: Mapping[str, str]) -> Window:
    return Window(_time(said["start"]) or 0, _time(said["end"]) or 0)


def _time(text: str | None) -> int | None:
    return None if text is None else micros(datetime.fromisoformat(text))


def without(matter: Matter, left_out: frozenset[Piece]) -> Verdict:
    """The verdict if some facts were not known."""
    keys = {(each.kind, each.key) for each in left_out}
    kept = tuple(each for at, each in enumerate(matter.detected.signals) if ("signal", str(at)) not in keys)
    modes = tuple(each for each in matter.findings.modes if ("mode", f"{each.mode}@{each.component}") not in keys)
    changes = tuple(_stripped(each, keys) for each in matter.findings.changes if ("change", each.id) not in keys)
    detected, found = replace(matter.detected, signals=kept), replace(matter.findings, modes=modes, changes=changes)
    ranking = matter.ranking
    if any(each.kind in ("signal", "mode") for each in left_out):
        ranking = causal.rank(matter.store, matter.windows, detected, found, matter.library, *matter.symptom)
    return verdict.decide(matter.store, matter.windows, detected, found, ranking, matter.library)


def _stripped(change: Change, keys: set[tuple[str, str]]) -> Change:
    facts = tuple(each for at, each in enumerate(change.facts) if ("fact", f"{change.id}#{at}") not in keys)
    if len(facts) == len(change.facts):
        return change
    # What is left of a change is as risky as what is known of it.
    return replace(change, facts=facts or change.facts[:0], risk=max((each.risk for each in facts), default=0.15))


def standing(decided: Verdict, kind: str, name: str) -> str:
    """How a verdict stands to a change (guilty, cleared, possible), a component or a failure mode (first, not first)."""
    if kind == "change":
        return next((each.verdict for each in decided.judgements if each.change_id == name), "not judged")
    value = decided.first_failing_component if kind == "component" else decided.failure_mode
    return "first" if value == name else "not first"


def turning(matter: Matter, kind: str, name: str) -> tuple[tuple[Piece, ...], Verdict] | None:
    """The smallest set of facts without which the verdict on ``name`` is another, and that verdict; None where none was found.

    Every single fact is tried, then pairs of the nearest ones.
    """
    now = standing(matter.verdict, kind, name)
    pieces = list(_pieces(matter, kind, name))
    tries = [(each,) for each in pieces[:MOST_ALONE]] + list(combinations(pieces[:MOST_PAIRED], 2))
    for some in tries:
        decided = without(matter, frozenset(some))
        if standing(decided, kind, name) != now:
            return some, decided
    return None


def _pieces(matter: Matter, kind: str, name: str) -> Iterator[Piece]:
    """Facts that may bear on ``name``, the nearest first."""
    first = name if kind == "component" else matter.verdict.first_failing_component
    if kind == "change":
        own = next(each for each in matter.findings.changes if each.id == name)
        for at, fact in enumerate(own.facts):
            yield Piece("fact", f"{own.id}#{at}", f"{fact.kind.replace('_', ' ')}: {fact.subject or 'what it does'}")
        heavy = sorted(
            matter.verdict.judgements, key=lambda each: (each.verdict != "guilty", -each.weight, each.change_id)
        )
        titles = {each.id: f"the {each.kind} {each.title or each.id}" for each in matter.findings.changes}
        for each in [one for one in heavy if one.change_id != name and one.weight > 0][:4]:
            yield Piece("change", each.change_id, titles[each.change_id])
    here = {first, name} if kind != "change" else {first}
    for mode in [each for each in matter.findings.modes if each.component in here or each.mode == name][:4]:
        yield Piece(
            "mode", f"{mode.mode}@{mode.component}", f"that {mode.definition['title'].lower()} fits at {mode.component}"
        )
    for at, signal in enumerate(matter.detected.signals):
        if signal.component in here:
            yield Piece("signal", str(at), f"{signal.kind.replace('_', ' ')} of {signal.subject} at {signal.component}")
