"""One file to rows of the case tables, in chunks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from forensics import content, documents, masking
from forensics.ingest import accounts, detection, finishing, guesses, lines, naming, records
from forensics.ingest.accounts import Account
from forensics.ingest.definitions import Format
from forensics.ingest.readers import READERS
from forensics.records.bundle import File
from forensics.records.options import Options
from forensics.store import TIME_COLUMNS, Store

SAMPLED_LINES = 3_000
WHOLE = 64 << 20
Raw = Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Known:
    """What reading needs to know besides the file: formats in order, masks, and what was asked for."""

    formats: Sequence[Format]
    masks: Sequence[masking.Mask]
    options: Options
    zone: str


def read(file: File, part: str, store: Store, known: Known) -> None:
    """Write the rows of ``file`` and its row in ``files``; a file that nothing reads gets a row with a note."""
    account = Account()
    try:
        if file.size_bytes == 0:
            account.notes.append("the file is empty")
        else:
            _read(file, part, store, known, account)
    except OSError as error:
        account.notes.append(f"cannot be read: {error.strerror or error}")
    accounts.write_rejects(file, part, store, account)
    store.write("files", accounts.row(file, account), part)


def _read(file: File, part: str, store: Store, known: Known, account: Account) -> None:
    head = content.head(file.location)
    if not head:
        account.notes.append("nothing could be read from it")
        return
    if _is_binary(head):
        account.notes.append("binary data that no format reads")
        return
    zone = known.options.timezones.get(file.path) or known.options.timezones.get("") or known.zone
    found = _raw(file, head, known, account)
    if found is None:
        account.notes.append("no format reads it")
        return
    own = next((each for each in known.formats if each.name == account.format), None)
    context = finishing.Context(file.path, zone, bool(zone), own.severity if own else {}, known.masks)
    component = own.defaults.get("component", "") if own else ""
    for table, raw in _with_lines(found, known):
        _keep(table, raw, context, component or naming.component(file.path), part, store, account, known.options)
    if account.rows == 0 and not account.notes:
        account.notes.append("it holds no rows")


def _with_lines(found: Raw, known: Known) -> Raw:
    """Records that hold the lines of a log, with the lines read as lines are."""
    for table, raw in found:
        if "lines" not in raw.columns:
            yield table, raw
            continue
        for row in raw.iter_rows(named=True):
            text = pl.DataFrame({"text": row["lines"]}).with_row_index("line", 1).cast({"line": pl.Int64})
            chosen = detection.line_formats(text["text"], known.formats)
            for inner, rows in lines.read(text, chosen, known.formats).tables.items():
                outer = [name for name in raw.columns if name not in ("lines", *rows.columns) and row[name]]
                yield (
                    inner,
                    rows.with_columns(
                        pl.lit(0, pl.Int64).alias("line"), *(pl.lit(row[name]).alias(name) for name in outer)
                    ),
                )


def _is_binary(head: bytes) -> bool:
    text = head[:4096].decode("utf-8", errors="replace")
    odd = sum(1 for each in text if each == "\ufffd" or (each < " " and each not in "\t\n\r\x1b\x0c"))
    return odd > 0.1 * len(text)


def _raw(file: File, head: bytes, known: Known, account: Account) -> Raw | None:
    """Raw rows of the file by the format that reads it; None where there is none."""
    text = head.decode("utf-8", errors="replace")
    for ask in (_by_reader, _by_document, _by_table, _by_lines):
        found = ask(file, text, known, account)
        if found is not None:
            return found
    return None


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
    chosen = detection.document_format(document, known.formats) or guesses.document(document)
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
    head = records.parsed("\n".join(text.splitlines()[:20]), [])
    if detection.document_format(head, known.formats) is not None or guesses.holds_records(head):
        return False
    return any(one.json for one in detection.line_formats(_sample(text), [one for one in known.formats if one.json]))


def _counted(source: Iterator[tuple[str, pl.DataFrame, int]], account: Account) -> Raw:
    for table, raw, skipped in source:
        if skipped:
            account.numbers["a record without the keys that the format needs"] = skipped
        yield table, raw


def _by_table(file: File, text: str, known: Known, account: Account) -> Raw | None:
    names, _ = records.header(text)
    chosen = detection.table_format(names, known.formats) if names else None
    if not names or (chosen is None and not _is_table(text)):
        return None
    frame = records.table_of(content.text(file.location, account.notes), account.notes)
    if frame is None:
        return None
    chosen = chosen or guesses.table(frame)
    if chosen is None:
        return None
    _name(account, [chosen])
    return _counted(records.read_table(frame, chosen, naming.stem(file.path)), account)


def _is_table(text: str) -> bool:
    """Whether the lines after a header have as many fields as it has: sentences with commas have not."""
    names, separator = records.header(text)
    rows = list(documents.rows("\n".join(text.lstrip("\ufeff").splitlines()[:21])))[1:]
    whole = [row for row in rows[:-1] or rows if row]
    is_named = len(names) > 2 or (len(names) == 2 and separator != "|" and not any(" " in name for name in names))
    return is_named and bool(whole) and all(len(row) == len(names) for row in whole)


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


def _keep(
    table: str,
    raw: pl.DataFrame,
    context: finishing.Context,
    component: str,
    part: str,
    store: Store,
    account: Account,
    options: Options,
) -> None:
    done = finishing.finish(table, raw, context)
    rows = done.rows
    if table in ("logs", "requests"):
        named = pl.when(pl.col("component") == "").then(pl.lit(component)).otherwise("component")
        rows = rows.with_columns(named.alias("component"))
    rows = _between(rows, table, options)
    for reason, n in done.rejected.items():
        account.numbers[reason] = account.numbers.get(reason, 0) + n
    number = account.numbers.get(f"#{table}", 0)
    account.numbers[f"#{table}"] = number + 1
    store.write(table, rows, part, number)
    for name, make in DERIVED.get(table, {}).items():
        store.write(name, make(rows, done), part, number)
    account.rows += rows.height
    account.zones += [done.zone_source] if done.zone_source else []
    account.has_year &= done.has_year
    account.clock += done.notes
    accounts.span(rows, table, account)


def _between(rows: pl.DataFrame, table: str, options: Options) -> pl.DataFrame:
    stamp = TIME_COLUMNS.get(table, "time")
    if stamp not in rows.columns or (options.since is None and options.until is None):
        return rows
    time = pl.col(stamp).to_physical()
    if options.since is not None:
        rows = rows.filter(pl.col(stamp).is_null() | (time >= options.since))
    if options.until is not None:
        rows = rows.filter(pl.col(stamp).is_null() | (time < options.until))
    return rows


DERIVED: Mapping[str, Mapping[str, Callable[..., pl.DataFrame]]] = {
    "logs": {"counts": lambda rows, done: finishing.counts(rows)},
    "requests": {"latency": lambda rows, done: finishing.latency(rows, "time")},
    "spans": {"latency": lambda rows, done: finishing.latency(rows, "start")},
    "metrics": {"series": lambda rows, done: done.series},
}
