"""The parts that every section of a report is made of."""

import hashlib
from dataclasses import dataclass

Ids = tuple[str, ...]
Instant = str | None
"""An instant as ISO 8601 in UTC, ``2026-05-06T07:08:09.123456Z``; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A sentence or two with the evidence under them."""

    text: str
    evidence: Ids = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open window as instants."""

    start: str
    end: str


def claim(kind: str, component: str, subject: str) -> str:
    """A key that names a claim for good: it survives new values and other wording.

    >>> claim("candidate", "payment", "") == claim("candidate", "payment", "")
    True
    """
    body = "\x1f".join((kind, component, subject)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(body, digest_size=6).hexdigest()
