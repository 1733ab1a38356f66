"""CSV texts: the names that they begin with, and their rows as strings."""

import io
import re
from itertools import islice

import polars as pl

from forensics import documents

# Annotated CSV holds several tables, each below notes on its columns.
BLOCK = re.compile(r"\r?\n\s*\n(?=#(?:group|datatype|default),)")
SOON = 64 << 10
TIME_NAME = r"(?i)time|timestamp|date|datetime|ts|@timestamp|_time"


def header(text: str) -> tuple[list[str], str]:
    """The column names that a CSV text begins with, and what separates them; no names where it is no table."""
    first = unmarked(text).partition("\n")[0].strip()
    separator = max(",;\t|", key=first.count)
    names = next(iter(documents.rows(first)), [])
    # Below a column of times the others may be named by their labels.
    is_plain = not any(map(_is_value, names)) or (bool(names) and re.fullmatch(TIME_NAME, names[0]) is not None)
    if len(names) > 2 and not names[0]:
        # Exports of data frames and annotated CSV number their rows in a column without a name.
        names[0] = "#"
    is_header = len(names) > 1 and all(names) and is_plain
    return (
        [name if name not in names[:at] else f"{name} {at}" for at, name in enumerate(names)] if is_header else [],
        separator,
    )


def unmarked(text: str) -> str:
    """A CSV text without byte order mark, the line ``sep=,`` that spreadsheets ask for, and notes on its columns."""
    return re.sub(
        r"\A(?:sep=.\r?\n)?(?:#(?:TYPE |group,|datatype,|default,)[^\n]*\n|\s*\n)*", "", text.lstrip("\ufeff")
    )


def _is_value(name: str) -> bool:
    """Whether a field is too long, too deep or too much of a number, time or sentence to name a column."""
    return len(name) > 200 or bool(
        re.match(
            r"\d{8}|\s*[-+]?\d[\d.:,/ T+-]*Z?\s*$|[\[{<]|.*[\]}]$|.*(?:://|\d\d:\d\d|:\s|:[-+]?\d|=)",
            re.sub(r"\s\[[\w%/]+\]$", "", name.strip()),
        )
    )


def table_of(text: str, notes: list[str]) -> pl.DataFrame | None:
    """A CSV text as a frame of strings, ``record`` (1-based row) first; None where it is no table."""
    tables = [each for block in BLOCK.split(text) if (each := _table_of(block, notes)) is not None]
    if not tables:
        return None
    frame = pl.concat(tables, how="diagonal")
    return frame.with_columns(pl.int_range(1, pl.len() + 1).cast(pl.String).alias("record"))


def _table_of(text: str, notes: list[str]) -> pl.DataFrame | None:
    names, separator = header(text)
    if not names:
        return None
    first = list(islice(documents.rows(unmarked(text)[:SOON]), 1, 6))
    if first and all(len(row) == len(names) + 1 and row[-1] for row in first[:-1] or first):
        # Event viewers name no column for the text.
        names = [*names, "message"]
    quoted = separator.join('"' + name.replace('"', '""') + '"' for name in names)
    try:
        frame = pl.read_csv(
            io.BytesIO(f"{quoted}\n{unmarked(text).partition(chr(10))[2]}".encode()),
            separator=separator,
            infer_schema=False,
            truncate_ragged_lines=True,
            encoding="utf8-lossy",
        )
    except pl.exceptions.PolarsError as error:
        notes.append(f"the CSV breaks off: {error}".splitlines()[0])
        return None
    return frame.drop("#") if names[0] == "#" else frame
