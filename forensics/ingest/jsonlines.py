"""Lines that are JSON objects: columns from paths, without a Python loop over lines."""

import json
import re
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.ingest.definitions import TableMap

# Keys that none of the first objects has are looked up one by one.
SHOWN = 100
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
    plain = _decoded(text, [path for said in table.columns.values() for path in said.split("|")])
    for name, said in table.columns.items():
        columns.append(_first(text, said.split("|"), plain).alias(name))
    if "message" in table.columns:
        # An object whose message stands under a name of its own is shown whole rather than lost.
        at = next(index for index, each in enumerate(columns) if each.name == "message")
        columns[at] = pl.select(pl.coalesce(columns[at], text)).to_series().alias("message")
    return pl.DataFrame(columns)


def _decoded(text: pl.Series, paths: Sequence[str]) -> Mapping[str, pl.Series]:
    """The values of keys that hold strings in every object, read in one pass, which takes a third of a path each."""
    if text.str.contains(r"\u", literal=True).any():
        return {}
    shown = {key for record in text.head(SHOWN).to_list() for key in _keys(record)}
    wanted = sorted(
        {path for path in paths if path in shown and re.fullmatch(r"\w+", path) and _holds_strings(text, path)}
    )
    try:
        found = text.str.json_decode(pl.Struct({name: pl.String for name in wanted})) if wanted else None
    except pl.exceptions.ComputeError:
        return {}
    return {name: found.struct.field(name) for name in wanted} if found is not None else {}


def _keys(record: str) -> Sequence[str]:
    try:
        return tuple(json.loads(record))
    except (ValueError, TypeError, RecursionError):
        return ()


def _holds_strings(text: pl.Series, key: str) -> bool:
    has = text.str.contains(f'"{key}"', literal=True)
    return bool(has.any() and (text.filter(has).str.contains(f'"{key}":"', literal=True)).all())


def _first(text: pl.Series, paths: Sequence[str], plain: Mapping[str, pl.Series]) -> pl.Series:
    found = pl.Series([None] * len(text), dtype=pl.String)
    for path in paths:
        if found.null_count() == 0:
            break
        if path.startswith("'"):
            value = pl.Series([path[1:-1]] * len(text), dtype=pl.String)
        elif path in plain:
            value = plain[path]
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
