"""The series of the bundle that a selector names."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from forensics.impact.queries.parsing import Selector, Unread
from forensics.store import Store

Labels = tuple[tuple[str, str], ...]
MOST = 2_000


@dataclass(slots=True)
class Bundled:
    """The metrics of the bundle as queries see them; ``used`` gathers the ids of what was read."""

    store: Store
    rows: list[dict[str, object]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def select(self, asked: Selector) -> list[tuple[Labels, int]]:
        """The labels and id of each series that ``asked`` names, sorted; empty where only its labels are not in the bundle.

        Raises:
            Unread: no series has that name, a pattern cannot be read, or too many series are named.
        """
        if not self.rows:
            self.rows = self.store.scan("series").sort("metric", "labels", "series_id").collect().to_dicts()
        named = [row for row in self.rows if row["metric"] == asked.name]
        if not named:
            raise Unread(f"the bundle holds no series named {asked.name}")
        found = [(_labels(row), int(str(row["series_id"]))) for row in named]
        for label, operator, value in asked.matchers:
            values = [dict(labels).get(label, "") for labels, _ in found]
            kept = _kept(values, operator, value) if label != "le" else _bounds(values, operator, value)
            found = [each for each, is_kept in zip(found, kept, strict=True) if is_kept]
        if len(found) > MOST:
            raise Unread(f"it names {len(found)} series")
        self.used.update(key for _, key in found)
        return sorted(found)


def _labels(row: dict[str, object]) -> Labels:
    said = json.loads(str(row["labels"] or "{}"))
    return tuple(sorted((str(key), str(value)) for key, value in said.items() if key != "__name__"))


def _kept(values: Sequence[str], operator: str, wanted: str) -> list[bool]:
    """Which values pass; patterns match whole values and are Rust's, so that none can hang."""
    if operator in ("=", "!="):
        return [(value == wanted) == (operator == "=") for value in values]
    try:
        found = pl.Series(values, dtype=pl.String).str.contains(f"^(?s:{wanted})$").to_list()
    except pl.exceptions.ComputeError as error:
        raise Unread(f"the pattern {wanted!r} cannot be read") from error
    return [bool(each) == (operator == "=~") for each in found]


def _bounds(values: Sequence[str], operator: str, wanted: str) -> list[bool]:
    """Bounds of buckets are numbers: 1 and 1.0 are the same one."""
    return _kept([_number(value) for value in values], operator, _number(wanted) if operator in ("=", "!=") else wanted)


def _number(text: str) -> str:
    try:
        return f"{float(text):g}" if text.lower() not in ("inf", "+inf") else "+Inf"
    except ValueError:
        return text
