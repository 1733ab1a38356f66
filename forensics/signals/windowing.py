"""Which window a row lies in, and how long the windows are."""

from collections.abc import Sequence
from functools import reduce
from operator import or_

import polars as pl

from forensics.measuring import within
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Window

LARGEST = 1_000.0


def phase(windows: Windows, column: str) -> pl.Expr:
    """``during``, ``before`` (any baseline) or null for rows in neither window."""
    before = reduce(or_, (within(each, column) for each in windows.baselines), pl.lit(value=False))
    during = within(windows.incident, column)
    return pl.when(during).then(pl.lit("during")).when(before).then(pl.lit("before")).alias("phase")


def minutes(windows: Sequence[Window]) -> float:
    """Length of windows together, in minutes; never 0."""
    return max(sum(each.end - each.start for each in windows) / MINUTE, 1e-9)


def hull(windows: Windows) -> Window:
    """The window from the first baseline's start to the last one's end, for evidence that needs one window."""
    return Window(min(each.start for each in windows.baselines), max(each.end for each in windows.baselines))


def capped(size: float) -> float:
    """A size within the bounds of ``Signal.size``."""
    return max(0.0, min(size, LARGEST))
