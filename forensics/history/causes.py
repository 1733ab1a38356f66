"""Which causes a text tells of: the rules of ``models/history/causes.toml``."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.library import Library

KEYS = {"name", "title", "category", "words", "sample", "general"}
# The rules look at this much of a text; what is told later is told before as well.
LONGEST = 100_000
# A word said ten times is not ten times as true.
MOST_COUNTED = 3


@dataclass(frozen=True, slots=True)
class Cause:
    """A way of breaking, and the patterns of texts about it; a general one is how many others begin or spread."""

    name: str
    title: str
    category: str
    patterns: tuple[re.Pattern[str], ...]
    sample: str
    is_general: bool = False


def load(library: Library) -> tuple[Cause, ...]:
    """Every cause of ``models/history``, in order of their names; a file on top replaces ours of the same name.

    Raises:
        DefinitionError: a cause is broken; all faults are listed at once.
    """
    found: list[Cause] = []
    faults: list[str] = []
    for file, said in library.load("models", "history").items():
        for row in said.get("cause", ()):
            try:
                found.append(_cause(row))
            except (KeyError, TypeError, re.error, ValueError) as error:
                faults.append(f"models/history/{file}: {row.get('name', '?')}: {error}")
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct the causes; each needs name, title, category and words.")
    return tuple(sorted(found, key=lambda each: each.name))


def _cause(row: Mapping[str, Any]) -> Cause:
    unknown = sorted(row.keys() - KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")
    patterns = tuple(re.compile(pattern, re.IGNORECASE) for pattern in row["words"])
    return Cause(row["name"], row["title"], row["category"], patterns, row["sample"], bool(row.get("general")))


def told(text: str, causes: Sequence[Cause]) -> tuple[tuple[str, float], ...]:
    """The causes that ``text`` tells of with a weight that grows with how often, the heaviest first."""
    looked_at = text[:LONGEST]
    rows = []
    for cause in causes:
        n = sum(min(MOST_COUNTED, sum(1 for _ in pattern.finditer(looked_at))) for pattern in cause.patterns)
        if n:
            rows.append((cause.name, math.log1p(n)))
    return tuple(sorted(rows, key=lambda row: (-row[1], row[0])))
