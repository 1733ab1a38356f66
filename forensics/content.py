"""What is inside a file: decompressed, decoded, in chunks of whole lines or as one document.

Compression and encoding are told from the bytes, never from the name. Damage never raises: what could be read is
given, and what was wrong is written to the ``notes`` that the caller passes in.
"""

import bz2
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import polars as pl
import zstandard

CHUNK = 16 << 20
READ = 1 << 20
LONGEST_LINE = 1 << 20
DEEPEST = 3
# Real logs compress 5 to 60 times, runs of one line up to about 1,000; a bomb goes far beyond in small files.
BIGGEST_RATIO = 2_000
BOMB_FLOOR = 256 << 20
BIGGEST_DOCUMENT = 512 << 20
MAGIC: Mapping[bytes, str] = {
    b"\x1f\x8b": "gzip",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"PK\x03\x04": "zip",
}
DAMAGE = (OSError, EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError, zipfile.BadZipFile, RuntimeError)


class Reader(Protocol):
    """Anything that bytes can be read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most ``size`` bytes, all of them when negative; empty at the end."""
        ...


def compression(head: bytes) -> str:
    r"""The compression that the first bytes tell, "" for none.

    >>> compression(b"\x1f\x8b\x08"), compression(b"plain")
    ('gzip', '')
    """
    return next((name for magic, name in MAGIC.items() if head.startswith(magic)), "")


def blocks(path: Path, notes: list[str]) -> Iterator[bytes]:
    """The decompressed bytes of a file, in blocks of about a megabyte."""
    with path.open("rb") as file:
        yield from _bounded(_unwrapped(file, notes, DEEPEST), path.stat().st_size, notes)


def _bounded(source: Iterator[bytes], size: int, notes: list[str]) -> Iterator[bytes]:
    given = 0
    for block in source:
        given += len(block)
        if given > BOMB_FLOOR and given > BIGGEST_RATIO * max(size, 1):
            notes.append(f"stopped after {given >> 20} MB: it expands more than {BIGGEST_RATIO:,} times")
            return
        yield block


def _unwrapped(file: Reader, notes: list[str], depth: int) -> Iterator[bytes]:
    head = file.read(8)
    kind = compression(head) if depth else ""
    raw = _Rest(head, file)
    if not kind:
        while block := raw.read(READ):
            yield block
        return
    inner = _Blocks(_decompressed(kind, raw, notes))
    yield from _unwrapped(inner, notes, depth - 1)


def _decompressed(kind: str, raw: Reader, notes: list[str]) -> Iterator[bytes]:
    """Blocks of one layer; a damaged stream ends early with a note."""
    try:
        yield from DECOMPRESSORS[kind](raw, notes)
    except DAMAGE as error:
        notes.append(f"{kind} data is damaged or cut short ({error}); what came before it was read")


def _streamed(make: Callable[[], Any]) -> Callable[[Reader, list[str]], Iterator[bytes]]:
    def read(raw: Reader, notes: list[str]) -> Iterator[bytes]:
        """Members one after another, as ``cat a.gz b.gz`` makes them; zeros after the last are padding."""
        waiting = raw.read(READ)
        while waiting:
            engine = make()
            while not engine.eof:
                if not waiting:
                    raise EOFError("the end is missing")
                yield engine.decompress(waiting)
                waiting = engine.unused_data if engine.eof else raw.read(READ)
            waiting = (waiting or raw.read(READ)).lstrip(b"\0")

    return read


def _zip(raw: Reader, notes: list[str]) -> Iterator[bytes]:
    """The first member of an archive inside the bundle; others are noted."""
    with zipfile.ZipFile(io.BytesIO(raw.read())) as archive:
        members = sorted((each for each in archive.infolist() if not each.is_dir()), key=lambda each: each.filename)
        if len(members) > 1:
            notes.append(f"an archive of {len(members)} files: only {members[0].filename} was read")
        for member in members[:1]:
            with archive.open(member) as file:
                while block := file.read(READ):
                    yield block


DECOMPRESSORS: Mapping[str, Callable[[Reader, list[str]], Iterator[bytes]]] = {
    "gzip": _streamed(lambda: zlib.decompressobj(wbits=31)),
    "xz": _streamed(lzma.LZMADecompressor),
    "bzip2": _streamed(bz2.BZ2Decompressor),
    "zstd": _streamed(lambda: zstandard.ZstdDecompressor().decompressobj()),
    "zip": _zip,
}


class _Rest:
    """A file whose first bytes were read already."""

    def __init__(self, head: bytes, file: Reader) -> None:
        self.head = head
        self.file = file

    def read(self, size: int = -1) -> bytes:
        head, self.head = (self.head, b"") if size < 0 else (self.head[:size], self.head[size:])
        return head + (self.file.read() if size < 0 else self.file.read(size - len(head)))


class _Blocks:
    """Blocks as a file."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self.source = source
        self.waiting = b""

    def read(self, size: int = -1) -> bytes:
        parts, have = [self.waiting], len(self.waiting)
        while size < 0 or have < size:
            block = next(self.source, None)
            if block is None:
                break
            parts.append(block)
            have += len(block)
        whole = b"".join(parts)
        cut = len(whole) if size < 0 else size
        self.waiting = whole[cut:]
        return whole[:cut]


def encoding(head: bytes) -> tuple[str, int]:
    """The encoding that the first bytes tell, and the length of its byte order mark.

    UTF-16 without a mark is told by its zeros: every other byte of mostly Latin text.

    >>> encoding("å b".encode("utf-16"))[0], encoding(b"plain")
    ('utf-16-le', ('utf-8', 0))
    """
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return name, len(mark)
    sample = head[:4096]
    if len(sample) >= 8:
        half = len(sample) // 2
        if sample[1::2].count(0) > 0.7 * half and sample[0::2].count(0) < 0.1 * half:
            return "utf-16-le", 0
        if sample[0::2].count(0) > 0.7 * half and sample[1::2].count(0) < 0.1 * half:
            return "utf-16-be", 0
    return "utf-8", 0


def chunks(path: Path, notes: list[str], size: int = CHUNK) -> Iterator[bytes]:
    """UTF-8 bytes of whole lines, about ``size`` at a time; a line beyond a megabyte is cut there and noted."""
    waiting: list[bytes] = []
    have = 0
    for block in _utf8(blocks(path, notes), notes):
        waiting.append(block)
        have += len(block)
        if have < size:
            continue
        whole = b"".join(waiting)
        end = whole.rfind(b"\n") + 1
        if end:
            yield whole[:end]
            whole = whole[end:]
        elif len(whole) > 2 * LONGEST_LINE:
            # One endless line: its start is all that is kept; the marker below stands for the rest.
            whole = whole[: LONGEST_LINE + 1]
        waiting, have = [whole], len(whole)
    rest = b"".join(waiting)
    if rest:
        yield rest


def _utf8(source: Iterator[bytes], notes: list[str]) -> Iterator[bytes]:
    first = next(source, b"")
    name, mark = encoding(first)
    if name == "utf-8":
        yield first[mark:]
        yield from source
        return
    import codecs

    notes.append(f"text is {name.upper()}")
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    yield decoder.decode(first[mark:]).encode()
    for block in source:
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()


def frame(chunk: bytes, notes: list[str], first: int = 1) -> pl.DataFrame:
    """The lines of a chunk as ``line`` (Int64, from ``first``) and ``text``; bytes that are not UTF-8 become U+FFFD."""
    try:
        read = pl.read_lines(io.BytesIO(chunk), name="text")
    except pl.exceptions.ComputeError:
        text = chunk.decode("utf-8", errors="replace")
        notes.append(f"{text.count(chr(0xFFFD)):,} bytes or runs that are not UTF-8 were replaced")
        read = pl.read_lines(io.BytesIO(text.encode()), name="text")
    long = read["text"].str.len_bytes() > LONGEST_LINE
    if long.any():
        notes.append(f"{long.sum():,} lines longer than {LONGEST_LINE >> 20} MB were cut")
        read = read.with_columns(
            pl.when(long).then(pl.col("text").str.head(LONGEST_LINE)).otherwise("text").alias("text")
        )
    return read.select(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias("line"), "text")


DIGITS = bytes.maketrans(b"123456789", b"000000000")


def without_digits(text: pl.Series) -> pl.Series:
    r"""Strings with every ASCII digit as 0; same length and order. They must hold no line feed.

    Translating bytes is the fastest step there is: a tenth of what a regular expression takes.

    >>> without_digits(pl.Series(["a17", "", "b\r"])).to_list()
    ['a00', '', 'b']
    """
    if not len(text):
        return text
    joined = str(text.str.join("\n")[0]).encode("utf-8", "surrogatepass").translate(DIGITS)
    return pl.read_lines(io.BytesIO(joined + b"\n"), name="text")["text"]


def lines(path: Path, notes: list[str], size: int = CHUNK) -> Iterator[pl.DataFrame]:
    """The lines of a file, chunk by chunk, as ``frame`` gives them."""
    first = 1
    for chunk in chunks(path, notes, size):
        read = frame(chunk, notes, first)
        first += read.height
        yield read


def head(path: Path, size: int = 256 << 10) -> bytes:
    """The first decoded bytes of a file: at least ``size`` where it has as many, then up to the end of a line."""
    first = next(chunks(path, [], size), b"")
    if len(first) <= 2 * size:
        return first
    end = first.find(b"\n", size)
    return first[: end + 1] if 0 <= end < 4 * size else first[:size]


def text(path: Path, notes: list[str]) -> str:
    """The whole text of a file, up to 512 MB."""
    parts, have = [], 0
    for block in _utf8(blocks(path, notes), notes):
        parts.append(block)
        have += len(block)
        if have > BIGGEST_DOCUMENT:
            notes.append(f"only the first {BIGGEST_DOCUMENT >> 20} MB were read")
            break
    return b"".join(parts).decode("utf-8", errors="replace")
