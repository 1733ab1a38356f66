"""CPU seconds for the template of every line and for reading a log, beside other tools, in one run; and where the time goes.

usage: POLARS_MAX_THREADS=1 python benchmarks/speed.py LOG [WAY ...]

Each way runs in a process of its own, with what it imports left out of the time but not of the peak. Drain3 with its shipped
masks mines the first 300,000 lines, without them all lines. Tools that are not installed are named and left out.
"""

import contextlib
import functools
import itertools
import json
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

MASKED_LINES = 300_000
# The masks of drain3.ini in Drain3's examples.
EDGES = (r"((?<=[^A-Za-z0-9])|^)", r"((?=[^A-Za-z0-9])|$)")
MASKS = (
    ("ID", EDGES[0] + r"(([0-9a-f]{2,}:){3,}([0-9a-f]{2,}))" + EDGES[1]),
    ("IP", EDGES[0] + r"(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})" + EDGES[1]),
    ("SEQ", EDGES[0] + r"([0-9a-f]{6,} ?){3,}" + EDGES[1]),
    ("SEQ", EDGES[0] + r"([0-9A-F]{4} ?){4,}" + EDGES[1]),
    ("HEX", EDGES[0] + r"(0x[a-f0-9A-F]+)" + EDGES[1]),
    ("NUM", EDGES[0] + r"([\-\+]?\d+)" + EDGES[1]),
    ("CMD", r"(?<=executed cmd )(\".+?\")"),
)
TOOLS = {
    "wc": ["wc", "-l"],
    "ripgrep": ["rg", "-c", r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b"],
    "lnav": ["lnav", "-n", "-c", ";SELECT count(*) FROM all_logs"],
}


def scan(log: Path) -> None:
    """Sum the byte lengths of lines."""
    import polars as pl

    pl.scan_lines(log, name="t").select(pl.col("t").str.len_bytes().sum()).collect()


def ids(log: Path) -> None:
    """Write the template id of every line, as ``forensics templates LOG --ids FOLDER`` does."""
    from forensics import analysis
    from forensics.records.options import Options

    with tempfile.TemporaryDirectory() as scratch:
        analysis.identify(log, Path(scratch) / "ids", Options())


def reading(log: Path) -> None:
    """Read times, severities and components too, and mine."""
    from forensics import analysis, templates
    from forensics.library import Library
    from forensics.records.options import Options, silent

    with tempfile.TemporaryDirectory() as scratch:
        case, unpacked, library = Path(scratch) / "case", Path(scratch) / "bundle", Library()
        read = analysis.read(log, case, unpacked, Options(), library, over=analysis.threads, progress=silent)
        templates.mine(read[1], library)


def drain(log: Path, most: int | None = None, masks: tuple[tuple[str, str], ...] = ()) -> None:
    """Mine lines with Drain3 as it comes."""
    from drain3.drain import Drain

    patterns = [(re.compile(pattern), f"<{name}>") for name, pattern in masks]
    miner = Drain(depth=4, sim_th=0.4, max_children=100, max_clusters=None)
    with log.open(encoding="utf-8", errors="replace") as file:
        for line in itertools.islice(file, most):
            text = line.rstrip("\n")
            for pattern, name in patterns:
                text = pattern.sub(name, text)
            miner.add_log_message(text)


WAYS: Mapping[str, Callable[[Path], None]] = {
    "polars.scan_lines": scan,
    "template ids": ids,
    "reading and mining": reading,
    "drain3": drain,
    "drain3 with masks": functools.partial(drain, most=MASKED_LINES, masks=MASKS),
}


def steps() -> Mapping[str, tuple[Any, str]]:
    """What is timed apart in the way "template ids", outer steps before those inside them."""
    from forensics import content, ingest, templates
    from forensics.ingest import kinds, numbering, sources

    return {
        "definitions": (ingest, "known"),
        "which formats": (sources, "by_lines"),
        "kinds: fold, split, hash, join": (kinds.Kinds, "of"),
        "  fold identifiers": (kinds, "folded"),
        "  split into lines": (content, "frame"),
        "  look at new kinds": (kinds.Kinds, "_learn"),
        "digits that masks leave": (kinds.Kinds, "numbers"),
        "events of several lines": (numbering.Lines, "_several"),
        "mine": (templates, "mine"),
        "write ids": (templates, "identify"),
    }


@contextlib.contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Sum the CPU seconds of each step into ``spent``."""

    def wrapped(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(work)
        def call(*args: Any, **flags: Any) -> Any:
            began = time.process_time()
            try:
                return work(*args, **flags)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - began

        return call

    known = [(name, owner, attribute, getattr(owner, attribute)) for name, (owner, attribute) in steps().items()]
    for name, owner, attribute, work in known:
        setattr(owner, attribute, wrapped(name, work))
    yield
    for _, owner, attribute, work in known:
        setattr(owner, attribute, work)


def one(name: str, log: Path) -> None:
    """Run one way in this process and print what it took as JSON."""
    import drain3.drain  # noqa: F401
    import polars  # noqa: F401

    from forensics import analysis  # noqa: F401

    spent: dict[str, float] = {}
    with timed(spent) if name == "template ids" else contextlib.nullcontext():
        began = time.process_time()
        WAYS[name](log)
        used = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu_s": used, "peak_mb": peak, "steps": spent}))


def measured(name: str, log: Path) -> dict[str, Any]:
    """CPU seconds and peak of a way or tool."""
    if name in WAYS:
        done = subprocess.run([sys.executable, __file__, "--one", name, str(log)], check=True, capture_output=True)
        found: dict[str, Any] = json.loads(done.stdout.decode().splitlines()[-1])
        return found
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*TOOLS[name], str(log)], check=False, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {"cpu_s": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, "peak_mb": 0.0, "steps": {}}


def main(log: Path, asked: list[str]) -> None:
    """Print a table of all ways, the ratios that are aimed at, and the steps of ours."""
    with log.open("rb") as file:
        lines = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 24), b""))
    rate: dict[str, float] = {}
    profile: dict[str, float] = {}
    for name in asked or [*TOOLS, *WAYS]:
        if name in TOOLS and not shutil.which(TOOLS[name][0]):
            print(f"{name}: not installed, left out")
            continue
        found = measured(name, log)
        done = min(lines, MASKED_LINES) if name == "drain3 with masks" else lines
        rate[name] = done / max(found["cpu_s"], 0.001)
        profile |= found["steps"]
        print(
            f"{name:20} {done:>12,} lines {found['cpu_s']:8.2f} CPU s {rate[name]:>14,.0f} lines/s {found['peak_mb']:6.0f} MB"
        )
    ours = rate.get("template ids", 0.0)
    for name in ("drain3", "drain3 with masks"):
        if ours and name in rate:
            print(f"template ids: {ours / rate[name]:.1f} times {name}")
    if ours and "polars.scan_lines" in rate:
        print(f"template ids: {rate['polars.scan_lines'] / ours:.1f} times the CPU of polars.scan_lines")
    for name, seconds in profile.items():
        print(f"  {name:34} {seconds:6.2f} CPU s")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), sys.argv[2:])
