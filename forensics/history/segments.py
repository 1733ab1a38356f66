"""Incidents made ready to be scored: BM25 over their words, and their fingerprints.

The main segment carries the statistics (how rare a term is, how long a text is). Incidents added later are scored with
the same, frozen statistics, so that adding one costs what one costs; they are folded in when they are many.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import bm25s
import numpy as np
from numpy.typing import NDArray

from forensics.history import postings
from forensics.history.features import Entry
from forensics.history.postings import Floats, Postings
from forensics.records.history import GROUPS

K1, B = 1.5, 0.75
UNDATED = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Segment:
    """Incidents by row: file names, starts (microseconds, UNDATED where unknown), words, fingerprints and filters."""

    names: Sequence[str]
    times: NDArray[np.int64]
    text: Postings
    facts: Postings
    filters: Postings


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the main segment knows about terms: it stays as it is until the next folding."""

    text: Postings
    facts: Postings
    average_length: float

    def rarity(self, terms: NDArray[np.uint64]) -> Floats:
        """Inverse document frequency of words: ``ln(1 + (N - n + 0.5) / (n + 0.5))`` (Lucene's BM25)."""
        return _rarity(self.text.frequencies(terms), self.text.count)

    def fact_rarity(self, facts: NDArray[np.uint64]) -> Floats:
        """The same for parts of a fingerprint."""
        return _rarity(self.facts.frequencies(facts), self.facts.count)


def _rarity(n: NDArray[np.int64], total: int) -> Floats:
    return np.log1p((total - n + 0.5) / (n + 0.5))


class _Ranks:
    """The terms of each incident as ranks, one list at a time: all at once they would fill the memory."""

    def __init__(self, ranks: NDArray[np.int64], lengths: Sequence[int]) -> None:
        self._ranks, self._ends = ranks, np.cumsum(lengths)

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[list[int]]:
        start = 0
        for end in self._ends.tolist():
            yield self._ranks[start:end].tolist()
            start = end


def main(entries: Sequence[Entry]) -> tuple[Segment, Statistics]:
    """A segment with statistics of its own, scored by ``bm25s``."""
    lengths = [len(each.terms) for each in entries]
    flat = np.concatenate([each.terms for each in entries]) if entries else np.zeros(0, np.uint64)
    known, places = np.unique(flat, return_inverse=True)
    text = Postings(known, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), len(entries))
    if len(flat):
        scorer = bm25s.BM25(k1=K1, b=B, method="lucene", csc_backend="numpy")
        ranks = _Ranks(places.astype(np.int64), lengths)
        scored = scorer.build_index_from_ids(range(len(known)), ranks, show_progress=False)
        text = Postings(known, scored["indptr"], scored["indices"], scored["data"], len(entries))
    counted = Statistics(text, _facts(entries, None), sum(lengths) / len(lengths) if lengths else 0.0)
    segment = Segment(*_rows(entries), text, _facts(entries, counted), _filters(entries))
    # The frequencies of facts are the same in both; only one needs to be kept.
    return segment, replace(counted, facts=segment.facts)


def tail(entries: Sequence[Entry], frozen: Statistics) -> Segment:
    """A segment scored with the statistics of the main one."""
    counted = [np.unique(each.terms, return_counts=True) for each in entries]
    terms = [np.zeros(0, np.uint64), *(each[0] for each in counted)]
    flat = np.concatenate(terms)
    n = np.concatenate([np.zeros(0, np.int64), *(each[1] for each in counted)])
    rows = np.repeat(np.arange(len(entries)), [len(each[0]) for each in counted])
    lengths = np.array([len(each.terms) for each in entries], dtype=np.float64)
    norm = K1 * (1 - B + B * lengths / (frozen.average_length or 1.0))
    values = frozen.rarity(flat) * n / (n + norm[rows])
    text = postings.build(flat, rows, values, len(entries))
    return Segment(*_rows(entries), text, _facts(entries, frozen), _filters(entries))


def _rows(entries: Sequence[Entry]) -> tuple[list[str], NDArray[np.int64]]:
    times = [UNDATED if each.time is None else each.time for each in entries]
    return [each.name for each in entries], np.array(times, dtype=np.int64)


def fingerprint(facts: Mapping[str, Sequence[tuple[int, float]]], frozen: Statistics | None) -> dict[int, float]:
    """A fingerprint as a vector: each group of length one times the root of its weight, rare parts counting more.

    The product of two such vectors is the sum over groups of weight times cosine.
    """
    vector: dict[int, float] = {}
    for group, rows in sorted(facts.items()):
        rarity = (
            frozen.fact_rarity(np.array([term for term, _ in rows], dtype=np.uint64))
            if frozen is not None
            else np.ones(len(rows))
        )
        parts = [(term, weight * float(idf)) for (term, weight), idf in zip(rows, rarity, strict=True)]
        length = math.sqrt(math.fsum(value * value for _, value in parts))
        scale = math.sqrt(GROUPS.get(group, 0.0))
        if length and scale:
            vector |= {term: scale * value / length for term, value in parts}
    return vector


def weight(facts: Mapping[str, Sequence[tuple[int, float]]]) -> float:
    """The product of a fingerprint with itself: what a perfect match would reach."""
    return math.fsum(GROUPS.get(group, 0.0) for group, rows in facts.items() if rows)


def _facts(entries: Sequence[Entry], frozen: Statistics | None) -> Postings:
    triples = [
        (term, row, value) for row, each in enumerate(entries) for term, value in fingerprint(each.facts, frozen).items()
    ]  # fmt: skip
    return _built(triples, len(entries))


def _filters(entries: Sequence[Entry]) -> Postings:
    return _built([(term, row, 1.0) for row, each in enumerate(entries) for term in each.filters], len(entries))


def _built(triples: Sequence[tuple[int, int, float]], count: int) -> Postings:
    return postings.build(
        np.array([one[0] for one in triples], dtype=np.uint64),
        np.array([one[1] for one in triples], dtype=np.int32),
        np.array([one[2] for one in triples], dtype=np.float32),
        count,
    )
