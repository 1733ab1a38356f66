"""Format definitions: what ``parsers/`` says, checked, with all faults at once."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.errors import DefinitionError
from forensics.library import Library
from forensics.records.tables import TABLES

KEYS = {
    "title",
    "means",
    "source",
    "pattern",
    "json",
    "table",
    "sample",
    "defaults",
    "severity",
    "wraps",
    "csv",
    "aligned",
    "begins",
    "ignores",
    "reader",
}
PATTERN_KEYS = {"name", "regex", "table", "defaults"}
TABLE_KEYS = {"to", "records", "requires", "columns", "unpivot", "where"}
UNPIVOT_KEYS = {"except", "only", "split", "columns"}
SAMPLE_KEYS = {"text", "pattern", "fields", "rows", "table"}
# Columns that a definition may give besides those of a table; ``finish`` turns them into columns of the table.
RAW = {
    "logs": {"lines"},
    "metrics": {"component", "peer", "metric", "unit", "kind", "labels", "values", "times"},
    "spans": {"end", "duration_ms", "duration_s", "duration_ns", "status", "status_code"},
    "requests": {"duration_ms", "duration_s", "duration_ns", "upstream", "method"},
    "alerts": {"labels"},
}
# A day in a field of its own, and epochs whose unit the format says.
STAMPS = {"day", "time_ms", "time_s", "time_ns"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line pattern: its named groups are columns of ``table``; ``defaults`` fill what it does not name."""

    name: str
    regex: str
    table: str
    defaults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableMap:
    """How records of a document or rows of a CSV file become rows of the table ``to``.

    ``records`` is a path with ``*`` (a list of them: a table each); each record must have the keys ``requires``; ``columns`` are expressions
    (``forensics.ingest.expressions``); ``unpivot`` turns the other CSV columns into metrics; ``where`` keeps a record
    only when its expression gives something.
    """

    to: str
    records: str
    requires: tuple[str, ...]
    columns: Mapping[str, str]
    unpivot: Mapping[str, Any]
    where: str


@dataclass(frozen=True, slots=True)
class Format:
    """A format: lines (``patterns``), JSON lines (``json``), documents or tables (``tables``), or a reader of its own.

    ``begins`` tells the first line of events that always have several, whose text the patterns then read as a whole;
    ``ignores`` tells lines that say nothing (comments, headers repeated). ``is_csv`` and ``is_aligned`` are tables whose
    columns a separator or blanks keep apart.
    """

    name: str
    title: str
    patterns: tuple[Pattern, ...]
    json: TableMap | None
    tables: tuple[TableMap, ...]
    is_csv: bool
    reader: str
    wraps: bool
    defaults: Mapping[str, str]
    severity: Mapping[str, int]
    samples: tuple[Mapping[str, Any], ...]
    is_aligned: bool = False
    begins: str = ""
    ignores: str = ""

    @property
    def is_table(self) -> bool:
        """Whether it reads rows under a header, and not documents."""
        return self.is_csv or self.is_aligned

    @property
    def kind(self) -> str:
        """The folder of ``parsers/`` it stands in: logs, metrics, traces, ..."""
        return self.name.partition("/")[0]


def load(library: Library) -> tuple[Format, ...]:
    """Every format of ``parsers/``, by name.

    Raises:
        DefinitionError: some definition is broken; all faults are listed at once.
    """
    formats: list[Format] = []
    faults: list[str] = []
    for name, said in library.load("parsers").items():
        found = list(_faults(said))
        faults += [f"parsers/{name}.toml: {fault}" for fault in found]
        if not found:
            formats.append(_format(name, said))
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct these; 'forensics formats check FILE' shows one alone.")
    return tuple(formats)


def _format(name: str, said: Mapping[str, Any]) -> Format:
    defaults = said.get("defaults", {})
    patterns = tuple(
        Pattern(row["name"], row["regex"], row.get("table", "logs"), {**defaults, **row.get("defaults", {})})
        for row in said.get("pattern", ())
    )
    return Format(
        name=name,
        title=said["title"],
        patterns=patterns,
        json=_table(said["json"]) if "json" in said else None,
        tables=tuple(_table(each) for row in said.get("table", ()) for each in _by_path(row)),
        is_csv=bool(said.get("csv", False)),
        reader=said.get("reader", ""),
        wraps=bool(said.get("wraps", False)),
        defaults=defaults,
        severity=said.get("severity", {}),
        samples=tuple(said.get("sample", ())),
        is_aligned=bool(said.get("aligned", False)),
        begins=said.get("begins", ""),
        ignores=said.get("ignores", ""),
    )


def _by_path(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A table for each place where its records may stand."""
    paths = row.get("records", "")
    yield from ({**row, "records": path} for path in ([paths] if isinstance(paths, str) else paths))


def _table(row: Mapping[str, Any]) -> TableMap:
    return TableMap(
        row.get("to", "logs"),
        row.get("records", ""),
        tuple(row.get("requires", ())),
        row.get("columns", {}),
        row.get("unpivot", {}),
        row.get("where", ""),
    )


def _faults(said: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(said, KEYS, "")
    if not said.get("title"):
        yield "it has no title"
    if not said.get("sample"):
        yield "it has no sample"
    if not any(key in said for key in ("pattern", "json", "table", "reader")):
        yield "it reads nothing: give it a [[pattern]], [json], [[table]] or a reader"
    for number, row in enumerate(said.get("pattern", ()), 1):
        where = f"pattern {row.get('name', number)}: "
        yield from _unknown(row, PATTERN_KEYS, where)
        yield from (where + fault for fault in _pattern_faults(row))
    for number, row in enumerate([*said.get("table", ()), *([said["json"]] if "json" in said else [])], 1):
        yield from _unknown(row, TABLE_KEYS, f"table {number}: ")
        yield from (f"table {number}: {fault}" for fault in _table_faults(row))
    for number, row in enumerate(said.get("sample", ()), 1):
        yield from _unknown(row, SAMPLE_KEYS, f"sample {number}: ")
        if "text" not in row:
            yield f"sample {number}: it has no text"


def _pattern_faults(row: Mapping[str, Any]) -> Iterator[str]:
    if "name" not in row or "regex" not in row:
        yield "it needs a name and a regex"
        return
    if row.get("table", "logs") not in TABLES:
        yield f"there is no table {row['table']}"
        return
    try:
        groups = pl.Series([""]).str.extract_groups(row["regex"]).struct.fields
    except pl.exceptions.PolarsError as error:
        yield f"bad regex: {error}"
        return
    yield from _column_faults(row.get("table", "logs"), [name for name in groups if not name.isdigit()])


def _table_faults(row: Mapping[str, Any]) -> Iterator[str]:
    table = row.get("to", "logs")
    if table not in TABLES:
        yield f"there is no table {table}"
        return
    yield from _column_faults(table, list(row.get("columns", {})))
    yield from _unknown(row.get("unpivot", {}), UNPIVOT_KEYS, "unpivot: ")


def _column_faults(table: str, columns: Sequence[str]) -> Iterator[str]:
    known = [*TABLES[table], *sorted(RAW.get(table, ())), *sorted(STAMPS)]
    for name in columns:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            yield f"{table} has no column {name}" + (f"; did you mean {near[0]}?" if near else "")


def _unknown(row: Mapping[str, Any], known: set[str], where: str) -> Iterator[str]:
    for key in row:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), 1)
            yield f"{where}unknown key {key}" + (f"; did you mean {near[0]}?" if near else "")
