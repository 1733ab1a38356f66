"""The shapes that every estimate comes in."""

from forensics.records.evidence import Evidence, Scalar, Statement
from forensics.records.impact import Estimate


def unknown(say: str, unit: str) -> Estimate:
    """Nothing can be said; the sentence names what to export."""
    return Estimate(None, None, None, unit, Statement(say, {}))


def exact(value: float, unit: str, say: str, evidence: tuple[Evidence, ...], **values: Scalar) -> Estimate:
    """A counted number."""
    return Estimate(value, value, value, unit, Statement(say, values), evidence)
