"""Keeping an index in step with the incidents: what came, went or was cut short is noticed and mended."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.errors import ForensicsError
from forensics.history import files
from forensics.history.features import Entry, entry
from forensics.history.index import LONGEST_TAIL, Index, append, entries_of, line_of, loaded, save
from forensics.history.segments import main

# A file system may keep times in steps of two seconds (FAT): a folder that changed within them may change again unseen.
STEP_NS = 2_000_000_000


def opened(folder: Path, *, write: bool) -> Index:
    """The index of a history, brought up to date with its incidents; kept on disk only if ``write`` (under the lock)."""
    index = loaded(folder)
    listed = {year.name: year for year in files.years(folder)}
    if index is None:
        return rebuilt(folder, write=write)
    stale = [year for name, year in listed.items() if _is_stale(index, name, year)]
    before = {name for name in index.names() if name.partition("/")[0] in {year.name for year in stale}}
    lost = {name for name in index.names() if name.partition("/")[0] not in listed}
    now = {name for year in stale for name in files.names(year)}
    fresh, vanished = sorted(now - before), sorted((before - now) | lost)
    if len(fresh) + len(vanished) > LONGEST_TAIL:
        return rebuilt(folder, write=write)
    taken = [each for each in (_taken_in(index, folder, name) for name in fresh) if each is not None]
    index.gone.update(vanished)
    index.seen = {name: times for name, times in index.seen.items() if name in listed}
    for year in stale:
        _see(index, year)
    if write and (stale or lost):
        append(index, [*map(line_of, taken), *({"gone": name} for name in vanished)])
    # Nothing may be appended after half a line; and where folding costs nothing, statistics are kept fresh.
    is_small = len(index.added) + len(index.gone) > 0 and len(index.segments[0].names) <= LONGEST_TAIL
    return folded(folder, index) if write and (index.is_torn or index.is_full() or is_small) else index


def is_stale(index: Index, folder: Path) -> bool:
    """Whether incidents may have come or gone since the index was read or written."""
    listed = {year.name: year for year in files.years(folder)}
    return index.seen.keys() != listed.keys() or any(_changed(index, name, year) for name, year in listed.items())


def _changed(index: Index, name: str, year: Path) -> bool:
    return year.stat().st_mtime_ns != index.seen[name][0]


def _is_stale(index: Index, name: str, year: Path) -> bool:
    changed, checked = index.seen.get(name, (0, 0))
    return year.stat().st_mtime_ns != changed or checked - changed < STEP_NS


def _see(index: Index, year: Path) -> None:
    index.seen[year.name] = (year.stat().st_mtime_ns, time.time_ns())


def _taken_in(index: Index, folder: Path, name: str) -> Entry | None:
    try:
        new = entry(name, files.read(folder, name))
    except ForensicsError as error:
        if error.message not in index.faults:
            index.faults.append(error.message)
        return None
    index.add(new)
    return new


def record(index: Index, folder: Path, *, new: Entry | None = None, gone: str = "") -> None:
    """Note an incident written or removed just now, in memory and in the tail on disk (under the lock)."""
    lines: list[Mapping[str, Any]] = []
    if new is not None:
        index.add(new)
        lines.append(line_of(new))
        _see(index, folder / "incidents" / new.name.partition("/")[0])
    if gone:
        index.gone.add(gone)
        lines.append({"gone": gone})
        _see(index, folder / "incidents" / gone.partition("/")[0])
    append(index, lines)


def rebuilt(folder: Path, *, write: bool) -> Index:
    """The index made from the incidents alone; what cannot be read is noted in ``faults``."""
    seen: dict[str, tuple[int, int]] = {}
    entries: list[Entry] = []
    faults: list[str] = []
    for year in files.years(folder):
        seen[year.name] = (year.stat().st_mtime_ns, time.time_ns())
        for name in files.names(year):
            try:
                entries.append(entry(name, files.read(folder, name)))
            except ForensicsError as error:
                faults.append(error.message)
    return _written(folder, entries, seen, faults, write=write)


def folded(folder: Path, index: Index) -> Index:
    """The index with its tail folded in and fresh statistics (under the lock); no incident is read again."""
    if index.folder is None:
        return rebuilt(folder, write=True)
    kept = [each for each in [*entries_of(index), *index.added] if each.name not in index.gone]
    return _written(folder, kept, dict(index.seen), list(index.faults), write=True)


def _written(
    folder: Path, entries: Sequence[Entry], seen: dict[str, tuple[int, int]], faults: list[str], *, write: bool
) -> Index:
    segment, frozen = main(entries)
    index = Index([segment], frozen, seen=seen, faults=faults)
    if write:
        try:
            save(folder / "index", index, entries)
        except OSError:
            # The incidents are the truth and are safe; the next reader makes the index again.
            index.folder = None
    return index
