"""What the variables of a template hold: their values in a message, and a type for each."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from forensics.library import Library
from forensics.masking import PLACEHOLDER

WORD = "word"
AROUND = 24
# Variables further on than this are a list of values, and get no type of their own.
MOST_TYPED = 64


@dataclass(frozen=True, slots=True)
class Type:
    """A type of variable: what its values look like, and what stands right before and after it."""

    name: str
    value: re.Pattern[str]
    before: re.Pattern[str]
    after: re.Pattern[str]


def load(library: Library) -> tuple[Type, ...]:
    """The types in order of trying, from ``models/masking/types.toml``."""
    rows: Sequence[Mapping[str, str]] = library.load("models", "masking")["types"]["type"]
    return tuple(
        Type(
            row["name"],
            re.compile(row["value"]),
            re.compile(row.get("before", "")),
            re.compile(row.get("after", "")),
        )
        for row in rows
    )


def values(template: str, message: str) -> tuple[str, ...] | None:
    """What stands in ``message`` where ``template`` has variables; None where the message is not of the template.

    White space is compared as single blanks, as masking does.

    >>> values("took <*> ms for <*>", "took 12 ms for /api")
    ('12', '/api')
    """
    first, *parts = template.split(PLACEHOLDER)
    text = " ".join(message.split())
    if not parts:
        return () if text == first else None
    if not text.startswith(first):
        return None
    found: list[str] = []
    at = len(first)
    for part in parts[:-1]:
        # Each variable is as short as can be: taking the first place where the constant is met never misses a match.
        end = text.find(part, at) if part else at
        if end < 0:
            return None
        found.append(text[at:end])
        at = end + len(part)
    end = len(text) - len(parts[-1])
    return (*found, text[at:end]) if end >= at and text.endswith(parts[-1]) else None


def types(template: str, message: str, known: Sequence[Type]) -> tuple[str, ...]:
    """The type of each variable of a template, told from one message of it.

    >>> types("done", "done", ())
    ()
    """
    found = values(template, message)
    parts = template.split(PLACEHOLDER)
    if found is None:
        return tuple(WORD for _ in parts[1:])
    told = (
        _type(value, parts[at][-AROUND:], parts[at + 1][:AROUND], known) for at, value in enumerate(found[:MOST_TYPED])
    )
    return (*told, *(WORD for _ in found[MOST_TYPED:]))


def _type(value: str, before: str, after: str, known: Sequence[Type]) -> str:
    for each in known:
        if each.value.search(value) and each.before.search(before) and each.after.search(after):
            return each.name
    return WORD
