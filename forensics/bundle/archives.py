"""Unpacking archives: nothing is written outside the scratch folder, and nothing without bound."""

import contextlib
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

import zstandard

from forensics import content
from forensics.bundle import inventory
from forensics.errors import BundleError
from forensics.records.bundle import Refusal

SUFFIXES = (".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2", ".tgz", ".txz", ".zip", ".tar")
MOST_MEMBERS = 200_000
MOST_BYTES = 200 << 30
BLOCK = 1 << 20
DEEPEST = 3
# Members that make a zip file an office document, a program or a package.
PACKAGES = {"[Content_Types].xml", "META-INF/MANIFEST.MF", "mimetype", "AndroidManifest.xml"}


class _Full(Exception):
    """The archive holds more than is let in."""


def is_archive(path: Path) -> bool:
    """Whether the bytes are an archive: zip, or tar in any compression; a lone gzip file is not."""
    if zipfile.is_zipfile(path):
        return True
    head = content.head(path, 512)
    return len(head) >= 262 and head[257:262] == b"ustar"


def opened(files: Mapping[str, Path], scratch: Path, refused: list[Refusal]) -> dict[str, Path]:
    """Files by path, with the members of archives among them (ARCHIVE/MEMBER) in place of the archives.

    Archives in archives are opened three deep. One budget holds for all, set by the bytes of the files; ``refused`` gets
    what was not let in.
    """
    sizes = sum(each.stat().st_size for each in files.values() if each.is_file())
    budget = _Budget(min(MOST_BYTES, max(content.BOMB_FLOOR, sizes * content.BIGGEST_RATIO)))
    found: dict[str, Path] = {}
    waiting = [(path, location, 0) for path, location in sorted(files.items())]
    while waiting:
        path, location, depth = waiting.pop(0)
        if not _is_container(location):
            found[path] = location
        elif depth == DEEPEST:
            refused.append(Refusal(path, "an archive in too many archives"))
        else:
            inner = _members_of(path, location, scratch, budget, refused)
            waiting += [(name, each, depth + 1) for name, each in sorted(inner.items())]
    return found


def _is_container(location: Path) -> bool:
    """Whether a file is an archive of files, and not a document or program that only looks like one inside."""
    try:
        if not location.is_file() or not is_archive(location):
            return False
        if not zipfile.is_zipfile(location):
            return True
        with zipfile.ZipFile(location) as archive:
            return not any(name in PACKAGES for name in archive.namelist())
    except (*content.DAMAGE, ValueError):
        return False


def _members_of(
    path: str, location: Path, scratch: Path, budget: "_Budget", refused: list[Refusal]
) -> Mapping[str, Path]:
    scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=scratch))
    try:
        lost = unpack(location, folder, budget)
    except BundleError as error:
        refused.append(Refusal(path, error.message.removeprefix(f"{location} ")))
        return {}
    refused += [Refusal(f"{path}/{each.path}", each.reason) for each in lost]
    names, odd = inventory.walk(folder)
    refused += [Refusal(f"{path}/{each.path}", each.reason) for each in odd]
    return {f"{path}/{name}": folder / name for name in names}


def unpack(path: Path, folder: Path, budget: "_Budget | None" = None) -> list[Refusal]:
    """Write the members of an archive below ``folder``; refusals name what was not let in.

    Args:
        path: the archive.
        folder: an empty folder.
        budget: what may still be written, where several archives share it.

    Raises:
        BundleError: the archive is broken at its start, encrypted, or expands beyond bounds.
    """
    refused: list[Refusal] = []
    seen: set[str] = set()
    limit = max(content.BOMB_FLOOR, path.stat().st_size * content.BIGGEST_RATIO)
    budget = budget or _Budget(min(MOST_BYTES, limit))
    try:
        for name, reason, file in _members(path):
            target = _target(folder, name)
            reason = reason or ("" if target else "a path that leads out of the archive")
            if not reason and target and str(target).casefold() in seen:
                reason = "a second member of the same name"
            if reason or target is None or file is None:
                refused.append(Refusal(name, reason))
                continue
            seen.add(str(target).casefold())
            _write(file, target, budget)
    except (tarfile.TarError, zipfile.BadZipFile, RuntimeError, *content.DAMAGE) as error:
        if not seen:
            raise BundleError(f"{path} is a broken archive: {error}", hint="Export or copy it again.") from error
        refused.append(Refusal(path.name, f"the archive breaks off: {error}; what came before it was read"))
    except _Full as error:
        raise BundleError(
            f"{path} expands to more than it may: {error}", hint="Unpack it yourself and name the folder."
        ) from error
    return refused


class _Budget:
    """Bytes and members that may still be written."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        self.members = MOST_MEMBERS

    def take(self, size: int) -> None:
        """Count ``size`` bytes more."""
        self.size_bytes -= size
        if self.size_bytes < 0:
            raise _Full("too many bytes")


def _write(file: IO[bytes], target: Path, budget: _Budget) -> None:
    budget.members -= 1
    if budget.members < 0:
        raise _Full(f"more than {MOST_MEMBERS:,} members")
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        while block := file.read(BLOCK):
            budget.take(len(block))
            out.write(block)


def _target(folder: Path, name: str) -> Path | None:
    """Where a member goes; None when its name would lead out."""
    pure = PurePosixPath(name.replace("\\", "/"))
    parts = [part for part in pure.parts if part != "."]
    if pure.is_absolute() or ".." in parts or not parts or "\0" in name or (len(parts[0]) == 2 and parts[0][1] == ":"):
        return None
    return folder.joinpath(*parts)


def _members(path: Path) -> Iterator[tuple[str, str, IO[bytes] | None]]:
    """Name, reason to refuse, and content of every member that is not a folder."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda each: each.filename):
                if member.is_dir():
                    continue
                if member.flag_bits & 1:
                    yield member.filename, "encrypted", None
                    continue
                with archive.open(member) as file:
                    yield member.filename, "", file
        return
    with _tar(path) as tar:
        for entry in tar:
            if entry.isdir():
                continue
            opened = tar.extractfile(entry) if entry.isreg() else None
            yield entry.name, "" if opened else "not a plain file", opened


@contextlib.contextmanager
def _tar(path: Path) -> Iterator[tarfile.TarFile]:
    with path.open("rb") as file:
        if content.compression(file.read(8)) == "zstd":
            file.seek(0)
            with (
                zstandard.ZstdDecompressor().stream_reader(file) as stream,
                tarfile.open(fileobj=stream, mode="r|") as tar,
            ):
                yield tar
            return
    with tarfile.open(path, "r:*") as tar:
        yield tar
