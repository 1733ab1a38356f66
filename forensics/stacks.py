"""Events of several lines as one: a stack trace becomes its errors and the first frames of the application."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from forensics.library import Library

FRAMES = 2
MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Stacks:
    """What lines of an event are frames and errors, and which frames belong to a library."""

    frame: Sequence[re.Pattern[str]]
    error: re.Pattern[str]
    library: re.Pattern[str]


def load(library: Library) -> Stacks:
    """What ``models/masking/stacks.toml`` says."""
    said = library.load("models", "masking")["stacks"]
    frames = tuple(re.compile(each) for each in said["frame"])
    return Stacks(frames, re.compile(said["error"]), re.compile(said["library"]))


def condense(messages: pl.Series, stacks: Stacks) -> pl.Series:
    """Messages with every event of several lines as one line; the others as they are; same length and order."""
    several = messages.str.contains("\n", literal=True)
    if not several.any():
        return messages
    distinct = messages.filter(several).unique()
    short = pl.Series([condensed(text, stacks) for text in distinct.to_list()], dtype=pl.String)
    table = pl.DataFrame({"whole": distinct, "short": short})
    joined = messages.to_frame("whole").join(table, on="whole", how="left", maintain_order="left")
    return joined.select(pl.coalesce("short", "whole")).to_series()


def condensed(text: str, stacks: Stacks) -> str:
    """One event: its first line, each error, and the first frames of the application (of any, where it has none).

    An event without frames keeps all its lines.
    """
    lines = [line.strip() for line in text.split("\n")[:MOST_LINES]]
    frames = {place: name for place, line in enumerate(lines) if place and (name := _function(line, stacks))}
    if not frames:
        return " ".join(line for line in lines if line)
    own = [place for place, name in frames.items() if not stacks.library.search(name)]
    shown = set((own or list(frames))[:FRAMES])
    kept = [
        f"at {frames[place]}()" if place in shown else line
        for place, line in enumerate(lines)
        if place in shown or place == 0 or (place not in frames and stacks.error.search(line))
    ]
    return " ".join(line for line in kept if line)


def _function(line: str, stacks: Stacks) -> str:
    if not line.startswith(("at ", "File ")) and not line.endswith(")"):
        return ""
    for pattern in stacks.frame:
        match = pattern.search(line)
        if match:
            return match[1]
    return ""
