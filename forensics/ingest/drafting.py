"""A draft of a definition, from what a file holds: patterns with named groups, or paths and columns, and samples."""

import json
from collections.abc import Iterator, Sequence

import polars as pl

from forensics import content
from forensics.errors import UsageError
from forensics.ingest import csvs, guesses, headers, records
from forensics.ingest.definitions import Format, TableMap
from forensics.records.bundle import File

LINES, SAMPLED = 3_000, 2


def draft(file: File) -> str:
    """The TOML of a definition that reads ``file``; it wants a title, a meaning and a source.

    Raises:
        UsageError: nothing in the file says when anything happened.
    """
    text = content.head(file.location).decode("utf-8", errors="replace")
    lines = pl.Series([line for line in text.splitlines()[:LINES] if line.strip()], dtype=pl.String)
    as_table = csvs.table_of(text, []) if csvs.header(text)[0] else None
    found: Format | None = guesses.json_lines(lines)
    samples: list[str] = lines.head(SAMPLED).to_list()
    if found is None and records.is_document(text) and records.is_structured(text):
        found = guesses.document(records.parsed(text, []))
        samples = [text.strip("\n")] if len(text) < 4_000 else []
    elif found is None and as_table is not None and as_table.height:
        found = guesses.table(as_table)
        samples = ["\n".join(lines.head(SAMPLED + 1))]
    elif found is None:
        found = headers.learn(lines) or headers.anywhere(lines)
    if found is None:
        raise UsageError(
            f"{file.path} holds no times, keys or columns to learn from",
            hint="Give a file with a few lines of the log, or write the definition by hand.",
        )
    return "\n".join(_toml(found, lines, samples)) + "\n"


def _toml(found: Format, lines: pl.Series, samples: Sequence[str]) -> Iterator[str]:
    yield 'title = "TODO: what wrote this"'
    yield 'means = "TODO: what a line or record says"'
    yield 'source = "TODO: where the format is described"'
    if found.is_csv:
        yield "csv = true"
    if found.json is not None:
        yield from ["", "[json]", f"requires = {json.dumps(list(found.json.requires))}", "", "[json.columns]"]
        yield from _columns(found.json)
    for table in found.tables:
        yield from ["", "[[table]]", f'to = "{table.to}"', f"records = {_quoted(table.records)}"]
        yield f"requires = {json.dumps(list(table.requires))}"
        yield "[table.columns]"
        yield from _columns(table)
        if table.unpivot:
            yield "[table.unpivot]"
            yield from (f"{name} = {_quoted(str(value))}" for name, value in table.unpivot.items())
    if found.patterns:
        yield from _patterns(found, lines)
    else:
        yield from (line for text in samples for line in ("", "[[sample]]", f"text = {_literal(text)}"))


def _columns(table: TableMap) -> Iterator[str]:
    yield from (f"{name} = {_quoted(said)}" for name, said in table.columns.items())


def _patterns(found: Format, lines: pl.Series) -> Iterator[str]:
    """Patterns that read something, each with a sample that those before it leave over."""
    left = lines
    kept = []
    for each in found.patterns:
        is_read = left.str.contains(each.regex)
        if is_read.any():
            kept.append((each, left.filter(is_read)[0]))
            left = left.filter(~is_read)
    for each, _ in kept:
        yield from ["", "[[pattern]]", f'name = "{each.name.replace(" ", "_")}"', f"regex = {_literal(each.regex)}"]
    for each, sample in kept:
        groups = pl.Series([sample]).str.extract_groups(each.regex)[0]
        fields = ", ".join(
            f"{name} = {_quoted(value)}" for name, value in groups.items() if value and not name.isdigit()
        )
        yield from ["", "[[sample]]", f"text = {_literal(sample)}", f'pattern = "{each.name.replace(" ", "_")}"']
        yield f"fields = {{ {fields} }}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(text: str) -> str:
    """A TOML literal string where it can be one."""
    is_plain = "'''" not in text and not text.endswith("'") and all(each >= " " or each in "\t\n" for each in text)
    return f"'''{text}'''" if is_plain else _quoted(text)
