"""Lines that are JSON objects: columns from paths, without a Python loop over lines."""

import re
from collections.abc import Sequence

import polars as pl

from forensics.ingest.definitions import TableMap

SHAPE = r"^\s*\{.*\}\s*$"


def matches(text: pl.Series, table: TableMap) -> pl.Series:
    """Which lines are JSON objects that have the required keys."""
    found = text.str.contains(SHAPE).fill_null(False)
    for key in table.requires:
        any_of = "|".join(re.escape(name) for name in key.split("|"))
        found &= text.str.contains(rf'"(?:{any_of})"\s*:')
    return found


def read(rows: pl.DataFrame, table: TableMap) -> pl.DataFrame:
    """Raw rows (line, more and the columns of the definition); objects that do not parse give nulls."""
    text = rows["text"]
    columns = [rows["line"], rows["more"]]
    for name, said in table.columns.items():
        columns.append(_first(text, said.split("|")).alias(name))
    if "message" in table.columns:
        # An object whose message stands under a name of its own is shown whole rather than lost.
        at = next(index for index, each in enumerate(columns) if each.name == "message")
        columns[at] = pl.select(pl.coalesce(columns[at], text)).to_series().alias("message")
    return pl.DataFrame(columns)


def _first(text: pl.Series, paths: Sequence[str]) -> pl.Series:
    found = pl.Series([None] * len(text), dtype=pl.String)
    for path in paths:
        if found.null_count() == 0:
            break
        if path.startswith("'"):
            value = pl.Series([path[1:-1]] * len(text), dtype=pl.String)
        else:
            if not text.str.contains(f'"{path.split(".")[0].split("/")[0]}"', literal=True).any():
                continue
            value = text.str.json_path_match(_json_path(path))
        value = value.set(value == "", None)
        found = pl.select(pl.coalesce(found, value)).to_series()
    return found


def _json_path(path: str) -> str:
    """``a.b`` as a JSONPath; ``/`` separates where keys themselves hold dots."""
    steps = path.rstrip("/").split("/") if "/" in path else path.split(".")
    return "$" + "".join(f"[{step}]" if step.isdigit() else f"['{step}']" for step in steps)
