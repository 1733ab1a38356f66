"""What is wrong with a format definition, all at once, with lines."""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from forensics.records.tables import TABLES

# Characters of a line that ``reached`` looks at.
LONGEST = 2_000
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
    "logs": {"lines", "stream", "partial"},
    "metrics": {"component", "peer", "metric", "unit", "kind", "labels", "values", "times", "fields"},
    "spans": {"end", "duration_ms", "duration_s", "duration_ns", "status", "status_code"},
    "requests": {"duration_ms", "duration_s", "duration_ns", "upstream", "method"},
    "alerts": {"labels"},
}
# A day in a field of its own, and epochs whose unit the format says.
STAMPS = {"day", "time_ms", "time_s", "time_ns"}


def faults(said: Mapping[str, Any], text: str = "") -> Iterator[str]:
    """What is wrong with a definition, each as ``:LINE: FAULT``.

    Args:
        said: the definition, parsed.
        text: its TOML, for the lines; with it the samples are tried as well. Shipped definitions are tried by tests.
    """
    for fault in [*_faults(said), *(_sample_faults(said) if text else ())]:
        line = _line(fault, text)
        yield f":{line}: {fault}" if line else f": {fault}"


def _line(fault: str, text: str) -> int:
    """The line where the thing stands that a fault names: the pattern, table or sample of that number or name."""
    key = re.search(r"unknown key (\S+?)(?:;|$)", fault)
    what = re.match(r"(pattern|table|sample) ([^:]+): ", fault)
    lines = text.splitlines()
    if what:
        starts = [number for number, line in enumerate(lines, 1) if line.strip() == f"[[{what[1]}]]"]
        if what[2].isdigit() and int(what[2]) <= len(starts):
            return starts[int(what[2]) - 1]
        named = f'name = "{what[2]}"'
        return next((number for number, line in enumerate(lines, 1) if line.strip() == named), 0)
    if key:
        return next((number for number, line in enumerate(lines, 1) if line.startswith(key[1])), 0)
    return 1 if text else 0


def _sample_faults(said: Mapping[str, Any]) -> Iterator[str]:
    """Samples that nothing reads or that give other fields than they name, and patterns without a sample."""
    patterns = {
        row["name"]: row["regex"]
        for row in said.get("pattern", ())
        if "name" in row and "regex" in row and not any(_pattern_faults(row))
    }
    tried = set()
    for number, row in enumerate(said.get("sample", ()), 1):
        name = row.get("pattern", "")
        tried.add(name)
        if "text" not in row or not said.get("pattern"):
            continue
        if name not in patterns:
            yield f"sample {number}: it names no pattern that can be tried" + (f", but {name!r}" if name else "")
            continue
        found = pl.Series([row["text"].strip("\n")]).str.extract_groups(patterns[name])[0]
        if not pl.Series([row["text"].strip("\n")]).str.contains(patterns[name])[0]:
            yield f"sample {number}: pattern {name} does not read it; it gets {reached(patterns[name], row['text'])}"
            continue
        for field, wanted in row.get("fields", {}).items():
            if found.get(field) != wanted:
                yield f"sample {number}: {field} comes out as {found.get(field)!r}, not {wanted!r}"
    yield from (f"pattern {name}: it has no sample" for name in patterns if name not in tried)


def reached(regex: str, line: str) -> str:
    """How far a pattern gets in a line: as far as the longest beginning of it that still matches."""
    text = line.strip("\n")[:LONGEST]
    for end in range(len(regex), 0, -1):
        try:
            match = re.match(regex[:end], text)
        except re.error:
            continue
        if match and match.end():
            return f"to column {match.end() + 1}, before {text[match.end() : match.end() + 24]!r}"
    return "nowhere"


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
