"""What of an incident is indexed: terms of its text, and the parts of its fingerprint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from forensics.history.postings import key
from forensics.history.words import tokens
from forensics.records.history import Incident
from forensics.records.window import Micros


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident as the index holds it.

    ``name`` is that of its file, ``terms`` hashes of words and word pairs with repeats, ``facts`` hashes of group and
    name with weights, ``filters`` hashes of what a search may ask for.
    """

    name: str
    time: Micros | None
    terms: NDArray[np.uint64]
    facts: Mapping[str, Sequence[tuple[int, float]]]
    filters: Sequence[int]


def entry(name: str, incident: Incident) -> Entry:
    """The index entry of an incident stored as ``name``."""
    return Entry(
        name,
        incident.start,
        np.array([key(term) for term in terms(searched(incident))], dtype=np.uint64),
        {group: [(key(fact(group, name)), weight) for name, weight in rows] for group, rows in incident.facts.items()},
        sorted(key(term) for term in filters(incident)),
    )


def searched(incident: Incident) -> str:
    """The text that words are searched in; the title counts twice."""
    return "\n".join((incident.title, incident.title, " ".join(incident.components), incident.text))


def terms(text: str) -> list[str]:
    """Words and pairs of neighbouring words: a pair that two texts share says more than the words apart."""
    words = tokens(text)
    return words + [f"{one} {two}" for one, two in pairwise(words)]


def fact(group: str, name: str) -> str:
    """A part of a fingerprint as a term.

    >>> fact("cause", "dns_failure")
    'cause:dns_failure'
    """
    return f"{group}:{name}"


def filters(incident: Incident) -> set[str]:
    """The terms that a filter can ask for, lower case."""
    found = {wanted("component", name) for name in incident.components}
    found |= {wanted("severity", incident.severity), wanted("id", incident.id)}
    blame = incident.blame
    found |= {wanted("cause", name) for name in (blame.mode, blame.category, blame.title) if name}
    return found


def wanted(kind: str, value: str) -> str:
    """The term of a filter.

    >>> wanted("severity", "SEV-1")
    '?severity=sev-1'
    """
    return f"?{kind}={value.strip().casefold()}"
