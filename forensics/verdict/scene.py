"""What broke first and since when, in the terms that changes are tried in."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.clock import micros
from forensics.library import Library
from forensics.records.cause import Ranking
from forensics.records.evidence import LineEvidence, RecordEvidence
from forensics.records.finding import Finding, Findings
from forensics.records.signal import Detected, Signal, Windows
from forensics.records.window import Micros
from forensics.store import Store
from forensics.verdict import shipping, trial
from forensics.verdict.trial import Scene
from forensics.verdict.words import split

# Failure modes at the component whose causes count, and signals whose words do.
MOST_MODES, MOST_SIGNALS = 3, 40
# The causes of a failure mode that fits less well than the first.
SECOND = 0.7
# A metric with no more different values than this stands still between steps.
STEPS = 6
# Of a longer diff the rest says the same words again.
MOST_CHARACTERS = 20_000


def build(
    store: Store, windows: Windows, detected: Detected, findings: Findings, ranking: Ranking, library: Library,
    first: str, mode: Finding | None, surge: Finding | None, diffs: Mapping[str, Counter[str]],
) -> Scene:  # fmt: skip
    """The scene at ``first``, where ``mode`` is what broke and ``surge`` that more was asked of it."""
    said = library.load("models", "causal")["change_effects"]
    fitting = [each for each in findings.modes if each.component == first]
    fitting = ([mode] if mode in fitting else []) + [each for each in fitting if each is not mode]
    causes = {"load": 1.0} if surge else {}
    for each in fitting[:MOST_MODES]:
        for word in each.definition.get("causes", ()):
            causes.setdefault(word, 1.0 if each is fitting[0] else SECOND)
    onset = mode.onset if mode is not None and mode.onset is not None else windows.marks.onset or windows.incident.start
    here = [each for each in detected.signals if each.component == first]
    below = dependencies(first, ranking) | clients(first, ranking, stores(store))
    return Scene(
        first, below, max(onset, windows.incident.start - 2 * trial.TOLERANCE), causes,
        frozenset(word for each in here for word in said["symptom"].get(_hurt(each), ())), said_by(here, diffs),
        _levels(store, {first, *below}),
        said["kind"], shipping.index(findings.changes),
    )  # fmt: skip


def _hurt(signal: Signal) -> str:
    """The quantity that moved to the worse."""
    if signal.kind == "template_rate":
        return "errors" if signal.quantity == "errors" and signal.direction > 0 else ""
    wrong = -1 if signal.quantity in ("availability", "cache") else 1
    return signal.quantity if signal.direction == wrong else ""


def _levels(store: Store, components: set[str]) -> tuple[tuple[Micros, float, float], ...]:
    """Steps of metrics that stand still otherwise, as settings do that are exported."""
    series = store.scan("series").filter(pl.col("component").is_in(sorted(components))).select("series_id")
    rows = store.scan("metrics").join(series, on="series_id", how="semi").collect().sort("series_id", "time", "value")
    few = rows.group_by("series_id").agg(pl.col("value").n_unique().alias("n")).filter(pl.col("n").is_between(2, STEPS))
    rows = rows.join(few, on="series_id", how="semi").sort("series_id", "time", "value")
    steps = rows.with_columns(pl.col("value").shift(1).over("series_id").alias("before")).filter(
        pl.col("before").is_not_null() & (pl.col("before") != pl.col("value"))
    )
    return tuple(
        sorted((micros(time), before, value) for time, before, value in steps.select("time", "before", "value").rows())
    )


def stores(store: Store) -> frozenset[str]:
    """Databases, caches and queues."""
    kinds = pl.col("kind").is_in(["database", "cache", "queue"])
    return frozenset(store.scan("components").filter(kinds).select("component").collect()["component"].to_list())


def clients(first: str, ranking: Ranking, known: frozenset[str]) -> frozenset[str]:
    """What uses a store: what a client asks of it, or a migration that ships with it, can break the store."""
    return frozenset(edge.source for edge in ranking.edges if edge.target == first) if first in known else frozenset()


def dependencies(first: str, ranking: Ranking) -> frozenset[str]:
    """Everything that ``first`` depends on, at any distance."""
    targets: dict[str, set[str]] = {}
    for edge in ranking.edges:
        targets.setdefault(edge.source, set()).add(edge.target)
    waiting, below = [first], set[str]()
    while waiting:
        for target in sorted(targets.get(waiting.pop(), ())):
            if target not in below:
                below.add(target)
                waiting.append(target)
    return frozenset(below)


def diff_words(store: Store) -> Mapping[str, Counter[str]]:
    """The words of the changed lines of every diff, by the id of its change."""
    rows = store.scan("changes").filter(pl.col("diff") != "").select("id", "ref", "diff").collect().rows()
    return {
        identity or ref: split(
            "\n".join(
                line
                for line in diff[:MOST_CHARACTERS].splitlines()
                if line[:1] in ("+", "-") and line[:3] not in ("+++", "---")
            )
        )
        for identity, ref, diff in sorted(rows)
    }


def said_by(signals: Sequence[Signal], diffs: Mapping[str, Counter[str]]) -> Mapping[str, float]:
    """Words that the system said during the incident, weighted by how rare they are among the changes' words."""
    total = max(1, len(diffs))
    seen = Counter(word for counted in diffs.values() for word in counted)
    weights: dict[str, float] = {}
    for signal in [each for each in signals if each.direction > 0][:MOST_SIGNALS]:
        quoted = [item.text for item in signal.evidence[:2] if isinstance(item, LineEvidence | RecordEvidence)]
        for word in split(" ".join([signal.subject, *quoted])):
            weights[word] = math.log((total + 1) / (seen.get(word, 0) + 1))
    return weights
