"""A frame as text: an aligned table for people, CSV or JSON lines for machines."""

import json
import unicodedata
from typing import Any

import polars as pl

WIDEST = 100


def text(frame: pl.DataFrame, form: str) -> str:
    """``frame`` as ``table``, ``csv`` or ``json`` (one object a line)."""
    if form == "csv":
        flat = [name for name, kind in frame.schema.items() if kind.is_nested()]
        return frame.with_columns(
            pl.col(name).map_elements(_cell, return_dtype=pl.String()) for name in flat
        ).write_csv()
    if form == "json":
        return "".join(json.dumps(row, ensure_ascii=False, default=_cell) + "\n" for row in frame.to_dicts())
    return _aligned(frame)


def _aligned(frame: pl.DataFrame) -> str:
    cells = [[_short(_cell(value)) for value in row] for row in frame.iter_rows()]
    widths = [max([_width(name), *(_width(row[i]) for row in cells)]) for i, name in enumerate(frame.columns)]
    right = [kind.is_numeric() for kind in frame.dtypes]
    rows = [list(frame.columns), ["─" * width for width in widths], *cells]
    lines = [
        "  ".join(
            _padded(cell, width, to_right=is_right) for cell, width, is_right in zip(row, widths, right, strict=True)
        )
        for row in rows
    ]
    return "\n".join(line.rstrip() for line in lines) + f"\n{frame.height:,} rows\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | pl.Series):
        return ", ".join(map(str, value))
    return value.isoformat(sep=" ") if hasattr(value, "isoformat") else str(value)


def _short(cell: str) -> str:
    """One line without control characters: what stands in a log must not steer the terminal."""
    plain = "".join(each if unicodedata.category(each)[0] != "C" else "\N{REPLACEMENT CHARACTER}" for each in cell)
    return plain if len(plain) <= WIDEST else plain[: WIDEST - 1] + "…"


def _width(cell: str) -> int:
    return sum(0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF") for each in cell)


def _padded(cell: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - _width(cell))
    return space + cell if to_right else cell + space
