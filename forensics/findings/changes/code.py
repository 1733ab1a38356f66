"""Code before and after: lines of tokens, those that changed, and which became which."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.findings.changes.diffs import Hunk
from forensics.findings.changes.tokens import Token, tokens

# Where indentation is grammar, a line that moves right is another line.
INDENTED = re.compile(r"\.(pyx?|ya?ml|haml|sass|pug|nim|coffee)$")
# Lines are paired where at least this share of their tokens is the same, among the first so many of a place.
ALIKE, MOST = 0.4, 120


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code: its mark in the diff, its indentation, its tokens (none for a comment or a blank line)."""

    mark: str
    indent: int
    tokens: tuple[Token, ...]

    def shape(self) -> tuple[str, ...]:
        """What stays when numbers and strings are left out."""
        return tuple(each.text if each.kind not in ("number", "string") else each.kind for each in self.tokens)


@dataclass(frozen=True, slots=True)
class Place:
    """One hunk as code: the file before and after, the lines that changed (white space and comments apart), and pairs of them."""

    path: str
    old: tuple[Line, ...]
    new: tuple[Line, ...]
    removed: tuple[Line, ...]
    added: tuple[Line, ...]
    pairs: tuple[tuple[Line, Line], ...]


def place(hunk: Hunk) -> Place:
    """The tokens of a hunk; lines that differ in white space or comments alone count as kept."""
    old, new = (_lines(hunk, mark) for mark in "-+")
    removed, added = _apart(old, new, INDENTED.search(hunk.path) is not None)
    return Place(hunk.path, old, new, removed, added, tuple(_pairs(removed, added)))


def _lines(hunk: Hunk, mark: str) -> tuple[Line, ...]:
    rows = [line for line in hunk.lines if line[:1] in (" ", mark)]
    texts = [line[1:] for line in rows]
    found: list[list[Token]] = [[] for _ in rows]
    for number, token in tokens("\n".join(texts), hunk.path):
        if number < len(found):
            found[number].append(token)
    return tuple(
        Line(row[0], len(text.expandtabs(4)) - len(text.expandtabs(4).lstrip()), tuple(each))
        for row, text, each in zip(rows, texts, found, strict=True)
    )


def _apart(old: Sequence[Line], new: Sequence[Line], indented: bool) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """The lines of both sides that are not the same at the same place, in order, without empty ones.

    A place is told by the kept lines above it, so that a line which moves past one of them counts as changed.
    """
    (before, first), (after, second) = _keyed(old, "-", indented), _keyed(new, "+", indented)
    if len(before) * len(after) > 250_000:
        known = [set(first), set(second)]
        return (
            tuple(each for each, key in zip(before, first, strict=True) if key not in known[1]),
            tuple(each for each, key in zip(after, second, strict=True) if key not in known[0]),
        )
    same = difflib.SequenceMatcher(None, first, second, autojunk=False).get_matching_blocks()
    gone = {number for block in same for number in range(block.a, block.a + block.size)}
    came = {number for block in same for number in range(block.b, block.b + block.size)}
    return (
        tuple(each for number, each in enumerate(before) if number not in gone),
        tuple(each for number, each in enumerate(after) if number not in came),
    )


def _keyed(lines: Sequence[Line], mark: str, indented: bool) -> tuple[list[Line], list[tuple[object, ...]]]:
    kept, found, keys = 0, list[Line](), list[tuple[object, ...]]()
    for line in lines:
        if line.mark == mark and line.tokens:
            found.append(line)
            keys.append((line.tokens, kept, line.indent if indented else 0))
        kept += line.mark == " " and bool(line.tokens)
    return found, keys


def _pairs(removed: Sequence[Line], added: Sequence[Line]) -> Iterator[tuple[Line, Line]]:
    """Removed lines with the added line most like them."""
    left = [(line, Counter(line.tokens), Counter(map(_masked, line.tokens))) for line in added[:MOST]]
    for old in removed[:MOST]:
        if not left:
            return
        told, masked = Counter(old.tokens), Counter(map(_masked, old.tokens))
        shares = [_likeness(told, masked, exact, loose) for _, exact, loose in left]
        best = max(range(len(left)), key=lambda at: (shares[at], -at))
        if shares[best] >= ALIKE:
            yield old, left.pop(best)[0]


def _likeness(told: Counter[Token], masked: Counter[str], exact: Counter[Token], loose: Counter[str]) -> float:
    """The share of tokens that two lines have in common; literals of one kind count as half the same."""
    same = sum(min(n, exact[token]) for token, n in told.items())
    alike = sum(min(n, loose[token]) for token, n in masked.items())
    return (same + alike) / (2.0 * max(told.total(), exact.total(), 1))


def _masked(token: Token) -> str:
    return token.text if token.kind not in ("number", "string", "constant") else token.kind
