"""Evidence: what a sentence or number in a report rests on.

An id is a hash of what the evidence points at, so that stages need no shared register and equal
evidence has one id. ``forensics verify`` re-checks each kind against the bundle.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from forensics.records.window import Window

Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class LineEvidence:
    """Lines ``first`` to ``last`` (1-based, inclusive) of a file; ``text`` is the message they hold."""

    file: str
    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class RecordEvidence:
    """One record of a file: a JSON Pointer (``/events/3``) or a CSV row number (``17``, 1-based, header apart)."""

    file: str
    record: str
    text: str


@dataclass(frozen=True, slots=True)
class SeriesEvidence:
    """A metric series over a window: ``n`` samples and one ``statistic`` of them (median, mean, max, min, sum, last, increase)."""

    component: str
    metric: str
    labels: tuple[tuple[str, str], ...]
    window: Window
    statistic: str
    value: float
    n: int


@dataclass(frozen=True, slots=True)
class CountEvidence:
    """A count over a case table that can be computed again.

    ``filters`` are ``(column, operator, value)`` with the operators ``=``, ``!=``, ``>=``, ``<``; they hold together.
    ``measure`` is ``rows`` or ``distinct:COLUMN``.
    """

    table: str
    filters: tuple[tuple[str, str, Scalar], ...]
    window: Window
    measure: str
    value: int


Evidence = LineEvidence | RecordEvidence | SeriesEvidence | CountEvidence
KINDS: Mapping[type, str] = {
    LineEvidence: "line",
    RecordEvidence: "record",
    SeriesEvidence: "series",
    CountEvidence: "count",
}


def evidence_id(evidence: Evidence) -> str:
    """A short stable id: the first letter of the kind and 10 hex digits of a hash of the content."""
    kind = KINDS[type(evidence)]
    body = json.dumps([kind, asdict(evidence)], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"{kind[0].upper()}{hashlib.blake2b(body.encode('utf-8', 'surrogatepass'), digest_size=5).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Statement:
    """A fact that a template says in words: ``say`` names a sentence in ``report_templates/sentences``.

    ``values`` are what the sentence shows (numbers unrounded, times in microseconds under names ending in ``_at``).
    """

    say: str
    values: Mapping[str, Scalar]
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not run, and why: a result too."""

    what: str
    why: str
