"""What a quantity would have been: the same slot on other days."""

from collections.abc import Sequence
from dataclasses import dataclass

from forensics.impact.response import percentile

# Makes the median absolute deviation of normal noise its standard deviation.
NORMAL = 1.4826


@dataclass(frozen=True, slots=True)
class Expected:
    """The usual value of a slot and how far it strays: median and scaled median absolute deviation."""

    value: float
    deviation: float


def same_slot(history: Sequence[float]) -> Expected | None:
    """What the same slot of other days says; None without history."""
    if not history:
        return None
    middle = percentile(history, 0.5)
    return Expected(middle, NORMAL * percentile([abs(each - middle) for each in history], 0.5))
