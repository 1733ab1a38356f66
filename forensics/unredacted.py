"""The series and counts that redacted evidence may stand for, so that it can still be measured."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import Any

import polars as pl

from forensics.redaction import PLACEHOLDER, fits
from forensics.store import Store

# A placeholder that could be more things than this is not worth trying.
MOST = 2_000


def series(row: Mapping[str, Any], store: Store) -> Iterator[Mapping[str, Any]]:
    """``row``, or where something in it was taken out, every series that it could be."""
    if not _is_redacted([row["component"], row["metric"], *(row["labels"] or {}).values()]):
        yield row
        return
    table = (
        store.scan("series")
        .select("component", "metric", "labels")
        .unique()
        .sort("component", "metric", "labels")
        .collect()
    )
    for component, metric, text in table.rows():
        labels = json.loads(text) if text else {}
        said = row["labels"] or {}
        if (
            fits(row["component"], component)
            and fits(row["metric"], metric)
            and said.keys() == labels.keys()
            and all(fits(value, str(labels[name])) for name, value in said.items())
        ):
            yield {**row, "component": component, "metric": metric, "labels": labels}


def counts(row: Mapping[str, Any], store: Store) -> Iterator[Mapping[str, Any]]:
    """``row``, or where something in its filters was taken out, every count that it could be."""
    if not _is_redacted([value for _, _, value in row["filters"]]):
        yield row
        return
    choices = [
        [(column, operator, each) for each in _values(store, row["table"], column, value)]
        for column, operator, value in row["filters"]
    ]
    for filters in islice(product(*choices), MOST):
        yield {**row, "filters": list(filters)}


def _values(store: Store, table: str, column: str, value: Any) -> list[Any]:
    if not _is_redacted([value]):
        return [value]
    known = store.scan(table).select(pl.col(column).unique().sort()).collect()[column].drop_nulls().to_list()
    return [each for each in known if fits(value, str(each))]


def _is_redacted(values: list[Any]) -> bool:
    return any(isinstance(each, str) and PLACEHOLDER.search(each) for each in values)
