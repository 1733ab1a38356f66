"""Which format a file has, from what it holds. ``forensics.ingest.strictness`` says in which order formats are tried."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from forensics.ingest import guesses, headers, jsonlines, partial, records
from forensics.ingest.definitions import Format, Pattern

LEAST_SHARE = 0.02
LOOSER = 2
MOST_FORMATS = 4
# A definition that reads a quarter of the lines is of the file; one that reads fewer may do so by chance.
CLEAR_SHARE = 0.25


def matches(text: pl.Series, pattern: Pattern) -> pl.Series:
    """Which lines ``pattern`` reads."""
    return text.str.contains(pattern.regex).fill_null(value=False)


def is_last_resort(each: Format) -> bool:
    """Whether a format takes any line at all: it names no time, so nothing tells an event from what continues it."""
    return (
        each.json is None
        and not each.begins
        and not each.wraps
        and all("(?P<time" not in pattern.regex and pattern.table == "logs" for pattern in each.patterns)
    )


def is_lines(each: Format) -> bool:
    """Whether a format reads lines, and not documents or tables."""
    return bool(each.patterns) or each.json is not None


def matched_alone(column: pl.Series, each: Format) -> pl.Series:
    """Which lines of a column a format reads, each by itself."""
    return column.str.contains(each.begins) if each.begins else _matched(column, each)


def _matched(column: pl.Series, each: Format) -> pl.Series:
    found = pl.Series([False] * len(column), dtype=pl.Boolean)
    if each.json is not None:
        found |= jsonlines.matches(column, each.json)
    if each.begins:
        # Whatever follows its first line belongs to an event of several lines.
        return column.str.contains(each.begins).cum_sum() > 0
    for pattern in each.patterns:
        found |= matches(column, pattern)
    if each.ignores:
        found |= column.str.contains(each.ignores)
    return found


def starts(text: pl.Series, formats: Sequence[Format]) -> pl.Series:
    """Which lines begin an event of one of ``formats``."""
    found = pl.Series([False] * len(text), dtype=pl.Boolean)
    for each in formats:
        cut = [one.regex for one in each.patterns if "(?P<partial>" in one.regex]
        if each.begins:
            found |= block_starts(text, each.begins)
        else:
            found |= partial.starts(text, cut[0]) if cut else _matched(text, each)
    return found


def block_starts(text: pl.Series, begins: str) -> pl.Series:
    """Which lines begin an event of several lines; two first lines in a row begin one, since either may be left out."""
    named = text.str.contains(begins)
    return named & ~named.shift(1, fill_value=False)


def line_formats(sample: pl.Series, formats: Sequence[Format]) -> list[Format]:
    """The formats of the lines in a sample, best first: each next one must read lines that those before left over.

    A format is preferred for reading more lines; among equals the stricter, which stands first in ``formats``. Lines that
    no definition reads are read by what can be learned from them: keys of JSON objects, or a header with a time.
    """
    left = sample.filter(sample.str.strip_chars() != "")
    chosen: list[Format] = []
    least = max(1, int(LEAST_SHARE * len(left)))
    if not len(left):
        return []
    while len(left) >= least and len(chosen) < MOST_FORMATS:
        best, found = _best(left, [each for each in formats if is_lines(each) and each not in chosen])
        if best is None or int(found.sum()) < least:
            break
        if best.name == headers.NAME or chosen or int(found.sum()) < CLEAR_SHARE * len(left):
            best, found = _guessed(left, best, found)
        chosen.append(best)
        left = left.filter(~found)
    return chosen or _learned(left) or _last_resort(left, formats)


def _guessed(left: pl.Series, best: Format, found: pl.Series) -> tuple[Format, pl.Series]:
    """What can be learned from the lines themselves, where it reads more of them than ``best``."""
    for each in _learned(left):
        matched = _matched(left, each)
        if matched.sum() > LOOSER * found.sum() or (best.name == headers.NAME and matched.sum() >= found.sum()):
            return each, matched
    return best, found


def _learned(left: pl.Series) -> list[Format]:
    found = guesses.json_lines(left) or headers.learn(left) or headers.anywhere(left)
    return [found] if found else []


def _last_resort(left: pl.Series, formats: Sequence[Format]) -> list[Format]:
    """A format of lines without times: the strictest that reads most of them."""
    able = [(each, int(_matched(left, each).sum())) for each in formats if is_lines(each) and is_last_resort(each)]
    good = [each for each, n in able if n > CLEAR_SHARE * len(left)]
    # The loosest takes what is left over: without times nothing says that a line continues the one before it.
    return (good or [each for each, n in able if n])[:1] + ([able[-1][0]] if good and able[-1][0] != good[0] else [])


def _best(left: pl.Series, formats: Sequence[Format]) -> tuple[Format | None, pl.Series]:
    best, most, found = None, 0.0, left.is_null()
    for each in formats:
        if is_last_resort(each) or (each.name == headers.NAME and most > CLEAR_SHARE * len(left)):
            continue
        matched = _matched(left, each)
        if each.kind == "metrics" and each.patterns and not _is_mostly(left, matched, each):
            continue
        # A looser format must read clearly more; what it reads besides may be lines that continue an event.
        if matched.sum() > LOOSER * most:
            best, most, found = each, float(matched.sum()), matched
    return best, found


def _is_mostly(left: pl.Series, matched: pl.Series, each: Format) -> bool:
    """Whether half of the lines are samples: in a text some lines end in a number by chance."""
    said = ~left.str.contains(each.ignores) if each.ignores else pl.Series([True] * len(left))
    return int((matched & said).sum()) * 2 >= int(said.sum()) and bool((matched & said).any())


def document_format(document: Any, formats: Sequence[Format]) -> Format | None:
    """The format that reads most records of the document; among equals the first in order, which is the strictest."""
    counts = [
        (-sum(records.reach(document, table) for table in each.tables), place)
        for place, each in enumerate(formats)
        if not each.is_table and any(records.fits(document, table) for table in each.tables)
    ]
    if counts:
        return formats[min(counts)[1]]
    # An export in which nothing happened is still an export.
    empty = [
        each
        for each in formats
        if not each.is_table and any(records.is_empty(document, table) for table in each.tables)
    ]
    return empty[0] if empty else None


def table_format(header: Sequence[str], formats: Sequence[Format], *, is_aligned: bool = False) -> Format | None:
    """The first CSV (or aligned) format in order whose required columns the header has."""
    for each in formats:
        if (each.is_aligned if is_aligned else each.is_csv) and any(
            records.has_header(header, table) for table in each.tables
        ):
            return each
    return None
