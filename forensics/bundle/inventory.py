"""What a folder holds: plain files inside it, and what is not let in."""

import os
import stat
from pathlib import Path

from forensics.records.bundle import Refusal

MOST_FILES = 200_000
DEEPEST = 64
# Leftovers of desktops and version control say nothing about an incident.
IGNORED = {".git", ".DS_Store", "__MACOSX", "Thumbs.db", "desktop.ini", ".svn", ".hg"}


def walk(root: Path) -> tuple[list[str], list[Refusal]]:
    """POSIX paths of the plain files below ``root``, and refusals of links out of it, devices and the like."""
    found: list[str] = []
    refused: list[Refusal] = []
    inside = root.resolve()
    waiting = [(root, 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            refused.append(Refusal(_relative(folder, root), f"cannot be listed: {error.strerror}"))
            continue
        if _is_report(entries):
            refused.append(Refusal(_relative(folder, root), "a report of an earlier analysis"))
            continue
        for entry in entries:
            path = Path(entry.path)
            reason = _reason(path, inside, depth)
            if entry.name in IGNORED:
                continue
            if reason:
                refused.append(Refusal(_relative(path, root), reason))
            elif path.is_dir():
                waiting.append((path, depth + 1))
            elif len(found) < MOST_FILES:
                found.append(_relative(path, root))
            else:
                refused.append(Refusal(_relative(path, root), f"beyond the first {MOST_FILES:,} files"))
    return sorted(found), refused


def _reason(path: Path, inside: Path, depth: int) -> str:
    """Why ``path`` is not let in, "" when it is."""
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode):
            target = path.resolve(strict=True)
            if not target.is_relative_to(inside):
                return "a link that leads out of the bundle"
            return "a link to another folder" if target.is_dir() else ""
    except (OSError, RuntimeError):
        return "a link that leads nowhere"
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return "not a plain file"
    return "nested too deeply" if depth > DEEPEST else ""


def _is_report(entries: list[os.DirEntry[str]]) -> bool:
    names = {entry.name for entry in entries}
    return {"report.json", "case"} <= names


def _relative(path: Path, root: Path) -> str:
    # Names that are not UTF-8 come with surrogates; show them escaped so that they can be printed and stored.
    text = path.relative_to(root).as_posix()
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
