"""Texts as tokens, in any language: comments and documentation gone, names, numbers, strings and signs told apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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
# Larger texts are cut: a lexer is no faster than half a megabyte a second.
MOST_CHARACTERS = 60_000


@dataclass(frozen=True, slots=True)
class Token:
    """``kind`` is name, keyword, constant, number, string or sign; a string stands without its quotes."""

    kind: str
    text: str


def tokens(text: str, path: str) -> Iterator[tuple[int, Token]]:
    """Tokens with the number of their line, from 0. Unknown languages are read by what most have in common."""
    lexer = _lexer(_ending(path))
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


def _ending(path: str) -> str:
    """What of a file's name tells its language: all of it where it has no ending."""
    name = path.rsplit("/", 1)[-1]
    return f"x.{name.rsplit('.', 1)[-1]}" if "." in name.strip(".") else name


@lru_cache(maxsize=512)
def _lexer(name: str) -> Any:
    """The lexer for a file name, by its ending alone; None where none is known."""
    from pygments.lexers import find_lexer_class_for_filename

    found = find_lexer_class_for_filename(name) if name else None
    if found is None or found.name in ("Text only", "Text output"):
        return None
    return found(stripnl=False, ensurenl=False)
