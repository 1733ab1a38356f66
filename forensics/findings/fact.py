"""What failure modes are matched with."""

from dataclasses import dataclass

from forensics.records.evidence import Evidence
from forensics.records.window import Micros


@dataclass(frozen=True, slots=True)
class Fact:
    """A signal, state row, alert or comparison in the shape that definitions speak of.

    ``share`` is how much of its limit a measure reached, from 0 to 1, None where its name does not say that it is a share.
    """

    kind: str
    component: str
    subject: str
    onset: Micros | None
    evidence: tuple[Evidence, ...]
    size: float
    share: float | None = None
