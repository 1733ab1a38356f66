"""One file to rows of the case tables, in chunks."""

from collections.abc import Callable, Mapping

import polars as pl

from forensics import content
from forensics.ingest import accounts, detection, evtx, finishing, lines, naming, sources
from forensics.ingest.accounts import Account
from forensics.ingest.sources import Known, Raw
from forensics.records.bundle import File
from forensics.records.options import Options
from forensics.store import TIME_COLUMNS, Store


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
    if evtx.fits(file.location):
        account.format, account.kind = "logs/evtx", "logs"
        context = finishing.Context(file.path, "UTC", False, {}, known.masks)
        for table, raw in evtx.read(file.location, account.notes):
            _keep(table, raw, context, "", part, store, account, known.options)
        return
    head = content.head(file.location)
    if not head:
        account.notes.append("nothing could be read from it")
        return
    if is_binary(head):
        account.notes.append("binary data that no format reads")
        return
    zone = known.options.timezones.get(file.path) or known.options.timezones.get("") or known.zone
    found = sources.raw(file, head, known, account)
    if found is None:
        account.notes.append("no format reads it")
        return
    own = next((each for each in known.formats if each.name == account.format), None)
    context = finishing.Context(file.path, zone, bool(zone), own.severity if own else {}, known.masks)
    component = own.defaults.get("component", "") if own else ""
    for table, raw in _snapshots(_with_lines(found, known)):
        _keep(table, raw, context, component or naming.component(file.path), part, store, account, known.options)
    if account.rows == 0 and not account.notes:
        account.notes.append("it holds no rows")


def _snapshots(found: Raw) -> Raw:
    """Samples without a time of their own as state: what a scrape shows, at a moment that nobody wrote down."""
    for table, raw in found:
        timeless = pl.lit(True) if "time" not in raw.columns else pl.col("time").is_null()
        if table != "metrics" or {"times", "values", "time_s", "time_ms", "time_ns"} & set(raw.columns):
            yield table, raw
            continue
        rows = raw.filter(timeless)
        if rows.height:
            labels = pl.col("labels") if "labels" in rows.columns else pl.lit("")
            said = pl.concat_str("metric", labels.fill_null(""), pl.lit(" "), pl.col("value").cast(pl.String))
            shown = rows.select(
                *(pl.col(name) for name in ("line", "record", "component") if name in rows.columns),
                pl.lit("metric").alias("kind"),
                pl.col("metric").alias("name"),
                said.alias("message"),
            )
            yield "state", shown
        if rows.height < raw.height:
            yield table, raw.filter(~timeless)


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


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are no text."""
    text = head[:4096].decode("utf-8", errors="replace")
    odd = sum(1 for each in text if each == "\ufffd" or (each < " " and each not in "\t\n\r\x1b\x0c"))
    return odd > 0.1 * len(text)


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
    # Who runs on what is said beside the things themselves: it counts only in a file about nothing else.
    account.rows += 0 if table == "edges" and account.kind != "topology" else _counted_rows(raw, rows)
    account.zones += [done.zone_source] if done.zone_source else []
    account.has_year &= done.has_year
    account.clock += done.notes
    accounts.span(rows, table, account)


def _counted_rows(raw: pl.DataFrame, rows: pl.DataFrame) -> int:
    """Rows as the file has them: one row of a table with a column for each metric gives several samples."""
    return min(rows.height, int((raw["place"] == 0).sum())) if "place" in raw.columns else rows.height


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
    "logs": {
        "counts": lambda rows, done: finishing.counts(rows),
        "messages": lambda rows, done: done.distinct.join(rows, on="message_key", how="semi"),
    },
    "requests": {"latency": lambda rows, done: finishing.latency(rows, "time")},
    "spans": {"latency": lambda rows, done: finishing.latency(rows, "start")},
    "metrics": {"series": lambda rows, done: done.distinct},
}
