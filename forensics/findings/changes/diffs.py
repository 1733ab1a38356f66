"""Diffs taken apart: unified, ``@@`` fragments, or bare plus and minus lines."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """Removed, added and kept lines of one place in one file."""

    path: str
    removed: tuple[str, ...]
    added: tuple[str, ...]
    kept: tuple[str, ...]
    lines: tuple[str, ...]


def hunks(diff: str) -> tuple[Hunk, ...]:
    """The hunks of a diff: unified, or ``@@ ... @@`` fragments, or bare plus and minus lines."""
    found: list[Hunk] = []
    path = ""
    body: list[str] = []

    def close() -> None:
        changed = [line for line in body if line[:1] in "+-" and line[:1]]
        if changed:
            found.append(
                Hunk(
                    path,
                    tuple(line[1:] for line in body if line.startswith("-")),
                    tuple(line[1:] for line in body if line.startswith("+")),
                    tuple(line[1:] for line in body if line.startswith(" ")),
                    tuple(body),
                )
            )
        body.clear()

    for line in diff.splitlines():
        if line.startswith(("diff --git", "--- ", "index ", "new file", "deleted file", "similarity", "rename ")):
            close()
        elif line.startswith("+++ "):
            path = line[4:].split("\t")[0].removeprefix("b/")
        elif line.startswith("@@"):
            close()
            named = re.search(r"@@\s*([\w./-]+\.\w+)", line)
            path = named[1] if named else path
            body.append(" " + line.rsplit("@@", 1)[-1] if line.count("@@") > 1 else " " + line[2:])
        else:
            body.append(line)
    close()
    return tuple(found)


def paths(diff: str) -> tuple[str, ...]:
    """The files that a diff names."""
    return tuple(dict.fromkeys(hunk.path for hunk in hunks(diff) if hunk.path))
