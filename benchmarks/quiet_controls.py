"""Quiet stretches of labelled incidents as bundles of their own: none may be called an incident.

usage: python benchmarks/quiet_controls.py DATA [--jobs N] [--keep FOLDER]

DATA is a folder with ``cases/ID`` bundles, each with an ``incident.json`` that names ``baseline_windows``. The longest
baseline of a case is cut out: of every text file the lines whose first time lies in it, and lines without any time before
the first that has one (headers). ``incident.json`` is left out. Cuts that are equal are analyzed once. Prints how many
are ``no_incident``, ``inconclusive``, ``probable`` and ``identified``, with the Wilson interval of the first two together.
"""

import gzip
import hashlib
import json
import math
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

STAMP = re.compile(rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)|\b(1\d{18})\b|\b(1\d{12})\b|\b(1\d{9})(?:\.\d+)?\b")
SCALES = {2: 1e9, 3: 1e3, 4: 1.0}


def seconds(line: bytes) -> float | None:
    """The first time in a line as seconds since the epoch, None without one."""
    found = STAMP.search(line)
    if found is None:
        return None
    if found.group(1):
        return datetime.fromisoformat(found.group(1).decode().replace(" ", "T") + "+00:00").timestamp()
    group = next(number for number in SCALES if found.group(number))
    return int(found.group(group)) / SCALES[group]


def kept(text: bytes, start: float, end: float) -> bytes:
    """The lines of ``start <= time < end``, and what stands before the first time."""

    def lines() -> Iterator[bytes]:
        seen = False
        for line in text.splitlines(keepends=True):
            time = seconds(line)
            seen = seen or time is not None
            if (time is None and not seen) or (time is not None and start <= time < end):
                yield line

    return b"".join(lines())


def longest(case: Path) -> tuple[float, float]:
    """The longest baseline that a case declares."""
    windows = json.loads((case / "incident.json").read_text())["baseline_windows"]
    ends = [tuple(datetime.fromisoformat(each).timestamp() for each in window) for window in windows]
    start, end = max(ends, key=lambda window: (window[1] - window[0], -window[0]))
    return start, end


def cut(case: Path, folder: Path) -> str:
    """Writes the quiet bundle of a case into ``folder`` and returns a hash of its content."""
    start, end = longest(case)
    digest = hashlib.sha256()
    for path in sorted(each for each in case.rglob("*") if each.is_file() and each.name != "incident.json"):
        raw = path.read_bytes()
        zipped = path.suffix == ".gz"
        text = gzip.decompress(raw) if zipped else raw
        if path.suffix != ".json":
            text = kept(text, start, end)
        name = path.relative_to(case)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(gzip.compress(text, mtime=0) if zipped else text)
        digest.update(str(name).encode() + b"\0" + text)
    return digest.hexdigest()


def analyzed(folder: Path) -> tuple[str, str, float, list[str]]:
    """Status, first failing component and confidence of a bundle."""
    from forensics import analysis
    from forensics.records.options import Options

    with tempfile.TemporaryDirectory() as scratch:
        report = analysis.run(folder, Path(scratch), Options())
    verdict = report.verdict
    said = (
        [prose.text for prose in verdict.summary]
        if isinstance(verdict.summary, tuple | list)
        else [str(verdict.summary)]
    )
    return verdict.status, verdict.first_failing_component, verdict.confidence, said


def wilson(good: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    z, share = 1.96, good / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def main(arguments: list[str]) -> int:
    """Cut, analyze and count."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    jobs = int(arguments[arguments.index("--jobs") + 1]) if "--jobs" in arguments else 2
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else Path(scratch)
        distinct: dict[str, Path] = {}
        for case in sorted((Path(arguments[0]) / "cases").iterdir()):
            distinct.setdefault(cut(case, place / case.name), place / case.name)
        folders = sorted(distinct.values())
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
            found = list(pool.map(analyzed, folders))
    for folder, (status, component, confidence, said) in zip(folders, found, strict=True):
        if status not in ("no_incident", "inconclusive"):
            print(f"{folder.name}: {status} {component} {confidence:.2f} {said[:1]}")
    counts = Counter(status for status, *_ in found)
    good = counts["no_incident"] + counts["inconclusive"]
    low, high = wilson(good, len(found))
    print(f"{len(found)} quiet bundles: {dict(sorted(counts.items()))}")
    print(f"calm or undecided {good / len(found):.2f} ({low:.2f}-{high:.2f})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
