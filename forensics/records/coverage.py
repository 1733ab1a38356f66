"""What the bundle covers: which source speaks when, and where one falls silent, is sampled, cut off or redacted."""

from dataclasses import dataclass
from typing import Literal

from forensics.records.window import Micros, Window


@dataclass(frozen=True, slots=True)
class Source:
    """A file as a source: its table, and its rows in each slot of the matrix."""

    file: str
    table: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """Something that a source does not show.

    ``kind``: gap (silent between rows, ``window``), starts_late and ends_early (silent in a part of the incident,
    ``window``), sampled (``value`` is the share of requests that have a trace), capped (``value`` rows, an export's usual limit),
    redacted (``value`` rows hold blacked-out fields).
    """

    kind: Literal["gap", "starts_late", "ends_early", "sampled", "capped", "redacted"]
    file: str
    window: Window | None = None
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix of sources by time, slots of ``slot_us`` from ``start``, and the holes in it."""

    start: Micros
    slot_us: int
    sources: tuple[Source, ...]
    holes: tuple[Hole, ...]
