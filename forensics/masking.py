"""Mask: what turns a message into the text that equal events share, and the key of that text."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics import stacks
from forensics.errors import DefinitionError
from forensics.library import Library

PLACEHOLDER = "<*>"
# Masks run again over what they gave until nothing changes, so that masking twice is masking once.
ROUNDS = 4
# A prefix is enough to tell one message from another, and keeps one endless line from costing minutes.
LONGEST = 4_000
KEYS = {"name", "pattern", "replacement", "match", "miss"}


@dataclass(frozen=True, slots=True)
class Mask:
    """One masking step: every match of ``pattern`` (Rust syntax) becomes ``replacement``."""

    name: str
    pattern: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Masks:
    """Masking steps in order, and how events of several lines become one line first."""

    steps: tuple[Mask, ...]
    stacks: stacks.Stacks


def load(library: Library) -> Masks:
    """The masks in force, in order: ``models/masking/*.toml`` by name, then by place in the file.

    Raises:
        DefinitionError: masks are broken; all faults are listed at once.
    """
    steps: list[Mask] = []
    faults: list[str] = []
    for name, definition in library.load("models", "masking").items():
        for row in definition.get("mask", ()):
            fault = _fault(row)
            if fault:
                faults.append(f"models/masking/{name}: mask {row.get('name', '?')}: {fault}")
            else:
                steps.append(_mask(row))
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct the masks; patterns are Rust regular expressions.")
    return Masks(tuple(steps), stacks.load(library))


def _fault(row: Mapping[str, Any]) -> str:
    unknown = sorted(set(row) - KEYS)
    if unknown:
        return f"unknown key {unknown[0]}; known are {', '.join(sorted(KEYS))}"
    if not isinstance(row.get("pattern"), str) or not isinstance(row.get("name"), str):
        return "it needs a name and a pattern"
    try:
        pl.Series([""]).str.replace_all(row["pattern"], row.get("replacement", PLACEHOLDER))
    except pl.exceptions.ComputeError as error:
        return str(error)
    return ""


def _mask(row: Mapping[str, Any]) -> Mask:
    return Mask(row["name"], ascii_classes(row["pattern"]), row.get("replacement", PLACEHOLDER))


def ascii_classes(pattern: str) -> str:
    r"""A pattern in which ``\w`` and ``\d`` are those of ASCII: it compiles ten times faster, for each chunk of a file.

    >>> ascii_classes(r"\d+[\w.]\\w")
    '[0-9]+[0-9A-Za-z_.]\\\\w'
    """
    parts: list[str] = []
    is_inside = False
    for token in re.findall(r"\\.|.", pattern, re.DOTALL):
        is_inside = (is_inside or token == "[") and token != "]"
        ranges = {r"\w": "0-9A-Za-z_", r"\d": "0-9"}.get(token)
        parts.append(token if ranges is None else ranges if is_inside else f"[{ranges}]")
    return "".join(parts)


def is_digit_blind(mask: Mask) -> bool:
    r"""Whether a mask cannot tell one digit from another, so that it does the same to messages that differ in digits.

    >>> is_digit_blind(Mask("", r"\bv\d{2,3}[0-9a-f]", "")), is_digit_blind(Mask("", r"v2\.\d", ""))
    (True, False)
    """
    rest = re.sub(r"\{\d+(?:,\d*)?\}|0-9|\\x(?!3\d)[0-9a-fA-F]{2}|\\u001[fF]", "", mask.pattern)
    return not re.search(r"\d", rest)


def mask(messages: pl.Series, masks: Masks) -> pl.Series:
    """Messages with their variables replaced by ``<*>`` and white space as single blanks; same length and order.

    Call it on distinct messages.
    """
    once = _round(stacks.condense(messages.str.head(LONGEST), masks.stacks), masks.steps)
    distinct = once.unique()
    final = distinct
    for _ in range(ROUNDS):
        again = _round(final, masks.steps)
        if (again == final).all():
            break
        final = again
    changed = distinct != final
    return once.replace(distinct.filter(changed), final.filter(changed)) if changed.any() else once


def _round(messages: pl.Series, steps: Sequence[Mask]) -> pl.Series:
    masked = pl.col("message")
    for step in steps:
        masked = masked.str.replace_all(step.pattern, step.replacement)
    return messages.to_frame("message").select(masked.str.replace_all(r"\s+", " ").str.strip_chars()).to_series()


def message_key(masked: pl.Series) -> pl.Series:
    """A UInt64 key of each masked message that is the same in every version and on every machine.

    The first 8 bytes, little-endian, of BLAKE2b. Call it on distinct strings.
    """
    keys = [
        int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        for text in masked.to_list()
    ]
    return pl.Series("message_key", keys, dtype=pl.UInt64)
