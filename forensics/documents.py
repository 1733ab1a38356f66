"""Structured files: JSON (also several documents in a row, also cut short), YAML and CSV, and the records in them.

A record is named by a JSON Pointer (RFC 6901), or by its row number in a CSV file (1-based, header apart).
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics import content

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]', re.DOTALL)
CLOSERS: Mapping[str, str] = {"[": "]", "{": "}"}
SPACE = re.compile(r"\s*")


def parse(text: str, notes: list[str]) -> Any:
    """The value of a JSON text; several values in a row become a list; None where nothing could be read.

    A text that stops in the middle gives the elements that are complete, with a note.
    """
    decoder = json.JSONDecoder(strict=False)
    values: list[Any] = []
    place = _space(text, 0)
    try:
        while place < len(text):
            value, place = decoder.raw_decode(text, place)
            values.append(value)
            place = _space(text, place)
    except RecursionError:
        notes.append("the JSON is nested too deeply to read")
    except ValueError as error:
        notes.append(f"the JSON breaks off or is wrong ({error}); what is complete was read")
        rest = _mended(text[place:])
        if rest is not None:
            values.append(rest)
    return values[0] if len(values) == 1 else values or None


def _space(text: str, place: int) -> int:
    match = SPACE.match(text, place)
    return match.end() if match else place


def _mended(text: str) -> Any:
    """A JSON text cut back to its last complete array element and closed; None where there is none."""
    stack: list[str] = []
    cut: tuple[int, str] | None = None
    for token in TOKEN.finditer(text):
        mark = token[0]
        if mark in CLOSERS:
            stack.append(CLOSERS[mark])
        elif mark in ("]", "}"):
            if not stack or stack.pop() != mark:
                break
            if stack and stack[-1] == "]":
                cut = (token.end(), "".join(reversed(stack)))
        elif mark == "," and stack and stack[-1] == "]":
            cut = (token.start(), "".join(reversed(stack)))
    if cut is None:
        return None
    try:
        return json.loads(text[: cut[0]] + cut[1], strict=False)
    except ValueError:
        return None


def load(path: Path, notes: list[str]) -> Any:
    """The JSON value of a file, as ``parse`` gives it."""
    return parse(content.text(path, notes), notes)


def rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text, header included; the separator is told from the first line."""
    first = text.partition("\n")[0]
    separator = max(",;\t|", key=first.count)
    # A field may hold a whole document; the default limit of 128 KB would end the file there.
    csv.field_size_limit(content.BIGGEST_DOCUMENT)
    return csv.reader(text.splitlines(keepends=True), delimiter=separator)


def pointer(value: Any, path: str) -> Any:
    """What a JSON Pointer names.

    >>> pointer({"events": [{"a/b": 1}]}, "/events/0/a~1b")
    1

    Raises:
        LookupError: there is no such place.
    """
    for step in path.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        try:
            value = value[int(key)] if isinstance(value, list) else value[key]
        except (TypeError, ValueError) as error:
            raise KeyError(path) from error
    return value


def escaped(key: str) -> str:
    """``key`` as a step of a JSON Pointer.

    >>> escaped("a/b~c")
    'a~1b~0c'
    """
    return key.replace("~", "~0").replace("/", "~1")


def line_texts(path: Path, ranges: Sequence[tuple[int, int]]) -> list[str | None]:
    """The raw text of each range of lines (1-based, inclusive), joined by newlines; None beyond the end."""
    wanted = sorted({line for first, last in ranges for line in range(first, last + 1)})
    found: dict[int, str] = {}
    for read in content.lines(path, []) if wanted else ():
        low, high = int(read["line"][0]), int(read["line"][-1])
        taken = [line for line in wanted if low <= line <= high]
        texts = read["text"].gather([line - low for line in taken])
        found.update(zip(taken, texts, strict=True))
        if high >= wanted[-1]:
            break
    return [
        "\n".join(found[line] for line in range(first, last + 1)) if last in found and first in found else None
        for first, last in ranges
    ]


def record_texts(path: Path, records: Sequence[str]) -> list[str | None]:
    """The raw text of each record; None where there is none."""
    if not records:
        return []
    text = content.text(path, [])
    document = parse(text, []) if any(not each.isdigit() for each in records) else None
    numbers = {int(each) for each in records if each.isdigit()}
    kept = _kept_rows(text, numbers) if numbers else {}
    return [kept.get(int(each)) if each.isdigit() else _json_at(document, each) for each in records]


def _json_at(document: Any, path: str) -> str | None:
    try:
        return json.dumps(pointer(document, path), ensure_ascii=False)
    except LookupError:
        return None


def _kept_rows(text: str, numbers: set[int]) -> dict[int, str]:
    header: list[str] = []
    kept: dict[int, str] = {}
    last = max(numbers)
    for number, row in enumerate(rows(text)):
        if number == 0:
            header = row
        elif number in numbers:
            names = header + [""] * (len(row) - len(header))
            kept[number] = " ".join(f"{name}={value}" for name, value in zip(names, row, strict=False))
        if number >= last:
            break
    return kept
