"""Raw rows of a file, by the format that reads it: a reader, a table, a document, or lines in chunks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from forensics import content, documents, masking
from forensics.ingest import columns, csvs, detection, guesses, jsonlines, lines, naming, records
from forensics.ingest.accounts import Account
from forensics.ingest.definitions import Format
from forensics.ingest.readers import READERS
from forensics.records.bundle import File
from forensics.records.options import Options

SAMPLED_LINES = 3_000
# Characters in which the first event of a format with events of several lines must begin.
SOON = 2_000
# Shapes of tables that a terminal shows.
ALIGNED = ("aligned", "spaced")
Raw = Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Known:
    """What reading needs to know besides the file: formats in order, masks, and what was asked for."""

    formats: Sequence[Format]
    masks: masking.Masks
    options: Options
    zone: str


def raw(file: File, head: bytes, known: Known, account: Account) -> Raw | None:
    """Raw rows of the file by the format that reads it; None where there is none."""
    text = head.decode("utf-8", errors="replace")
    for ask in (_by_reader, _by_blocks, _by_columns, _by_document, _by_table, _by_lines):
        found = ask(file, text, known, account)
        if found is not None:
            return found
    return None


def by_lines(file: File, head: bytes, known: Known) -> Sequence[Format]:
    """The formats of a file that is read line by line; none where it is read in another way."""
    text = head.decode("utf-8", errors="replace")
    if any(
        ask(file, text, known, Account()) is not None
        for ask in (_by_reader, _by_blocks, _by_columns, _by_document, _by_table)
    ):
        return ()
    return detection.line_formats(_sample(text), known.formats)


def _name(account: Account, chosen: Sequence[Format]) -> None:
    account.format = chosen[0].name
    account.kind = chosen[0].kind
    if len(chosen) > 1:
        account.notes.append("holds lines of " + ", ".join(each.name.partition("/")[2] for each in chosen))


def _by_reader(file: File, text: str, known: Known, account: Account) -> Raw | None:
    for each in known.formats:
        if each.reader and READERS[each.reader].fits(text):
            _name(account, [each])
            return READERS[each.reader].read(content.text(file.location, account.notes))
    return None


def _by_blocks(file: File, text: str, known: Known, account: Account) -> Raw | None:
    """Events of several lines that begin as one format says, soon after the top of the file."""
    first = _sample(text[:SOON])
    chosen = [each for each in known.formats if each.begins and first.str.contains(each.begins).any()]
    if not chosen:
        return None
    _name(account, chosen[:1])
    return _line_rows(file, chosen[:1], known, account)


def _by_document(file: File, text: str, known: Known, account: Account) -> Raw | None:
    if not records.is_document(text):
        return None
    if _is_json_lines(text) and _is_log(text, known):
        # Lines that a line format reads go that way: it needs no memory for the whole.
        return None
    notes: list[str] = []
    document = records.parsed(content.text(file.location, notes), notes)
    if document is None:
        account.notes += [note for note in notes if "JSON" in note and text.lstrip()[:1] in "[{"]
        return None
    if document in ([], {}):
        account.format, account.kind = "empty", ""
        account.notes.append("an empty export: nothing in it")
        return iter(())
    chosen = detection.document_format(document, known.formats)
    if chosen is None and records.is_structured(text):
        chosen = guesses.document(document)
    if chosen is None:
        return None
    account.notes += notes
    _name(account, [chosen])
    return _counted(records.read(document, chosen.tables, naming.stem(file.path)), account)


def _is_json_lines(text: str) -> bool:
    rows = [row for row in text.splitlines()[:20] if row.strip()]
    return len(rows) > 0 and all(
        row.lstrip().startswith("{") and row.rstrip().endswith("}") for row in rows[:-1] or rows
    )


def _is_log(text: str, known: Known) -> bool:
    """Whether JSON lines are log messages, and not records that a format reads by more than a message."""
    first = text.splitlines()[:20]
    head = records.parsed("\n".join(first), [])
    named = [
        one for one in known.formats if one.json is not None and one.json.to == "logs" and len(one.json.requires) > 1
    ]
    if any(jsonlines.matches(pl.Series(first), one.json).all() for one in named if one.json):
        return True
    if detection.document_format(head, known.formats) is not None or guesses.holds_records(head):
        return False
    return any(one.json for one in detection.line_formats(_sample(text), [one for one in known.formats if one.json]))


def _counted(source: Iterator[tuple[str, pl.DataFrame, int]], account: Account) -> Raw:
    for table, raw, skipped in source:
        if skipped:
            account.numbers["a record without the keys that the format needs"] = skipped
        yield table, raw


def _by_table(file: File, text: str, known: Known, account: Account) -> Raw | None:
    names, _ = csvs.header(text)
    chosen = detection.table_format(names, known.formats) if names else None
    if not names or (chosen is None and not _is_table(text)):
        return None
    frame = csvs.table_of(content.text(file.location, account.notes), account.notes)
    if frame is None:
        return None
    chosen = _numeric(chosen, frame) or guesses.table(frame)
    if chosen is None:
        return None
    _name(account, [chosen])
    return _counted(records.read_table(frame, chosen, naming.stem(file.path)), account)


def _numeric(chosen: Format | None, frame: pl.DataFrame) -> Format | None:
    """The format, unless it takes columns of words for metrics."""
    return chosen if chosen and records.gives_numbers(frame, chosen) else None


def _by_columns(file: File, text: str, known: Known, account: Account) -> Raw | None:
    kind = columns.shape(text)
    if not kind:
        return None
    frame = content.frame(content.text(file.location, account.notes).encode(), account.notes)
    found = [
        (table, chosen)
        for table in columns.tables(frame, kind)
        if (
            chosen := _numeric(detection.table_format(table.columns, known.formats, is_aligned=kind in ALIGNED), table)
            or guesses.table(table)
        )
    ]
    if not found:
        return None
    _name(account, [max(found, key=lambda each: each[0].height)[1]])
    return _placed(found, naming.stem(file.path))


def _placed(found: Sequence[tuple[pl.DataFrame, Format]], name: str) -> Raw:
    """Rows of tables; where they came from is a line, not a row."""
    for frame, chosen in found:
        for table, raw, _ in records.read_table(frame, chosen, name):
            yield table, raw.with_columns(pl.col("record").cast(pl.Int64).alias("line"), pl.lit("").alias("record"))


def _is_table(text: str) -> bool:
    """Whether the lines after a header have as many fields as it has: sentences with commas have not."""
    names, separator = csvs.header(text)
    rows = list(documents.rows("\n".join(csvs.unmarked(text).splitlines()[:21])))[1:]
    whole = [row for row in rows[:-1] or rows if row]
    is_named = len(names) > 2 or (len(names) == 2 and separator != "|" and not any(" " in name for name in names))
    return is_named and bool(whole) and {len(row) - len(names) for row in whole} in ({0}, {1})


def _sample(text: str) -> pl.Series:
    return pl.Series(text.splitlines()[:SAMPLED_LINES], dtype=pl.String)


def _by_lines(file: File, text: str, known: Known, account: Account) -> Raw | None:
    chosen = detection.line_formats(_sample(text), known.formats)
    if not chosen:
        return None
    _name(account, chosen)
    return _line_rows(file, chosen, known, account)


def _line_rows(file: File, chosen: Sequence[Format], known: Known, account: Account) -> Raw:
    """Chunks of lines; the last event of a chunk waits for the next, since it may go on there."""
    waiting: pl.DataFrame | None = None
    for chunk in content.lines(file.location, account.notes):
        whole = pl.concat([waiting, chunk]) if waiting is not None else chunk
        cut = max(whole.height - lines.LONGEST_EVENT, 0)
        tail = whole.tail(whole.height - cut)
        is_start = detection.starts(tail["text"], chosen)
        last = is_start.arg_true()
        keep = cut + int(last[-1]) if len(last) else whole.height
        waiting = whole.tail(whole.height - keep)
        yield from _taken(whole.head(keep), chosen, known, account)
    if waiting is not None:
        yield from _taken(waiting, chosen, known, account)


def _taken(frame: pl.DataFrame, chosen: Sequence[Format], known: Known, account: Account) -> Raw:
    if not frame.height:
        return
    taken = lines.read(frame, chosen, known.formats)
    if taken.rejects.height:
        account.rejects.append(taken.rejects)
    yield from taken.tables.items()
