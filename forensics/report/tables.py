"""Rows of any shape as a table: for sections whose columns another part of the analysis decides."""

from collections.abc import Mapping, Sequence
from typing import Any

from forensics.report.wording import NARROW, duration, number, percent, size

HIDDEN = ("claim", "evidence", "id")
MOST_COLUMNS = 7


def quantity(value: float | None, unit: str = "") -> str:
    r"""A value with its unit, in the form a person reads.

    >>> quantity(0.125, "ratio"), quantity(44.0, ""), quantity(1.5, "s"), quantity(3.0, "connections")
    ('12.5\u202f%', '44', '1.5\u202fs', '3\u202fconnections')
    """
    if value is None:
        return "unknown"
    if unit in ("ratio", "percent_ratio"):
        return percent(value)
    if unit in ("s", "seconds"):
        return duration(value)
    if unit in ("bytes", "byte", "B"):
        return size(value)
    return f"{number(value)}{NARROW}{unit}" if unit else number(value)


def cell(name: str, value: Any) -> str:
    """One value of a row in words; ``name`` tells its unit by its ending."""
    if isinstance(value, Mapping):
        return str(value["text"]) if "text" in value else ", ".join(f"{k} {cell(k, v)}" for k, v in value.items() if v)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(cell(name, each) for each in value)
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        ends = {"_s": duration, "_ratio": percent, "_share": percent, "_bytes": size}
        form = next((form for end, form in ends.items() if name.endswith(end)), number)
        return percent(value) if name in ("score", "confidence", "precision", "recall") else form(value)
    return str(value)


def tabled(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Head and cells of ``rows``, with the claim and evidence of each; a column appears where any row has a value."""
    names = list(
        dict.fromkeys(
            name
            for row in rows
            for name, value in row.items()
            if name not in HIDDEN and value not in (None, "", [], {}, ())
        )
    )[:MOST_COLUMNS]
    heads = [name.removesuffix("_s").removesuffix("_ratio").replace("_", " ").capitalize() for name in names]
    return {
        "head": heads,
        "rows": [
            {
                "cells": [cell(name, row.get(name)) for name in names],
                "claim": row.get("claim", ""),
                "evidence": row.get("evidence", []),
            }
            for row in rows
        ],
    }
