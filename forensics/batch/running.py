"""Running a batch: processes, the memory they may take together, and what is done when one dies."""

import hashlib
import json
import multiprocessing
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from forensics import __version__
from forensics.batch.seeking import Found, files
from forensics.batch.working import Job, work
from forensics.errors import OutputError, UsageError
from forensics.library import Library
from forensics.records.options import Options, recorded

# Measured on labelled bundles: what an analysis takes before it has read anything, and for each byte on disk. Compressed
# files and archives are larger inside.
BASE_BYTES = 220 << 20
PER_BYTE = 6
PACKED = (".gz", ".zip", ".xz", ".zst", ".tgz", ".txz", ".bz2", ".evtx", ".parquet")
PER_PACKED_BYTE = 40
# What the process that hands out the work takes itself, with the one that watches over its children.
OWN_BYTES = 100 << 20
MARKER = ".batch"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch does: where to, as what, with how many processes and bytes of memory."""

    out: Path
    formats: tuple[str, ...]
    options: Options
    workers: int
    memory_bytes: int
    keeps_case: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """One bundle: its row of the index, or why there is none; ``is_old`` when an earlier run had done it."""

    bundle: Found
    row: dict[str, Any] | None
    error: str = ""
    is_old: bool = False


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    job: Job | None = None
    takes: int = 0
    """Bytes: what its bundle is expected to take, or, once idle, the most it has taken."""


Told = Callable[[Outcome, int, int], None]


def run(bundles: Sequence[Found], plan: Plan, told: Told) -> tuple[Outcome, ...]:
    """Analyze ``bundles``, the largest first, and give an outcome for each in order of their names.

    ``told`` hears each outcome with how many are done, of how many. A process that dies fails its bundle alone.
    """
    key = _key(plan)
    waiting = sorted(((estimate(each), each) for each in bundles), key=lambda each: (each[0], each[1].name))
    outcomes: dict[str, Outcome] = {}
    workers: list[_Worker] = []
    try:
        while waiting or any(each.job for each in workers):
            _assign(workers, waiting, plan, key)
            for outcome in _heard(workers, plan):
                outcomes[outcome.bundle.name] = outcome
                told(outcome, len(outcomes), len(bundles))
    finally:
        for each in workers:
            _end(each)
    return tuple(outcomes[each.name] for each in sorted(bundles, key=lambda each: each.name))


def _key(plan: Plan) -> str:
    said: list[Any] = [
        __version__,
        Library(plan.options.definitions).sha256(),
        recorded(plan.options),
        sorted(plan.formats),
    ]
    said.append(plan.keeps_case)
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def estimate(bundle: Found) -> int:
    """The memory that a bundle is expected to take, in bytes: an upper guess from its size on disk."""
    packed = sum(each.stat().st_size for each in files(bundle.path) if each.name.casefold().endswith(PACKED))
    return BASE_BYTES + PER_BYTE * (bundle.size_bytes - packed) + PER_PACKED_BYTE * packed


def _assign(workers: list[_Worker], waiting: list[tuple[int, Found]], plan: Plan, key: str) -> None:
    """Give work to idle processes: the largest bundle that memory allows, or the largest when none is at work."""
    while waiting:
        busy = [each for each in workers if each.job]
        if len(busy) >= plan.workers:
            return
        free = plan.memory_bytes - OWN_BYTES - sum(each.takes for each in busy)
        fitting = bisect_right(waiting, free, key=lambda each: each[0])
        if busy and not fitting:
            return
        takes, bundle = waiting.pop(fitting - 1 if fitting else -1)
        idle = _idle(workers, plan, takes, free - takes)
        idle.job = Job(bundle, plan.out, plan.formats, plan.options, key, plan.keeps_case)
        idle.takes = max(takes, idle.takes)
        idle.pipe.send(idle.job)


def _idle(workers: list[_Worker], plan: Plan, takes: int, spare: int) -> _Worker:
    """A process for a bundle that takes ``takes`` bytes; idle ones that hold more than there is to spare are ended."""
    kept: _Worker | None = None
    for each in [each for each in workers if not each.job]:
        more = max(0, each.takes - takes) if kept is None else each.takes
        if more > max(0, spare):
            _end(each)
            workers.remove(each)
            continue
        spare -= more
        kept = kept or each
    if kept is None:
        kept = _begun(plan)
        workers.append(kept)
    return kept


def _begun(plan: Plan) -> _Worker:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with _threads(max(1, (os.cpu_count() or 1) // plan.workers)):
        process = context.Process(target=work, args=(theirs,), daemon=True)
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Polars reads its number of threads when it is imported, from the environment."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ.setdefault("POLARS_MAX_THREADS", str(count))
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]


def _heard(workers: list[_Worker], plan: Plan) -> Iterator[Outcome]:
    busy = {each.pipe: each for each in workers if each.job}
    for pipe in wait(list(busy)):
        worker = busy[pipe]  # type: ignore[index]
        job = worker.job
        assert job is not None
        worker.job = None
        try:
            said, peak = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join()
            workers.remove(worker)
            code = worker.process.exitcode or 0
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            yield Outcome(job.bundle, None, f"its process died ({how}); it may need more memory than there is")
            continue
        worker.takes = peak  # What a process has once taken it does not give back.
        yield Outcome(job.bundle, said.get("row"), said.get("error", ""), said.get("is_old", False))


def _end(worker: _Worker) -> None:
    try:
        if not worker.job:
            worker.pipe.send(None)
            worker.process.join(5)
    except OSError:
        pass
    if worker.process.is_alive():
        worker.process.terminate()
        worker.process.join(5)
    worker.pipe.close()


def left_s(elapsed_s: float, done: int, remaining: int) -> float | None:
    """Seconds until the batch ends if the rest goes as what was done; None before anything is done.

    >>> left_s(10.0, 5, 20)
    40.0
    """
    return elapsed_s / done * remaining if done else None


def prepared(out: Path) -> Path:
    """The folder of a batch, made when needed.

    Raises:
        UsageError: it is a file, or holds something else.
        OutputError: it cannot be written to.
    """
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / MARKER).exists())):
        raise UsageError(f"{out} is not empty and no batch", hint="Name a new folder with -o.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / MARKER).write_text("Reports of forensics batch; it goes on from here when it is run again.\n")
    except OSError as error:
        raise OutputError(
            f"cannot write to {out}: {error.strerror}", hint="Name a folder you may write to with -o."
        ) from error
    return out
