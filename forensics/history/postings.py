"""A sparse matrix of terms by incidents, as three arrays that a search reads straight from disk.

Terms are 64-bit hashes, sorted: a hundred thousand incidents have millions of word pairs, and no dictionary of them
needs to be read before the first answer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ARRAYS = ("terms", "starts", "rows", "values")


@lru_cache(maxsize=262_144)
def key(term: str) -> int:
    """The hash of a term, the same on every machine and version."""
    return int.from_bytes(hashlib.blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Postings:
    """For each term (sorted hashes) the incidents that have it (``rows``) and how much it counts there (``values``)."""

    terms: NDArray[np.uint64]
    starts: NDArray[np.int64]
    rows: NDArray[np.int32]
    values: NDArray[np.float32]
    count: int

    def places(self, wanted: NDArray[np.uint64]) -> NDArray[np.int64]:
        """The place of each term, -1 where no incident has it."""
        if not len(self.terms):
            return np.full(len(wanted), -1, dtype=np.int64)
        places = np.minimum(np.searchsorted(self.terms, wanted), len(self.terms) - 1)
        return np.where(self.terms[places] == wanted, places, -1)

    def frequencies(self, terms: NDArray[np.uint64]) -> NDArray[np.int64]:
        """How many incidents have each term."""
        places = self.places(terms)
        found = self.starts[places + 1] - self.starts[places] if len(self.terms) else np.zeros(len(places), np.int64)
        return np.where(places >= 0, found, 0)

    def scores(self, weights: Mapping[int, float]) -> Floats:
        """The sum over the terms of weight times value, for every incident; in a fixed order, so always the same."""
        total = np.zeros(self.count, dtype=np.float64)
        ordered = sorted(weights)
        for term, place in zip(ordered, self.places(np.array(ordered, dtype=np.uint64)), strict=True):
            if place >= 0:
                part = slice(int(self.starts[place]), int(self.starts[place + 1]))
                total[self.rows[part]] += weights[term] * self.values[part]
        return total

    def holders(self, term: str) -> NDArray[np.bool_]:
        """Which incidents have ``term``."""
        return np.asarray(self.scores({key(term): 1.0}) != 0)

    def save(self, folder: Path, name: str) -> None:
        """Write the arrays into ``folder``."""
        for part in ARRAYS:
            np.save(folder / f"{name}-{part}.npy", getattr(self, part), allow_pickle=False)


def build(terms: NDArray[np.uint64], rows: NDArray[Any], values: NDArray[Any], count: int) -> Postings:
    """Postings of triples, in any order; a pair of term and row occurs once."""
    order = np.lexsort((rows, terms))
    unique, starts = np.unique(terms[order], return_index=True)
    ends = np.append(starts, len(order)).astype(np.int64)
    return Postings(unique, ends, rows[order].astype(np.int32), values[order].astype(np.float32), count)


def load(folder: Path, name: str, count: int) -> Postings:
    """Postings that ``save`` wrote, mapped into memory.

    Raises:
        OSError, ValueError: a file is missing or broken.
    """
    arrays = [np.load(folder / f"{name}-{part}.npy", mmap_mode="r", allow_pickle=False) for part in ARRAYS]
    if len(arrays[1]) != len(arrays[0]) + 1 or len(arrays[2]) != len(arrays[3]) or arrays[1][-1] != len(arrays[2]):
        raise ValueError(f"{folder}: the arrays of {name} do not belong together")
    return Postings(arrays[0], arrays[1], arrays[2], arrays[3], count)
