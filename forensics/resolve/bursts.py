"""Zones that bursts of errors suggest: a file that agrees with the others only when its clock is moved by hours."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from forensics.records.window import MINUTE
from forensics.store import Store

ERROR = 17
HALF_HOUR = 30
# Offsets of the zones in use, UTC-12 to UTC+14.
OFFSETS = range(-14 * 60, 12 * 60 + HALF_HOUR, HALF_HOUR)
# A guess needs enough minutes with errors, agreement when moved, and none as it stands.
FEWEST_MINUTES = 5
AGREES, DISAGREES = 0.7, 0.2
LONGEST_MINUTES = 14 * 24 * 60


def zones(store: Store, files: Sequence[str]) -> Mapping[str, int]:
    """Microseconds by which each of ``files`` would have to move for its bursts of errors to agree with the others'.

    Only where one offset alone makes them agree: the correlation of error counts a minute is at least 0.7 there and below
    0.2 unmoved, and no other offset comes near.
    """
    if not files:
        return {}
    minutes = (pl.col("minute").to_physical() // MINUTE).alias("minute")
    rows = store.scan("counts").filter(pl.col("severity") >= ERROR).group_by("file", minutes).agg(pl.col("n").sum())
    counted = rows.sort("file", "minute").collect()
    found: dict[str, int] = {}
    for path in files:
        own = dict(counted.filter(pl.col("file") == path).select("minute", "n").rows())
        rest = counted.filter(~pl.col("file").is_in(list(files))).group_by("minute").agg(pl.col("n").sum())
        others = dict(rest.sort("minute").rows())
        if len(own) >= FEWEST_MINUTES and len(others) >= FEWEST_MINUTES:
            moved = _best(own, others)
            if moved:
                found[path] = moved * MINUTE
    return found


def _best(own: Mapping[int, int], others: Mapping[int, int]) -> int | None:
    """The one offset in minutes that makes two counts a minute agree; None where none or several do."""
    if max(own) - min(own) > LONGEST_MINUTES:
        return None
    agreement = {offset: _correlation(own, others, offset) for offset in OFFSETS}
    ranked = sorted(agreement.items(), key=lambda each: (-each[1], abs(each[0]), each[0]))
    best, second = ranked[0], ranked[1]
    alone = best[1] - second[1] >= 0.5 * best[1]
    return best[0] if best[1] >= AGREES and agreement[0] < DISAGREES and alone else None


def _correlation(own: Mapping[int, int], others: Mapping[int, int], offset: int) -> float:
    """Pearson's correlation of square roots of counts over the minutes that ``own`` spans, moved by ``offset``."""
    first, last = min(own), max(own)
    left = np.sqrt([own.get(minute, 0) for minute in range(first, last + 1)])
    right = np.sqrt([others.get(minute + offset, 0) for minute in range(first, last + 1)])
    if not left.std() or not right.std():
        return 0.0
    return float(round(np.corrcoef(left, right)[0, 1], 6))
