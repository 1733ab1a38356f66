"""What a batch withstands and costs: ``python benchmarks/batch_kills.py kills|speed|memory ROOT... [--format F] [--memory SIZE]``.

``kills``: an uninterrupted run, then one that is killed with SIGKILL at ten random moments (the first process alone, or it and its
workers at once) and run again each time; every file of both must be equal. ``speed``: one worker, two workers, and one again, each with
POLARS_MAX_THREADS=1, in wall and CPU seconds. ``memory``: two workers; the peak, over samples of every 20 ms, of the resident memory of all
its processes added up (pages that they share are counted for each, so this is an upper bound), against the budget.
Linux only.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

KILLS = 10
SAMPLE_S = 0.02
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def started(roots: Sequence[str], out: Path, *options: str) -> subprocess.Popen[bytes]:
    """A batch, in a process group of its own."""
    command = [sys.executable, "-m", "forensics", "batch", *roots, "-o", str(out), *options]
    environment = os.environ | {"POLARS_MAX_THREADS": "1"}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )


def timed(roots: Sequence[str], out: Path, *options: str) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds of all its processes, and the exit code of one batch."""
    began, before = time.perf_counter(), os.times()
    code = started(roots, out, *options).wait()
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, cpu, code


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def kills(roots: Sequence[str], place: Path, formats: str, seed: int) -> bool:
    """Whether a batch that was killed ten times comes to the same as one that was not."""
    options = ("--workers", "2", "--format", formats)
    wall, cpu, code = timed(roots, place / "whole", *options)
    print(f"uninterrupted: {wall:.1f} s, {cpu:.1f} CPU s, exit {code}", flush=True)
    chance = random.Random(seed)
    killed = 0
    while killed < KILLS:
        delay = chance.uniform(0.3, 2 * wall / (KILLS + 2))
        batch = started(roots, place / "killed", *options)
        try:
            batch.wait(delay)
            break
        except subprocess.TimeoutExpired:
            pass
        is_alone = chance.random() < 0.5
        (os.kill if is_alone else os.killpg)(batch.pid, signal.SIGKILL)
        batch.wait()
        killed += 1
        done = len(list((place / "killed").glob("*/batch.json")))
        print(f"killed after {delay:.2f} s ({'alone' if is_alone else 'with its workers'}): {done} done", flush=True)
    _, cpu, code = timed(roots, place / "killed", *options)
    whole, again = contents(place / "whole"), contents(place / "killed")
    other = sorted(name for name in whole.keys() | again.keys() if whole.get(name) != again.get(name))
    print(f"killed {killed} times; the last run took {cpu:.1f} CPU s, exit {code}")
    print(f"{len(whole)} files, {len(other)} differ: {', '.join(other[:10]) or 'none'}")
    return killed == KILLS and not other


def speed(roots: Sequence[str], place: Path, formats: str) -> bool:
    """Print how much faster two workers are than one; whether it is 1.6 times."""
    rows = []
    for n, workers in enumerate(("1", "2", "1", "2")):
        wall, cpu, code = timed(roots, place / str(n), "--workers", workers, "--format", formats)
        rows.append((workers, wall, cpu))
        busy = cpu / wall / int(workers)
        print(f"{workers} workers: {wall:.1f} s, {cpu:.1f} CPU s, {busy:.0%} of its workers, exit {code}", flush=True)
    best = {workers: min(wall for each, wall, _ in rows if each == workers) for workers in ("1", "2")}
    print(f"ratio of the better runs: {best['1'] / best['2']:.2f}")
    return best["1"] / best["2"] >= 1.6


def held(session: int) -> list[int]:
    """Resident bytes of each process of a session."""
    found = []
    for each in Path("/proc").iterdir():
        if not each.name.isdigit():
            continue
        try:
            fields = (each / "stat").read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                found.append(int(fields[21]) * PAGE_BYTES)
        except (OSError, ValueError, IndexError):
            continue
    return found


def memory(roots: Sequence[str], place: Path, formats: str, size: str) -> bool:
    """Print the peak of what all processes held together; whether it is below ``size`` (in MB)."""
    budget = int(size.removesuffix("MB"))
    batch = started(roots, place / "out", "--workers", "2", "--format", formats, "--memory", size)
    most: list[int] = []
    while batch.poll() is None:
        most = max(most, held(batch.pid), key=sum)
        time.sleep(SAMPLE_S)
    peak = sum(most) >> 20
    parts = ", ".join(f"{each >> 20}" for each in sorted(most, reverse=True))
    print(f"budget {budget} MB: peak {peak} MB ({parts}), exit {batch.returncode}")
    return peak <= budget


def main() -> int:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("what", choices=("kills", "speed", "memory"))
    asked.add_argument("roots", nargs="+")
    asked.add_argument("--format", default="html,json")
    asked.add_argument("--memory", default="700MB")
    asked.add_argument("--seed", type=int, default=1)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        if said.what == "kills":
            return 0 if kills(said.roots, place, said.format, said.seed) else 1
        if said.what == "speed":
            return 0 if speed(said.roots, place, said.format) else 1
        return 0 if memory(said.roots, place, said.format, said.memory) else 1


if __name__ == "__main__":
    sys.exit(main())
