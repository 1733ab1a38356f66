"""Tables whose columns blanks keep apart (kubectl, helm, docker), or whose header stands in a comment (W3C, Zeek, sadf)."""

import re
from collections.abc import Iterator

import polars as pl

NAME = r"[A-Z][A-Z0-9%/._:#-]*(?: [A-Z0-9%/._:#-]+)*(?:\([A-Za-z%]+\))?"
ALIGNED = rf"^{NAME}(?:(?:\s{{2,}}|\s*\t\s*){NAME})+\s*$"
COMMENTED = r"^#\s?(?:[Ff]ields:?\s+\S|[\w%-]+(?:[;,][^;,]+){2,}$)"
ANNOTATED = r"#(?:group|datatype|default),"
RULE = r"^\s*\+?-{2,}(?:[-+]-+)*\+[-+]*\s*$"
SPACED = r"^[a-z][a-z0-9_-]*(?: [a-z][a-z0-9_-]*){4,}$"
SEPARATORS = ("\t", ";", ",", " ")
SOON = 6


def shape(text: str) -> str:
    """What the first lines say: "aligned", "commented", or "" for no such table."""
    first = [line for line in text.lstrip("\ufeff").splitlines()[:40] if line.strip()][:SOON]
    if any(re.match(ANNOTATED, line) for line in first):
        return ""
    if any(re.match(COMMENTED, line) for line in first):
        return "commented"
    if _ruled(first):
        return "ruled"
    if _spaced(first):
        return "spaced"
    return "aligned" if any(re.match(ALIGNED, line) for line in first) else ""


def tables(lines: pl.DataFrame, kind: str) -> Iterator[pl.DataFrame]:
    """Each table of a frame (line, text) as strings under its header; ``record`` is the number of the line.

    A value that stands for nothing (``-``, ``<none>``) is null.
    """
    if kind in ("ruled", "spaced"):
        yield from (_ruled_rows(lines) if kind == "ruled" else _spaced_rows(lines))
        return
    header = COMMENTED if kind == "commented" else ALIGNED
    text = pl.col("text")
    marked = lines.with_columns(text.str.contains(header).cum_sum().alias("table"))
    if kind == "aligned":
        # A blank line ends a table of a terminal.
        marked = marked.with_columns((text.str.strip_chars() == "").cum_sum().over("table").alias("gap")).filter(
            pl.col("gap") == 0
        )
    else:
        marked = marked.filter(~text.str.starts_with("#") | text.str.contains(header))
    for part in marked.filter(pl.col("table") > 0, text.str.strip_chars() != "").partition_by(
        "table", maintain_order=True
    ):
        found = _commented(part) if kind == "commented" else _aligned(part)
        if found.height:
            yield found.with_columns(_said(name) for name in found.columns)


def _said(name: str) -> pl.Expr:
    """A column, null where a value stands for nothing."""
    return pl.when(pl.col(name).is_in(["-", "<none>", "(empty)", "", "NULL"])).then(None).otherwise(name).alias(name)


def _ruled(first: list[str]) -> bool:
    """Whether a rule of dashes and crosses underlines the names, as psql and mysql draw it."""
    return any(re.match(RULE, line) for line in first[:4]) and any("|" in line for line in first[:3])


def _spaced(first: list[str]) -> bool:
    """Whether single blanks part many names in small letters, and the lines below have as many fields, some of them numbers."""
    if len(first) < 2 or not re.match(SPACED, first[0]):
        return False
    size = len(first[0].split())
    return all(len(line.split()) == size and re.search(r"(?:^| )\d+(?: |$)", line) for line in first[1:])


def _ruled_rows(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    text = pl.col("text").str.strip_chars()
    kept = lines.filter(text.str.contains("|", literal=True))
    if not kept.height:
        return
    names = _unique([each.strip() for each in kept["text"][0].strip(" |").split("|")])
    is_row = ~text.str.contains(RULE) & (pl.col("text") != kept["text"][0])
    bare = (
        text.str.strip_prefix("|").str.strip_suffix("|") if kept["text"][0].lstrip().startswith("|") else pl.col("text")
    )
    fields = bare.str.split("|")
    rows = kept.filter(is_row, fields.list.len() == len(names))
    found = rows.select(
        pl.col("line").cast(pl.String).alias("record"),
        *(fields.list.get(at, null_on_oob=True).str.strip_chars().alias(name) for at, name in enumerate(names)),
    )
    if found.height:
        yield found.with_columns(_said(name) for name in found.columns)


def _spaced_rows(lines: pl.DataFrame) -> Iterator[pl.DataFrame]:
    names = _unique(lines["text"][0].split())
    fields = pl.col("text").str.strip_chars().str.split(" ")
    found = lines.filter(fields.list.len() == len(names), pl.col("text") != lines["text"][0]).select(
        pl.col("line").cast(pl.String).alias("record"),
        *(fields.list.get(at, null_on_oob=True).alias(name) for at, name in enumerate(names)),
    )
    if found.height:
        yield found.with_columns(_said(name) for name in found.columns)


def _commented(part: pl.DataFrame) -> pl.DataFrame:
    said = re.sub(r"^#\s?(?:[Ff]ields:?\s+)?", "", part["text"][0]).strip()
    separator = next(each for each in SEPARATORS if each in said or each == " ")
    names = _unique(
        [each.strip() for each in re.split(r"\s+" if separator == " " else separator, said) if each.strip()]
    )
    rows = part.tail(-1)
    text = pl.col("text").str.strip_chars("\r\n ")
    fields = text.str.extract_all(r'"[^"]*"|\S+') if separator == " " else text.str.split(separator)
    return rows.filter(fields.list.len() >= len(names) // 2).select(
        pl.col("line").cast(pl.String).alias("record"),
        *(
            fields.list.get(place, null_on_oob=True).str.strip_chars(' "').alias(name)
            for place, name in enumerate(names)
        ),
    )


def _aligned(part: pl.DataFrame) -> pl.DataFrame:
    header = part["text"][0]
    rows = part.tail(-1)
    record = pl.col("line").cast(pl.String).alias("record")
    if "\t" in header:
        names = _unique([each.strip() for each in header.split("\t") if each.strip()])
        fields = pl.col("text").str.split("\t")
        return rows.select(
            record,
            *(fields.list.get(at, null_on_oob=True).str.strip_chars().alias(name) for at, name in enumerate(names)),
        )
    found = list(re.finditer(NAME + r"(?=\s{2,}|\s*$)", header))
    names = _unique([each[0].strip() for each in found])
    ends = [each.start() for each in found[1:]]
    spans = [
        pl.col("text").str.slice(each.start(), end - each.start() if end else None).str.strip_chars().alias(name)
        for each, end, name in zip(found, [*ends, None], names, strict=True)
    ]
    return rows.select(record, *spans)


def _unique(names: list[str]) -> list[str]:
    """Names, numbered where one comes twice."""
    return [name if name not in names[:place] else f"{name} {place}" for place, name in enumerate(names)]
