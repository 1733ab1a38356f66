"""The message of every line of a log and nothing else: no time, severity or component is read.

Lines that differ in digits, or in identifiers that masks take whole, are told apart by a hash only. One line of each kind
goes through the patterns and masks that reading uses. Where masks leave digits (``ssh2``), each line's own are looked up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from forensics import content, keying
from forensics.ingest import accounts, kinds, lines, reading, sources
from forensics.ingest.accounts import Account
from forensics.ingest.kinds import FURTHER, START, Kinds, Places, Text
from forensics.ingest.messages import Messages, Numbers
from forensics.ingest.sources import Known
from forensics.records.bundle import File
from forensics.store import Store

# Each chunk takes a few calls of every pattern and mask, which cost much for few lines.
CHUNK = 2 * content.CHUNK
MIXED = np.uint64(0x9E37_79B9_7F4A_7C15)
# What each line of an event counts for in the hash of the event, by its place.
WEIGHTS = np.cumprod(np.full(lines.LONGEST_EVENT + 2, MIXED, dtype=np.uint64))


def number(
    file: File, part: str, store: Store, known: Known, into: Messages, folder: Path
) -> tuple[tuple[str, Path], ...]:
    """Write the number of every line of ``file`` to Arrow files in ``folder``; what is no log by line is read as usual."""
    account = Account()
    head = content.head(file.location) if file.size_bytes else b""
    chosen = sources.by_lines(file, head, known) if head and not reading.is_binary(head) else ()
    if not chosen or not kinds.is_told(chosen, known.masks):
        reading.read(file, part, store, known)
        return _read(file, part, store, into, folder)
    account.format, account.kind = chosen[0].name, chosen[0].kind
    found: list[tuple[str, Path]] = []
    first = 1
    for numbers in _chunks(file, Lines(Kinds(chosen, known, into)), account.notes):
        target = folder / f"{part}-{len(found):04d}.arrow"
        line = pl.int_range(first, first + len(numbers), dtype=pl.Int64, eager=True)
        pl.DataFrame({"line": line, "number": numbers}).write_ipc(target)
        found.append((file.path, target))
        first += len(numbers)
    account.rows = first - 1
    store.write("files", accounts.row(file, account), part)
    return tuple(found)


def _read(file: File, part: str, store: Store, into: Messages, folder: Path) -> tuple[tuple[str, Path], ...]:
    """Numbers of the rows of a file that was read whole."""
    rows = [
        pl.read_parquet(each, columns=["line", "message_key"])
        for each in store.parts("logs")
        if each.stem.startswith(part)
    ]
    columns = pl.col("masked", "example").cast(pl.String)
    texts = [pl.read_parquet(each).select(columns) for each in store.parts("messages") if each.stem.startswith(part)]
    if not rows:
        return ()
    found = pl.concat(texts)
    into.add_masked(found["masked"], found["example"])
    target = folder / f"{part}-0000.arrow"
    number = pl.col("message_key").replace_strict(into.numbers, return_dtype=pl.UInt32).alias("number")
    pl.concat(rows).sort("line").select("line", number).write_ipc(target)
    return ((file.path, target),)


def _chunks(file: File, of: "Lines", notes: list[str]) -> Iterator[Numbers]:
    waiting = b""
    for chunk in content.chunks(file.location, notes, CHUNK):
        numbers, waiting = of.numbers(waiting + chunk, notes, is_last=False)
        yield numbers
    if waiting:
        yield of.numbers(waiting, notes, is_last=True)[0]


@dataclass(slots=True)
class Lines:
    """Numbers of lines, chunk by chunk; events of several lines by the kinds of their lines."""

    kinds: Kinds
    events: dict[int, int] = field(default_factory=dict)

    def numbers(self, chunk: bytes, notes: list[str], *, is_last: bool) -> tuple[Numbers, bytes]:
        """The number of each line, and the last event of the chunk, which may go on in the next."""
        text = Text(chunk)
        kind = self.kinds.of(text, notes)
        role = self.kinds.role[kind]
        starts = np.flatnonzero(role == START)
        keep = len(kind)
        if not is_last and len(starts) and keep - starts[-1] <= lines.LONGEST_EVENT:
            keep = int(starts[-1])
        rest = chunk[text.starts[keep] :] if keep < len(kind) else b""
        kind, role, starts = kind[:keep], role[:keep], starts[starts < keep]
        further = np.flatnonzero(role == FURTHER)
        place = np.searchsorted(starts, further) - 1
        fits = place >= 0
        fits[fits] = further[fits] - starts[place[fits]] <= lines.LONGEST_EVENT
        owner = starts[place[fits]]
        members, owners = _ordered(owner, further[fits])
        is_single = np.ones(keep, dtype=bool)
        is_single[members] = False
        numbers = self.kinds.numbers(text, kind, is_single)
        if len(members):
            numbers[members] = self._several(text, kind, members, owners)
        return numbers, rest

    def _several(self, text: Text, kind: Numbers, members: Places, owners: Places) -> Numbers:
        """The number of the event of each line in ``members``."""
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        sizes = np.diff(np.append(first, len(members)))
        at = np.arange(len(members)) - np.repeat(first, sizes)
        same = np.add.reduceat(self.kinds.same[kind[members]] * WEIGHTS[at], first)
        distinct, one, back = np.unique(same, return_index=True, return_inverse=True)
        new = [n for n, each in enumerate(distinct) if int(each) not in self.events]
        if len(self.events) > keying.MOST_SEEN:
            self.events.clear()
            new = list(range(len(distinct)))
        wanted = one[new]
        told = self._read(text, members, first, sizes, wanted)
        for n, number in zip(new, told, strict=True):
            self.events[int(distinct[n])] = int(number)
        number = np.array([self.events[int(each)] for each in distinct], dtype=np.uint32)
        numbers = number[back]
        kept = np.flatnonzero(self.kinds.keeps(number)[back])
        if len(kept):
            numbers[kept] = self._read(text, members, first, sizes, kept)
        return np.repeat(numbers, sizes)

    def _read(self, text: Text, members: Places, first: Places, sizes: Places, wanted: Places) -> Numbers:
        """The numbers of events that are read by the patterns."""
        rows = [int(row) for each in wanted for row in members[first[each] : first[each] + sizes[each]]]
        starts = [int(members[first[each]]) for each in wanted]
        return self.kinds.read(text, rows, starts)


def _ordered(owner: Places, further: Places) -> tuple[Places, Places]:
    """The lines of events of several lines in order, and the first line of the event of each."""
    firsts = np.unique(owner)
    members = np.concatenate([firsts, further])
    owners = np.concatenate([firsts, owner])
    order = np.argsort(members, kind="stable")
    return members[order], owners[order]
