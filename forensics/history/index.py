"""The index of a history: segments beside the incidents, made again from them whenever they do not agree.

``index/N/`` holds the main segment and ``tail.jsonl``, a line for each incident added or forgotten since. A line that a
crash cut short, or a folder that changed behind our back (a pull), is noticed by the times of the folders and mended.
"""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from forensics.history import files, postings
from forensics.history.features import Entry
from forensics.history.segments import Segment, Statistics, tail

LAYOUT = 1
"""Of the index; another number has it made again."""
PARTS = ("terms", "lengths", "facts", "weights", "groups", "owners")
CHUNK = 256
LONGEST_TAIL = 2_000
BROKEN = (OSError, ValueError, KeyError, TypeError, EOFError)


@dataclass(slots=True)
class Index:
    """Segments in order, and what is no longer there; ``seen`` maps folders of incidents to their times when read."""

    segments: list[Segment]
    frozen: Statistics
    added: list[Entry] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    seen: dict[str, tuple[int, int]] = field(default_factory=dict)
    folder: Path | None = None
    faults: list[str] = field(default_factory=list)
    is_torn: bool = False

    def parts(self) -> list[Segment]:
        """All segments, those of the tail built as far as needed."""
        full = 1 + len(self.added) // CHUNK
        while len(self.segments) <= full:
            chunk = self.added[(len(self.segments) - 1) * CHUNK : len(self.segments) * CHUNK]
            if not chunk:
                break
            self.segments.append(tail(chunk, self.frozen))
        return self.segments

    def add(self, new: Entry) -> None:
        """Take in an incident; one that was gone and comes back as it was is still in its segment."""
        if new.name in self.gone:
            self.gone.discard(new.name)
            return
        self.added.append(new)
        # A chunk that was built before it was full is built again when it is next needed.
        del self.segments[1 + (len(self.added) - 1) // CHUNK :]

    def names(self) -> list[str]:
        """Every incident, in no order that means anything."""
        listed = [*self.segments[0].names, *(each.name for each in self.added)]
        return [name for name in listed if name not in self.gone]

    def is_full(self) -> bool:
        """Whether the tail is long enough to be folded in: the statistics of an eighth more incidents are other ones."""
        return len(self.added) + len(self.gone) > min(LONGEST_TAIL, max(32, len(self.segments[0].names) // 8))


def save(place: Path, index: Index, entries: Sequence[Entry]) -> None:
    """Write the main segment into a new numbered folder of ``place``, and take the older ones away."""
    place.mkdir(exist_ok=True)
    half = place / ".half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    segment = index.segments[0]
    for name in ("text", "facts", "filters"):
        getattr(segment, name).save(half, name)
    rows = [
        (term, weight, group, at)
        for at, each in enumerate(entries)
        for group, row in sorted(each.facts.items())
        for term, weight in row
    ]
    np.save(half / "times.npy", segment.times)
    np.save(half / "terms.npy", np.concatenate([each.terms for each in entries]) if entries else np.zeros(0, np.uint64))
    np.save(half / "lengths.npy", np.array([len(each.terms) for each in entries], dtype=np.int64))
    np.save(half / "facts.npy", np.array([row[0] for row in rows], dtype=np.uint64))
    np.save(half / "weights.npy", np.array([row[1] for row in rows], dtype=np.float64))
    groups = sorted({row[2] for row in rows})
    np.save(half / "groups.npy", np.array([groups.index(row[2]) for row in rows], dtype=np.int8))
    np.save(half / "owners.npy", np.array([row[3] for row in rows], dtype=np.int64))
    header = {"layout": LAYOUT, "average_length": index.frozen.average_length, "groups": groups, "faults": index.faults}
    (half / "header.json").write_text(json.dumps(header | {"names": list(segment.names)}), encoding="utf-8")
    number = 1 + max((int(each.name) for each in place.iterdir() if each.name.isdigit()), default=0)
    index.folder = place / str(number)
    half.rename(index.folder)
    append(index, [])
    for old in place.iterdir():
        if old.name.isdigit() and int(old.name) < number:
            shutil.rmtree(old, ignore_errors=True)


def append(index: Index, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write lines to the tail on disk, and what was seen of the folders."""
    if index.folder is None:
        return
    try:
        if lines:
            with (index.folder / "tail.jsonl").open("ab") as file:
                file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        files.write(index.folder / "seen.json", json.dumps(index.seen, sort_keys=True).encode())
    except OSError:
        # As above: without its note of what was seen, the index is brought up to date by the next reader.
        index.folder = None


def line_of(each: Entry) -> dict[str, Any]:
    """An entry as a line of the tail."""
    return {
        "name": each.name,
        "time": each.time,
        "terms": each.terms.tolist(),
        "facts": each.facts,
        "filters": each.filters,
    }


def loaded(folder: Path) -> Index | None:
    """The index on disk as it stands; None where there is none, or it is broken or of another layout."""
    place = folder / "index"
    for _ in range(3):
        try:
            number = max(int(each.name) for each in place.iterdir() if each.name.isdigit())
            return _read(place / str(number))
        except FileNotFoundError:
            # A writer may have put a newer one in its place between the two lines above.
            continue
        except BROKEN:
            return None
    return None


def _read(place: Path) -> Index:
    header = json.loads((place / "header.json").read_text(encoding="utf-8"))
    if header["layout"] != LAYOUT:
        raise ValueError("another layout")
    names = header["names"]
    text, facts, filters = (postings.load(place, name, len(names)) for name in ("text", "facts", "filters"))
    segment = Segment(names, np.load(place / "times.npy", mmap_mode="r", allow_pickle=False), text, facts, filters)
    frozen = Statistics(text, facts, float(header["average_length"]))
    index = Index([segment], frozen, folder=place, faults=list(header["faults"]))
    seen = json.loads((place / "seen.json").read_text(encoding="utf-8"))
    index.seen = {name: (int(changed), int(checked)) for name, (changed, checked) in seen.items()}
    for line in _tail_lines(place / "tail.jsonl"):
        if line is None:
            index.is_torn = True
        elif "gone" in line:
            index.gone.add(line["gone"])
        else:
            terms = np.array(line["terms"], dtype=np.uint64)
            groups = {group: [(int(a), float(b)) for a, b in rows] for group, rows in line["facts"].items()}
            index.add(Entry(line["name"], line["time"], terms, groups, line["filters"]))
    return index


def _tail_lines(path: Path) -> Iterator[Mapping[str, Any] | None]:
    """The lines of a tail; None for one that a crash cut short, which is the last."""
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                yield json.loads(line) if line.endswith(b"\n") else None


def entries_of(index: Index) -> Iterator[Entry]:
    """The entries of the main segment, as they were written."""
    place, segment = index.folder, index.segments[0]
    assert place is not None
    load = {name: np.load(place / f"{name}.npy", mmap_mode="r") for name in PARTS}
    groups = json.loads((place / "header.json").read_text(encoding="utf-8"))["groups"]
    ends, bounds = np.cumsum(load["lengths"]), np.searchsorted(load["owners"], np.arange(len(segment.names) + 1))
    asked = [[int(term) for term in row] for row in _by_row(segment.filters)]
    for row, name in enumerate(segment.names):
        facts: dict[str, list[tuple[int, float]]] = {}
        for at in range(int(bounds[row]), int(bounds[row + 1])):
            facts.setdefault(groups[load["groups"][at]], []).append(
                (int(load["facts"][at]), float(load["weights"][at]))
            )
        start = int(segment.times[row])
        time_of = None if start == np.iinfo(np.int64).min else start
        yield Entry(
            name, time_of, load["terms"][int(ends[row] - load["lengths"][row]) : int(ends[row])], facts, asked[row]
        )


def _by_row(held: postings.Postings) -> list[list[int]]:
    rows: list[list[int]] = [[] for _ in range(held.count)]
    for place, term in enumerate(held.terms.tolist()):
        for row in held.rows[held.starts[place] : held.starts[place + 1]].tolist():
            rows[row].append(term)
    return rows
