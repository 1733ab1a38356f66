"""Opening what the user names."""

import hashlib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from forensics.bundle import archives, declared, inventory
from forensics.errors import BundleError
from forensics.records.bundle import Bundle, File, Refusal
from forensics.records.options import Options

BLOCK = 1 << 20


def open_bundle(path: Path, scratch: Path, options: Options) -> Bundle:
    """The bundle at ``path``: a folder, a .zip, .tar, .tar.gz, .tar.xz, .tar.zst, or one file; archives in it are opened.

    Args:
        path: what the user named.
        scratch: an empty folder for what an archive holds.
        options: which files to include and exclude.

    Raises:
        BundleError: nothing is there, nothing can be read, or the archive is broken.
    """
    if not path.exists():
        raise BundleError(f"there is no {path}", hint="Name a folder, an archive or a file that exists.")
    root, names, refused = _inside(path, scratch)
    found = archives.opened({each: root / each for each in names if not _is_excluded(each, options)}, scratch, refused)
    kept = [each for each in found if _is_wanted(each, options)]
    if found and not kept:
        raise BundleError(
            f"--include and --exclude leave none of {len(found)} files",
            hint="Widen the patterns, as --include '*.log'.",
        )
    try:
        files = tuple(_hashed(each, found[each]) for each in sorted(kept))
    except PermissionError as error:
        raise BundleError(f"cannot read {error.filename}", hint="Make the bundle readable for your user.") from error
    if not any(each.size_bytes for each in files):
        reasons = "".join(f"; refused {each.path}: {each.reason}" for each in refused[:3])
        what = "only empty files" if files else "no files"
        raise BundleError(
            f"{path} holds {what}{reasons}", hint="Put exported logs, metrics, traces or histories into it."
        )
    said, rest = declared.read(files)
    return Bundle(_name(path), root, _sha256(files), rest, tuple(sorted(refused, key=lambda each: each.path)), said)


def _inside(path: Path, scratch: Path) -> tuple[Path, list[str], list[Refusal]]:
    if path.is_dir():
        return path, *inventory.walk(path)
    if not path.is_file():
        raise BundleError(f"{path} is neither a file nor a folder", hint="Name a folder, an archive or a plain file.")
    if archives.is_archive(path):
        scratch.mkdir(parents=True, exist_ok=True)
        refused = archives.unpack(path, scratch)
        found, more = inventory.walk(scratch)
        return scratch, found, refused + more
    return path.parent, [path.name], []


def _is_wanted(path: str, options: Options) -> bool:
    return (not options.include or _fits(path, options.include)) and not _is_excluded(path, options)


def _is_excluded(path: str, options: Options) -> bool:
    return _fits(path, options.exclude)


def _fits(path: str, patterns: Sequence[str]) -> bool:
    name = path.rsplit("/", 1)[-1]
    return any(fnmatchcase(path, pattern) or fnmatchcase(name, pattern) for pattern in patterns)


def _hashed(path: str, location: Path) -> File:
    total, size = hashlib.sha256(), 0
    with location.open("rb") as file:
        while block := file.read(BLOCK):
            total.update(block)
            size += len(block)
    return File(path, location, total.hexdigest(), size)


def _sha256(files: tuple[File, ...]) -> str:
    whole = "".join(f"{each.path}\0{each.sha256}\n" for each in files)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _name(path: Path) -> str:
    name = path.resolve().name
    for suffix in archives.SUFFIXES:
        name = name.removesuffix(suffix)
    return name
