"""Fold and mask: what turns a message into the text that equal events share, and the key of that text."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from forensics.library import Library

PLACEHOLDER = "<*>"


@dataclass(frozen=True, slots=True)
class Mask:
    """One masking step: every match of ``pattern`` (Rust syntax) becomes ``replacement``."""

    name: str
    pattern: str
    replacement: str


def load(library: Library) -> tuple[Mask, ...]:
    """The masks in force, in order: ``models/masking/*.toml`` by name, then by place in the file."""
    steps: list[Mask] = []
    for definition in library.load("models", "masking").values():
        steps.extend(_mask(row) for row in definition.get("mask", ()))
    return tuple(steps)


def _mask(row: Mapping[str, Any]) -> Mask:
    return Mask(row["name"], row["pattern"], row.get("replacement", PLACEHOLDER))


def mask(messages: pl.Series, masks: Sequence[Mask]) -> pl.Series:
    """Messages with their variables replaced by ``<*>``; same length and order. Call it on distinct messages."""
    masked = messages
    for step in masks:
        masked = masked.str.replace_all(step.pattern, step.replacement)
    return masked.str.strip_chars()


def message_key(masked: pl.Series) -> pl.Series:
    """A UInt64 key of each masked message that is the same in every version and on every machine.

    The first 8 bytes, little-endian, of BLAKE2b. Call it on distinct strings.
    """
    keys = [
        int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
        for text in masked.to_list()
    ]
    return pl.Series("message_key", keys, dtype=pl.UInt64)
