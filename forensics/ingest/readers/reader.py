"""What a reader is: a test and a reading of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

Raw = Iterator[tuple[str, pl.DataFrame]]


@dataclass(frozen=True, slots=True)
class Reader:
    """``fits`` tells from the first text of a file; ``read`` gives raw rows of the whole text."""

    fits: Callable[[str], bool]
    read: Callable[[str], Raw]
