"""What a file is, and how near the formats came that it is not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from forensics import content
from forensics.ingest import columns, csvs, detection, evtx, records, sources
from forensics.ingest.accounts import Account
from forensics.ingest.checking import reached
from forensics.ingest.definitions import Format
from forensics.ingest.expressions import compiled, places
from forensics.records.bundle import File

LOOKED_AT, SHOWN = 500, 8


@dataclass(frozen=True, slots=True)
class Near:
    """A format and how far it came with a file: ``share`` of its lines or required keys, 0 to 1, and that in words."""

    format: str
    share: float
    told: str


def detect(file: File, known: sources.Known) -> tuple[str, tuple[Near, ...]]:
    """The format of a file ("" for none), and the formats that came nearest, best first."""
    if evtx.fits(file.location):
        return "logs/evtx", ()
    account = Account()
    head = content.head(file.location)
    if not head:
        return "", ()
    sources.raw(file, head, known, account)
    text = head.decode("utf-8", errors="replace")
    found = [*_lines(text, known.formats), *_documents(text, known.formats), *_tables(text, known.formats)]
    ranked = sorted(found, key=lambda each: (each.format != account.format, -each.share, each.format))
    return account.format, tuple(ranked[:SHOWN])


def _lines(text: str, formats: Sequence[Format]) -> Iterator[Near]:
    """Line formats by the share of lines that they read; one that reads none by how far it gets in the first."""
    lines = [line for line in text.splitlines()[:LOOKED_AT] if line.strip()]
    column = pl.Series(lines, dtype=pl.String)
    for each in formats if lines else ():
        if not detection.is_lines(each) or detection.is_last_resort(each):
            continue
        n = int(detection.matched_alone(column, each).sum())
        if n:
            yield Near(each.name, n / len(lines), f"reads {n} of {len(lines)} lines")
            continue
        gets = [(pattern.name, reached(pattern.regex, lines[0])) for pattern in each.patterns]
        ends = [(int(match[1]), name, said) for name, said in gets if (match := re.search(r"column (\d+)", said))]
        if ends:
            end, name, said = max(ends)
            yield Near(
                each.name, min(end / (len(lines[0]) + 1), 1) / len(lines), f"{name} gets {said} of the first line"
            )


def _documents(text: str, formats: Sequence[Format]) -> Iterator[Near]:
    """Document formats by the required keys that the best record has."""
    document = records.parsed(text, []) if records.is_document(text) and records.is_structured(text) else None
    for each in formats if document is not None else ():
        best = max(
            (
                (sum(has), [key for key, one in zip(table.requires, has, strict=True) if not one], len(has))
                for table in ([] if each.is_table else each.tables)
                for place in list(places(document, table.records))[:1]
                if (has := [compiled(key)(place, document) is not None for key in table.requires])
            ),
            default=None,
            key=lambda found: found[0] / found[2],
        )
        if best and best[0]:
            lacks = "" if not best[1] else ", lacks " + ", ".join(best[1])
            yield Near(each.name, best[0] / best[2], f"has {best[0]} of {best[2]} keys{lacks}")


def _tables(text: str, formats: Sequence[Format]) -> Iterator[Near]:
    """Table formats by the columns that the header has."""
    kind = columns.shape(text)
    if kind:
        first = next(columns.tables(content.frame(text.encode(), []), kind), None)
        header = [] if first is None else first.columns
    else:
        header = csvs.header(text)[0]
    for each in formats if header else ():
        if not (each.is_aligned if kind in sources.ALIGNED else each.is_csv):
            continue
        for table in each.tables:
            lacking = [key for key in table.requires if not any(one in header for one in key.split("|"))]
            has = len(table.requires) - len(lacking)
            if has:
                lacks = "" if not lacking else ", lacks " + ", ".join(lacking)
                yield Near(each.name, has / len(table.requires), f"has {has} of {len(table.requires)} columns{lacks}")
