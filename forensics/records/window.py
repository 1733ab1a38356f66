"""Time as the analysis holds it: integer microseconds since the epoch, UTC, and half-open windows of it."""

from dataclasses import dataclass

Micros = int
SECOND = 1_000_000
MINUTE = 60 * SECOND


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open stretch of time, ``start <= t < end``."""

    start: Micros
    end: Micros

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return (self.end - self.start) / SECOND

    def contains(self, time: Micros) -> bool:
        """Whether ``time`` lies inside.

        >>> Window(0, 10).contains(10)
        False
        """
        return self.start <= time < self.end

    def overlaps(self, other: "Window") -> bool:
        """Whether the two share any instant."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks on an incident's timeline; None where the bundle does not show one."""

    onset: Micros | None = None
    detected: Micros | None = None
    acknowledged: Micros | None = None
    mitigated: Micros | None = None
    resolved: Micros | None = None
