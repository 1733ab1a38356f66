"""Diffs taken apart: unified, combined (merges), ``@@`` fragments, whole files, or bare plus and minus lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A diff is read up to here; what lies beyond is said to be unread (``Diff.is_partial``), never called harmless.
MOST_BYTES = 400_000
MOST_LINES = 6_000
HEADER = (
    "diff --git", "diff --cc", "diff --combined", "index ", "new file", "deleted file", "similarity ", "dissimilarity ",
    "old mode", "new mode", "copy from", "copy to", "Index: ", "======",
)  # fmt: skip
NAMED = re.compile(r"@@\s*([\w./-]+\.\w+|[\w./-]*/[\w.-]+|Dockerfile|Makefile|Gemfile)\s*(?:@@|:|$)")


@dataclass(frozen=True, slots=True)
class Hunk:
    """One place in one file; each line with its mark in front: ``+``, ``-`` or a space for kept ones."""

    path: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """The hunks of a diff, the files it names, and what of it cannot be read as text."""

    hunks: tuple[Hunk, ...]
    paths: tuple[str, ...]
    binary: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    is_partial: bool


def parse(text: str, path: str = "") -> Diff:
    r"""The parts of a diff in any usual form; ``path`` is the file of parts that name none. Never raises.

    >>> parse("@@ db/pool.go @@\n-a\n+b\n").hunks
    (Hunk(path='db/pool.go', lines=('-a', '+b')),)
    """
    lines = text[:MOST_BYTES].removesuffix("\n").split("\n")
    partial = len(text) > MOST_BYTES or len(lines) > MOST_LINES
    reader = _Reader([], [], [], [], path, "", 1)
    for number, line in enumerate(lines[:MOST_LINES]):
        reader.take(line.rstrip("\r"), lines[number + 1] if number + 1 < len(lines) else "")
    reader.close()
    paths = [hunk.path for hunk in reader.hunks] + reader.binary + [new for _, new in reader.renamed]
    return Diff(
        tuple(reader.hunks), tuple(dict.fromkeys(path for path in paths if path)), tuple(reader.binary),
        tuple(reader.renamed), partial,
    )  # fmt: skip


@dataclass(slots=True)
class _Reader:
    hunks: list[Hunk]
    binary: list[str]
    renamed: list[tuple[str, str]]
    body: list[str]
    path: str
    source: str
    columns: int

    def take(self, line: str, following: str) -> None:
        if line.startswith("--- ") and following.startswith("+++ "):
            self.close()
            self.source = _named(line)
        elif line.startswith("+++ ") and not self.body:
            self.path = _named(line) or self.source
        elif line.startswith(("rename from ", "rename to ")):
            self.close()
            name = line.split(" ", 2)[2]
            if line.startswith("rename from "):
                self.source = name
            else:
                self.renamed.append((self.source, name))
                self.path = name
        elif line.startswith(("Binary files ", "GIT binary patch")):
            self.close()
            named = re.search(r" and (?:b/)?(.+?) differ$", line)
            self.binary.append(named[1] if named and named[1] != "/dev/null" else self.path or self.source)
        elif line.startswith(HEADER):
            self.close()
            named = re.match(r"diff --(?:git a/.+ b/|cc |combined )(.+)$", line)
            self.path = named[1] if named else self.path
        elif line.startswith("@@"):
            self._fragment(line)
        elif line.startswith("\\ No newline"):
            return
        else:
            self.body.append(_marked(line, self.columns))

    def _fragment(self, line: str) -> None:
        """A new place; what stands behind the second ``@@`` is the line that the place lies in."""
        self.close()
        self.columns = max(1, len(line) - len(line.lstrip("@")) - 1)
        named = NAMED.match(line)
        self.path = named[1] if named else self.path
        rest = line.rsplit("@@", 1)[-1] if line.count("@@") > 1 else re.sub(r"^@@\s*[\w./-]+:?|^@@", "", line)
        if rest.strip() and not rest.strip().startswith(("note", "(")):
            self.body.append(" " + rest.strip())

    def close(self) -> None:
        if any(line[:1] in ("+", "-") for line in self.body):
            self.hunks.append(Hunk(self.path, tuple(self.body)))
        self.body = []


def _marked(line: str, columns: int) -> str:
    """The line with one mark; a merge has a column for each parent, and what any side adds or removes counts."""
    marks, rest = line[:columns], line[columns:]
    if columns == 1:
        return line if line[:1] in ("+", "-", " ") else " " + line
    return ("+" if "+" in marks else "-" if "-" in marks else " ") + rest


def _named(line: str) -> str:
    name = line[4:].split("\t")[0].strip().strip('"')
    return "" if name == "/dev/null" else re.sub(r"^[abciow]/", "", name)


def paths(diff: str) -> tuple[str, ...]:
    """The files that a diff names."""
    return parse(diff).paths


def changed(hunk: Hunk, mark: str) -> Iterator[str]:
    """The lines of ``hunk`` under ``mark``, without it."""
    return (line[1:] for line in hunk.lines if line.startswith(mark))
