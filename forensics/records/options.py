"""What a user may ask of an analysis, and how work is mapped over partitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from forensics.records.window import Micros

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ``forensics analyze`` that change what the report says. All have neutral defaults."""

    start: Micros | None = None
    end: Micros | None = None
    symptom: str = ""
    slo: tuple[str, ...] = ()
    timezones: Mapping[str, str] = field(default_factory=dict)
    since: Micros | None = None
    until: Micros | None = None
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    definitions: tuple[Path, ...] = ()


class Map(Protocol):
    """How work is mapped over partitions: results in the order of the items."""

    def __call__(self, work: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Apply ``work`` to every item."""
        ...


class Progress(Protocol):
    """Told when a stage starts and what it has done; never changes a result."""

    def __call__(self, stage: str, done: str = "") -> None:
        """``stage`` began, or got as far as ``done`` says (``"12 files, 3.1 M rows"``)."""
        ...


def silent(stage: str, done: str = "") -> None:
    """Progress that shows nothing."""
