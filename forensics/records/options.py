"""What a user may ask of an analysis, and how work is mapped over partitions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Protocol, TypeVar

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
    redact: bool = False


def recorded(options: Options) -> dict[str, Any]:
    """The options that differ from their defaults, as JSON for the report; definitions are told by their hash there.

    >>> recorded(Options(include=("*.log",)))
    {'include': ['*.log']}
    """
    said: dict[str, Any] = {}
    for each in fields(Options):
        value = getattr(options, each.name)
        neutral = each.default_factory() if each.default_factory is not MISSING else each.default
        if each.name != "definitions" and value != neutral:
            said[each.name] = list(value) if isinstance(value, tuple) else value
    return said


def replayed(said: Mapping[str, Any], definitions: tuple[Path, ...] = ()) -> Options:
    """The options that ``recorded`` wrote down, with the definitions of this machine.

    >>> replayed(recorded(Options(include=("*.log",)))).include
    ('*.log',)
    """
    values: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in said.items()}
    return Options(**values, definitions=definitions)


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
