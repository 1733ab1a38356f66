"""Code as tokens, in any language: comments and documentation gone, names, numbers, strings and signs told apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from forensics.findings.changes.diffs import Hunk

# For languages that have no lexer, and for text that a lexer leaves alone.
PLAIN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/|\#(?![0-9a-fA-F]{3,8}\b)[^\n]*|--\s[^\n]*|<!--.*?-->)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)
    |(?P<number>(?<![\w.])\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?[A-Za-z%]*)
    |(?P<name>[@$A-Za-z_][\w$]*(?:-[A-Za-z_][\w]*)*(?=\s*[:=]\s)|[@$A-Za-z_][\w$]*)
    |(?P<sign>[^\s\w])""",
    re.X | re.S,
)
KEYWORDS = frozenset(
    [
        "if",
        "else",
        "elif",
        "elsif",
        "unless",
        "for",
        "foreach",
        "while",
        "until",
        "loop",
        "switch",
        "case",
        "when",
        "match",
        "do",
        "try",
        "catch",
        "except",
        "finally",
        "rescue",
        "ensure",
        "return",
        "yield",
        "throw",
        "throws",
        "raise",
        "break",
        "continue",
        "func",
        "function",
        "fun",
        "fn",
        "def",
        "class",
        "struct",
        "enum",
        "interface",
        "trait",
        "impl",
        "type",
        "var",
        "let",
        "const",
        "val",
        "new",
        "delete",
        "import",
        "from",
        "package",
        "use",
        "using",
        "require",
        "include",
        "public",
        "private",
        "protected",
        "static",
        "final",
        "async",
        "await",
        "defer",
        "go",
        "lambda",
        "with",
        "as",
        "in",
        "is",
        "not",
        "and",
        "or",
        "assert",
        "guard",
        "select",
        "range",
        "null",
        "nil",
        "none",
        "None",
        "undefined",
        "true",
        "false",
        "True",
        "False",
    ]
)
CONSTANTS = frozenset(
    ("null", "nil", "none", "None", "undefined", "true", "false", "True", "False", "NULL", "TRUE", "FALSE")
)
# Where indentation is grammar, a line that moves right is another line.
INDENTED = re.compile(r"\.(pyx?|ya?ml|haml|sass|pug|nim|coffee)$")
# Larger texts are cut: a lexer is no faster than half a megabyte a second.
MOST_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is name, keyword, constant, number, string or sign; a string stands without its quotes."""

    kind: str
    text: str


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
    """One hunk as code: the file before and after, and only the lines that changed (white space and comments apart)."""

    path: str
    old: tuple[Line, ...]
    new: tuple[Line, ...]
    removed: tuple[Line, ...]
    added: tuple[Line, ...]


def place(hunk: Hunk) -> Place:
    """The tokens of a hunk; lines that differ in white space or comments alone count as kept."""
    old, new = (_lines(hunk, mark) for mark in "-+")
    removed, added = _apart(old, new, INDENTED.search(hunk.path) is not None)
    return Place(hunk.path, old, new, removed, added)


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
    import difflib

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


def tokens(text: str, path: str) -> Iterator[tuple[int, Token]]:
    """Tokens with the number of their line, from 0. Unknown languages are read by what most have in common."""
    lexer = _lexer(path.rsplit("/", 1)[-1])
    if lexer is None or len(text) > MOST_CHARACTERS:
        yield from _plain(text, 0)
        return
    from pygments.token import Comment, Keyword, Literal, Name, Number, String

    number, string, start = 0, "", 0
    for kind, value in lexer.get_tokens(text):
        if kind in String and kind not in String.Doc and kind not in String.Symbol:
            start = start if string else number
            string += value
        else:
            if string:
                yield from _string(string, start)
                string = ""
            if (
                kind in Comment and kind not in Comment.Preproc and kind not in Comment.PreprocFile
            ) or kind in String.Doc:
                pass
            elif kind in Number:
                yield number, Token("number", value)
            elif kind in Keyword and value.strip() and re.fullmatch(r"\w+", value.strip()):
                word = value.strip()
                yield number, Token("constant" if word in CONSTANTS else "keyword", word)
            elif (kind in Name or kind in Keyword) and re.fullmatch(r"[@$]*[\w.-]+[?!]?", value):
                yield number, Token("constant" if value in CONSTANTS else "name", value)
            elif kind in Literal.Scalar and value.strip():
                yield number, _scalar(value.strip())
            elif value.strip():
                yield from _plain(value, number)
        number += value.count("\n")
    if string:
        yield from _string(string, start)


def _string(text: str, number: int) -> Iterator[tuple[int, Token]]:
    body = text.strip()
    quoted = re.sub(r"^[A-Za-z]{0,2}(\"\"\"|'''|[\"'`])|(\"\"\"|'''|[\"'`])$", "", body)
    yield number, Token("string", quoted)


def _scalar(text: str) -> Token:
    """A bare value of YAML: a number where it reads as one, else a string."""
    if text in CONSTANTS:
        return Token("constant", text)
    return Token("number" if re.fullmatch(r"-?\d[\d_]*(\.\d+)?\s?[A-Za-z%]{0,4}", text) else "string", text)


def _plain(text: str, first: int) -> Iterator[tuple[int, Token]]:
    number, at = first, 0
    for match in PLAIN.finditer(text):
        number += text.count("\n", at, match.start())
        at = match.start()
        kind, value = str(match.lastgroup), match.group()
        if kind == "comment":
            continue
        if kind == "string":
            value = value[1:-1]
        elif kind == "name" and value in KEYWORDS:
            kind = "constant" if value in CONSTANTS else "keyword"
        yield number, Token(kind, value)


@lru_cache(maxsize=256)
def _lexer(name: str) -> Any:
    """The lexer for a file name, by its ending alone; None where none is known."""
    from pygments.lexers import find_lexer_class_for_filename

    found = find_lexer_class_for_filename(name) if name else None
    if found is None or found.name in ("Text only", "Text output"):
        return None
    return found(stripnl=False, ensurenl=False)
