"""How long an analysis takes and how much memory it needs, over many bundles.

usage: python benchmarks/cases.py BUNDLE... [--format html,json]

Runs ``forensics analyze`` on each bundle in a process of its own, one after another, and prints medians and the largest.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path


def measure(bundle: Path, formats: str) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak megabytes of one analysis."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "forensics",
            "analyze",
            str(bundle),
            "-o",
            f"{folder}/out",
            "--format",
            formats,
        ]
        began = time.perf_counter()
        child = os.posix_spawn(
            sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        )
        _, status, used = os.wait4(child, 0)
        wall = time.perf_counter() - began
    if status:
        print(f"{bundle}: exit {os.waitstatus_to_exitcode(status)}", file=sys.stderr)
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main(arguments: list[str]) -> int:
    """Measure every bundle named."""
    formats = "html,json"
    if "--format" in arguments:
        at = arguments.index("--format")
        formats = arguments[at + 1]
        del arguments[at : at + 2]
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    rows = [measure(Path(each), formats) for each in arguments]
    for name, column, unit in zip(("wall", "CPU", "memory"), zip(*rows, strict=True), ("s", "s", "MB"), strict=True):
        print(f"{name:7} median {statistics.median(column):8.2f} {unit}   largest {max(column):8.2f} {unit}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
