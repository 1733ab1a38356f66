"""CPU seconds to read and mine a log, beside plain Drain3 and what it takes only to read its lines.

usage: POLARS_MAX_THREADS=1 python benchmarks/speed.py LOG [LINES_FOR_DRAIN]

Ours is the whole of reading (times, severities, components, keys, Parquet) and mining. Drain3 mines raw lines, at most
LINES_FOR_DRAIN (100,000) of them.
"""

import itertools
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from drain3.drain import Drain

from forensics import analysis, templates
from forensics.library import Library
from forensics.records.options import Options, silent

if TYPE_CHECKING:
    from collections.abc import Callable


def ours(log: Path) -> int:
    """Rows of logs that were read and have a template."""
    library = Library()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _, store = analysis.read(
            log, folder / "case", folder / "bundle", Options(), library, over=analysis.threads, progress=silent
        )
        templates.mine(store, library)
    with log.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b""))


def lines_only(log: Path) -> int:
    """Lines, their bytes summed by Polars."""
    return int(pl.scan_lines(log, name="t").select(pl.col("t").str.len_bytes().count()).collect().item())


def drain(log: Path, most: int) -> int:
    """Lines that Drain3 mined, without masks."""
    miner = Drain(depth=4, sim_th=0.4, max_children=100, max_clusters=None)
    with log.open(encoding="utf-8", errors="replace") as file:
        return sum(1 for line in itertools.islice(file, most) if miner.add_log_message(line.rstrip("\n")))


def main(log: Path, most: int) -> None:
    """Print lines per CPU second of each."""
    ways: dict[str, Callable[[], int]] = {
        "polars.scan_lines": lambda: lines_only(log),
        "forensics, reading and mining": lambda: ours(log),
        "drain3 without masks": lambda: drain(log, most),
    }
    for name, work in ways.items():
        began = time.process_time()
        lines = work()
        used = time.process_time() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name}: {lines:,} lines, {used:.2f} CPU s, {lines / used:,.0f} lines/s, peak so far {peak:.0f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 100_000)
