"""What may not leave the machine, taken out of a report before it is sealed."""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from forensics import redaction
from forensics.library import Library
from forensics.records.report import Report
from forensics.redaction import WORD, Redactor
from forensics.store import Store

# Columns whose every value is a person or an id; what of them a report says is looked up, not guessed.
COLUMNS = (
    ("requests", "user", "user"),
    ("requests", "transaction", "id"),
    ("business", "user", "user"),
    ("business", "id", "id"),
)


def redact(report: Report, store: Store, library: Library, *, people: bool) -> Report:
    """The report without secrets, and with ``people`` without mails, addresses, users and ids; counted by kind.

    Raises:
        OutputError: ``people`` is asked for and the machine's key cannot be used.
    """
    allowed = {each.component for each in report.graph.nodes} | {each.id for each in report.changes}
    allowed |= {each.ref for each in report.changes} | {each.component for each in report.changes}
    redactor = Redactor(
        redaction.rules(library), redaction.local_key() if people else None, allowed=frozenset(allowed - {""})
    )
    if people:
        said = list(redaction.texts(report))
        redactor.known |= _known(said, store, allowed)
        redactor.learn(said)
    cleared: Report = redactor.value(report)
    return replace(cleared, redaction=dict(sorted(redactor.counts.items())))


def _known(said: Iterable[str], store: Store, allowed: set[str]) -> dict[str, str]:
    """Users and ids of the tables that stand somewhere in the texts."""
    words = sorted({word.strip(".-+") for text in said for word in WORD.findall(text)} - allowed - {""})
    found: dict[str, str] = {}
    for table, column, kind in COLUMNS:
        values = store.raw(table).filter(pl.col(column).is_in(words)).select(column).unique().collect()[column]
        found |= {value: kind for value in sorted(values.to_list()) if not (value.isdigit() and len(value) < 5)}
    return found
