"""Finding incidents: by words, and by likeness to another.

Two scores are added as z-scores over the incidents looked at: BM25 over words, and the product of the
fingerprints. Measured on public post-mortems this beat either alone and reciprocal ranks.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from forensics.errors import UsageError
from forensics.history.features import fact, terms, wanted
from forensics.history.files import id_of
from forensics.history.index import Index
from forensics.history.postings import Floats, key
from forensics.history.segments import UNDATED, Segment, fingerprint, weight
from forensics.history.words import tokens
from forensics.records.history import Wanted

ASKED = 0.5
"""How much the fingerprint of a query in words counts against the words: who knows what to ask for says so in words."""
TOLD = 1.0
"""The same for a whole text, whose words are many and mostly about other things than the cause."""
MEASURED = 2.0
"""The same for a fingerprint that comes from evidence: it was measured, where words are chance."""
MOST_TERMS = 256
# Scores that differ by less are equal: their last digits depend on how a processor adds.
DIGITS = 6

# Words that a person would name as a reason: no numbers, no times.
WORD = re.compile(r"[^\W\d_]{3,}")

Facts = Mapping[str, Sequence[tuple[str, float]]]


def ranked(
    index: Index, text: str, facts: Facts, asked: Wanted, structure: float, most: int
) -> list[tuple[str, float, float]]:
    """Names, scores and likeness (0 to 1) of the incidents nearest to a text and a fingerprint, the best first.

    Raises:
        UsageError: there is no word and no fingerprint to look for.
    """
    counts = _query(text)
    hashed = {group: [(key(fact(group, name)), value) for name, value in rows] for group, rows in facts.items()}
    if not counts and not any(hashed.values()):
        raise UsageError(
            "there is nothing to search for", hint="Give a word or two that says something, as 'pool timeout'."
        )
    parts = index.parts()
    keep = _kept(index, parts, asked)
    if not keep.any():
        return []
    rarest = _rarest(index, counts)
    vector = fingerprint(hashed, index.frozen)
    words = np.concatenate([part.text.scores(rarest) for part in parts])
    likeness = np.concatenate([part.facts.scores(vector) for part in parts])
    total = _z(words, keep) + structure * _z(likeness, keep)
    hits = np.flatnonzero(keep & ((words > 0) | (likeness > 0)))
    whole = weight(hashed) or 1.0
    best = hits[np.argsort(-total[hits], kind="stable")][: most + 64]
    rows = [
        (_name(parts, at), round(float(total[at]), DIGITS), min(1.0, float(likeness[at]) / whole))
        for at in best.tolist()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:most]


def _query(text: str) -> dict[int, float]:
    counts: dict[int, float] = {}
    for term in terms(text):
        counts[key(term)] = counts.get(key(term), 0.0) + 1.0
    return counts


def _rarest(index: Index, counts: dict[int, float]) -> dict[int, float]:
    """The terms of a query that say most; those of a long text are thousands, and common ones cost most and say least."""
    ordered = np.array(sorted(counts), dtype=np.uint64)
    rarity = index.frozen.rarity(ordered) * np.array([counts[term] for term in ordered.tolist()])
    best = np.argsort(-rarity, kind="stable")[:MOST_TERMS]
    return {term: counts[term] for term in ordered[best].tolist()}


def _name(parts: Sequence[Segment], at: int) -> str:
    for part in parts:
        if at < len(part.names):
            return part.names[at]
        at -= len(part.names)
    raise IndexError(at)


def _kept(index: Index, parts: Sequence[Segment], asked: Wanted) -> NDArray[np.bool_]:
    keep = np.ones(sum(len(part.names) for part in parts), dtype=np.bool_)
    for kind, value in (("component", asked.component), ("severity", asked.severity), ("cause", asked.cause)):
        if value:
            keep &= np.concatenate([part.filters.holders(wanted(kind, value)) for part in parts])
    if asked.since is not None or asked.until is not None:
        times = np.concatenate([part.times for part in parts])
        keep &= times != UNDATED
        keep &= times >= asked.since if asked.since is not None else True
        keep &= times < asked.until if asked.until is not None else True
    for name in index.gone | asked.apart_from:
        for at in np.flatnonzero(
            np.concatenate([part.filters.holders(wanted("id", id_of(name))) for part in parts])
        ).tolist():
            keep[at] &= _name(parts, at) != name
    return keep


def of_id(index: Index, reference: str) -> list[str]:
    """The names of the incidents with an id."""
    parts = index.parts()
    rows = np.flatnonzero(np.concatenate([part.filters.holders(wanted("id", reference)) for part in parts]))
    return sorted(name for name in {_name(parts, at) for at in rows.tolist()} if name not in index.gone)


def _z(values: Floats, keep: NDArray[np.bool_]) -> Floats:
    """Deviations from the mean of the kept values in standard deviations; 0 where they are all equal."""
    seen = values[keep]
    spread = float(seen.std())
    return (values - float(seen.mean())) / spread if spread > 1e-12 else np.zeros(len(values))


def common_words(index: Index, query: str, text: str, most: int = 6) -> tuple[str, ...]:
    """The words that a query and a text have in common, as the query spells them, the rarest first."""
    there = set(tokens(text))
    found: dict[str, str] = {}
    for word in WORD.findall(query):
        for token in tokens(word):
            if token in there:
                found.setdefault(token, word)
    rarity = index.frozen.rarity(np.array([key(token) for token in found], dtype=np.uint64))
    ordered = sorted(
        zip(rarity.tolist(), found.values(), strict=True), key=lambda row: (-round(row[0], DIGITS), row[1])
    )
    return tuple(dict.fromkeys(word for _, word in ordered))[:most]


def shared(query: Facts, other: Facts) -> tuple[tuple[str, str], ...]:
    """The parts that two fingerprints have in common, group by group."""
    return tuple(
        (group, name)
        for group, rows in query.items()
        for name in sorted({name for name, _ in rows} & {name for name, _ in other.get(group, ())})
    )
