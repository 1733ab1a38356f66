"""Documents (JSON, YAML) and CSV files to raw rows, as a record format maps them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import polars as pl
import yaml

from forensics import documents
from forensics.ingest.definitions import Format, TableMap
from forensics.ingest.expressions import INSTANCE, compiled, places

# Records looked at to tell whether a document has the shape that a format reads.
LOOKED_AT = 50
QUANTITY = (
    r"^\s*(?:[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*[^\s\d]{0,8}|NaN|nan|null|[-+]?Inf(?:inity)?|[-+]?inf|-)\s*$"
)
COUNTED = 1_000


DOCUMENT = re.compile(
    r"""(?:\s*\#.*\n)*\s*(?:\[\s*(?:[\[{"\]]|-?\d+(?:\.\d+)?\s*[,\]]|true|false|null)|\{\s*["}]|---\s|[\w.-]+:(?:\s|$)|-\s[\w.-]+:(?:\s|$))""",
    re.VERBOSE,
)


def is_document(text: str) -> bool:
    """Whether a text begins as JSON or YAML does."""
    return bool(DOCUMENT.match(text.lstrip("\ufeff")))


def is_structured(text: str) -> bool:
    """Whether a text is surely a document: JSON, or YAML that goes deeper than lines of ``word: text``."""
    bare = text.lstrip("\ufeff \t\r\n")
    return (
        bare[:1] in "{["
        or bare.startswith(("---", "- "))
        or bool(re.search(r"(?m)^(?:[\w.-]+:\s*$|\s+[\w.-]+:\s|\s*- )", bare))
    )


def parsed(text: str, notes: list[str]) -> Any:
    """The value of a JSON or YAML text; None where it is neither."""
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start in ("{", "["):
        return documents.parse(text, notes)
    bare = re.sub(r"(?m)\A(?:\s*#.*\n|\s*\n)*", "", text)
    if re.match(r"(?:---\s|[\w.-]+:(?:\s|$)|- [\w.-]+:)", bare) and len(text) < 16 << 20:
        try:
            found = list(yaml.load_all(text, yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader))
        except (yaml.YAMLError, ValueError, RecursionError):
            return None
        return found[0] if len(found) == 1 else found
    return None


def fits(document: Any, table: TableMap) -> bool:
    """Whether the document has records where ``table`` looks for them, with the keys that it requires.

    One of the first fifty is enough: exporters leave keys out where they have nothing to say.
    """
    required = [compiled(each) for each in table.requires]
    for number, place in enumerate(places(document, table.records)):
        if number >= LOOKED_AT:
            return False
        if all(each(place, document) is not None for each in required):
            return True
    return False


def reach(document: Any, table: TableMap) -> int:
    """How many of the first thousand records have the keys that ``table`` requires."""
    required = [compiled(each) for each in table.requires]
    found = islice(places(document, table.records), COUNTED)
    return sum(all(each(place, document) is not None for each in required) for place in found)


def is_empty(document: Any, table: TableMap) -> bool:
    """Whether the list that ``table`` reads is there by name and has no records."""
    parent = table.records.removesuffix("/*").removesuffix("/[*]")
    if "*" in parent or parent == table.records:
        return False
    return any(place.record == [] for place in places(document, parent))


def read(document: Any, tables: Sequence[TableMap], name: str) -> Iterator[tuple[str, pl.DataFrame, int]]:
    """Raw rows of every table that the document fits: table, rows with their ``record``, and records passed over.

    ``name`` stands for ``@file``.
    """
    for table in tables:
        if fits(document, table):
            rows, skipped = _rows(document, table, name)
            yield table.to, rows, skipped


def _rows(document: Any, table: TableMap, file: str) -> tuple[pl.DataFrame, int]:
    required = [compiled(each) for each in table.requires]
    columns = {name: compiled(said.replace("@file", f"'{file}'")) for name, said in table.columns.items()}
    where = compiled(table.where) if table.where else None
    gathered: dict[str, list[Any]] = {name: [] for name in columns}
    records: list[str] = []
    skipped = 0
    for place in places(document, table.records):
        if any(each(place, document) is None for each in required):
            skipped += 1
            continue
        if where is not None and where(place, document) in (None, "", False):
            continue
        records.append(place.pointer)
        for name, each in columns.items():
            gathered[name].append(_plain(each(place, document), name))
    frame = pl.DataFrame([pl.Series(name, values, dtype=_type(values)) for name, values in gathered.items()])
    frame = frame.with_columns(pl.Series("record", records, dtype=pl.String))
    return _exploded(frame), skipped


def _plain(value: Any, name: str) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if name in ("paths", "carries", "values", "times", "lines"):
        return (
            [each if isinstance(each, str) else json.dumps(each) for each in value]
            if isinstance(value, list)
            else [str(value)]
        )
    if isinstance(value, Mapping | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return value if isinstance(value, int | float) else str(value)


def _type(values: Sequence[Any]) -> pl.DataType:
    kinds = {type(value) for value in values if value is not None}
    if kinds == {list}:
        return pl.List(pl.String)
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int}:
        return pl.Int64() if all(value is None or abs(value) < 1 << 62 for value in values) else pl.Float64()
    if kinds and kinds <= {int, float}:
        return pl.Float64()
    return pl.String()


def _exploded(frame: pl.DataFrame) -> pl.DataFrame:
    """A record that holds a whole series (lists ``times`` and ``values``) as one row a sample."""
    if "values" not in frame.columns:
        return frame
    lists = [name for name in ("times", "values") if name in frame.columns]
    fit = pl.col("values").list.len() == pl.col(lists[0]).list.len()
    long = frame.filter(fit.fill_null(False)).explode(lists)
    renamed = long.rename({"values": "value"} | ({"times": "time"} if "times" in lists else {}))
    if "times" not in lists:
        # Pairs of [time, value], as Prometheus writes them.
        pair = renamed["value"].str.strip_chars("[] ").str.splitn(",", 2).struct.unnest()
        renamed = renamed.with_columns(
            pair["field_0"].str.strip_chars(' "').alias("time"), pair["field_1"].str.strip_chars(' "').alias("value")
        )
    return renamed


def gives_numbers(frame: pl.DataFrame, each: Format) -> bool:
    """Whether the columns that a format takes for metrics hold numbers, most of them; True where it names its value."""
    for table in each.tables:
        if table.to != "metrics" or "value" in table.columns or not has_header(frame.columns, table):
            continue
        head = frame.head(LOOKED_AT).select(_value_columns(frame.columns, table.columns, table.unpivot))
        kept = [column.filter(column.is_not_null() & (column != "")) for column in head]
        said = [column.str.contains(QUANTITY).all() for column in kept if len(column)]
        return not said or sum(said) * 2 >= len(said)
    return True


def has_header(names: Sequence[str], table: TableMap) -> bool:
    """Whether a CSV header has every column that ``table`` requires (``a|b`` for either); pairs need both ends."""
    known = set(names)
    has_required = all(any(one in known for one in each.split("|")) for each in table.requires)
    return has_required and ("peer" not in table.unpivot.get("split", "") or _is_edges(names, table))


def read_table(frame: pl.DataFrame, each: Format, name: str) -> Iterator[tuple[str, pl.DataFrame, int]]:
    """Raw rows of every table that a CSV file fits."""
    for table in each.tables:
        if has_header(frame.columns, table):
            columns = {column: said.replace("@file", f"'{name}'") for column, said in table.columns.items()}
            wide = table.to == "metrics" and "value" not in columns
            yield table.to, _unpivoted(frame, columns, table.unpivot) if wide else _mapped(frame, columns), 0


def _mapped(frame: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    found = [_column(frame.columns, said).alias(name) for name, said in columns.items() if name != "labels"]
    kept = [name for name in columns.get("labels", "").split("|") if name in frame.columns]
    labels = pl.struct(kept).struct.json_encode().alias("labels") if kept else pl.lit("").alias("labels")
    return frame.select("record", *found, *([labels] if "labels" in columns else []))


def _column(names: Sequence[str], said: str) -> pl.Expr:
    found = []
    for part in said.split("|"):
        name = part.strip()
        if name.startswith("'"):
            found.append(pl.lit(name[1:-1]))
        elif name == ":json":
            found.append(pl.struct(each for each in names if each != "record").struct.json_encode())
        elif name in names:
            found.append(pl.when(pl.col(name) == "").then(None).otherwise(pl.col(name)))
        elif name.endswith(":owner") and name.removesuffix(":owner") in names:
            found.append(pl.col(name.removesuffix(":owner")).str.replace(INSTANCE, ""))
    return pl.coalesce(found) if found else pl.lit(None, dtype=pl.String)


def _unpivoted(frame: pl.DataFrame, columns: Mapping[str, str], unpivot: Mapping[str, Any]) -> pl.DataFrame:
    """Wide metrics: every column that is no key becomes samples of its own metric.

    ``split`` (a regex with groups named as columns) takes what stands in the column's name apart.
    """
    values = _value_columns(frame.columns, columns, unpivot)
    mapped = _mapped(frame, columns).rename({name: f"@{name}" for name in columns})
    long = pl.concat([mapped, frame.select(values)], how="horizontal").unpivot(
        on=values, index=mapped.columns, variable_name="wide", value_name="value"
    )
    long = long.filter(pl.col("value").is_not_null(), pl.col("value") != "")
    long = long.rename({f"@{name}": name for name in columns})
    if unpivot.get("split"):
        parts = long["wide"].str.extract_groups(unpivot["split"]).struct.unnest()
        long = pl.concat([long, parts], how="horizontal")
    long = long.with_columns(pl.int_range(pl.len()).over("record").alias("place"))
    return long.drop("wide") if "metric" in long.columns else long.rename({"wide": "metric"})


def _value_columns(names: Sequence[str], columns: Mapping[str, str], unpivot: Mapping[str, Any]) -> list[str]:
    apart = {part.strip() for said in columns.values() for part in said.split("|")} | {
        "record",
        *unpivot.get("except", ()),
    }
    return [name for name in names if name not in apart and re.search(unpivot.get("only", ""), name)]


def _is_edges(names: Sequence[str], table: TableMap) -> bool:
    """Whether the value columns are pairs of components: all can be split, and some name stands on both sides."""
    values = _value_columns(names, table.columns, table.unpivot)
    found = [re.fullmatch(table.unpivot["split"], name) for name in values]
    pairs = [match.groupdict() for match in found if match]
    sides = [{pair.get(side) for pair in pairs} for side in ("component", "peer")]
    return bool(pairs) and len(pairs) == len(values) and bool(sides[0] & sides[1])
