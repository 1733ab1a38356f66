"""Collections that outlive a request and only grow."""

import re
from collections.abc import Iterator, Sequence

from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.knowledge import Knowledge, snake
from forensics.records.finding import CodeFact

ADDS = {
    "append", "push", "add", "put", "set", "insert", "offer", "add_all", "push_back", "unshift", "store", "extend", "setdefault",
}  # fmt: skip
MAKES = {
    "map", "list", "dict", "set", "defaultdict", "arraylist", "hashmap", "concurrenthashmap", "linkedlist", "hashset", "array", "vec",
    "deque", "make", "new", "object", "slice", "counter", "concurrentlinkedqueue", "copyonwritearraylist", "btreemap", "ordereddict",
}  # fmt: skip
BOUNDED = re.compile(
    r"(^|_)(lru|evict\w*|max|maxsize|maxlen|bounded|limit|ttl|expir\w+|pop|popleft|remove|delete|del|clear|trim|prune|weak\w*|capacity|ring|rotate|truncate|shift)(_|$)"
)
OUTLIVES = {
    "static",
    "global",
    "var",
    "const",
    "let",
    "val",
    "private",
    "public",
    "final",
    "protected",
    "lazy_static",
    "mut",
}


def read(places: Sequence[Place], known: Knowledge) -> Iterator[CodeFact]:
    """A container that is declared outside of functions (or belongs to an object), is added to, and never made smaller."""
    new = [line for place in places for line in place.added]
    if any(
        BOUNDED.search(snake(token.text)) for line in new for token in line.tokens if token.kind in ("name", "keyword")
    ):
        return
    standing = {name for place in places for name in _standing(place.added)}
    for place in places:
        for line in place.added:
            name = _grown(line)
            if name and (name in standing or re.match(r"^(self|this|@|@@)", name)) and line.indent:
                yield known.fact("unbounded_growth", name, place.path)
                return


def _standing(lines: Sequence[Line]) -> Iterator[str]:
    """Names that are given a container at the outermost level, or as a field that a class shares."""
    outermost = min((line.indent for line in lines), default=0)
    for line in lines:
        words = [token.text for token in line.tokens]
        shared = line.indent <= outermost or "static" in words or any(word.startswith("@@") for word in words)
        if not shared or not _makes(words):
            continue
        name = next(
            (
                token.text
                for token in line.tokens
                if token.kind == "name" and token.text.lower() not in MAKES | OUTLIVES
            ),
            None,
        )
        before = words[: words.index("=")] if "=" in words else words
        names = [token.text for token in line.tokens if token.kind == "name" and token.text in before]
        if "=" in words and names and words[0] not in ("var", "let", "const"):
            # In front of a name there may stand its type; the last name before the sign is the one declared.
            yield names[-1] if ":" not in before else names[0]
        elif name is not None:
            yield name


def _makes(words: Sequence[str]) -> bool:
    text = "".join(words)
    return bool(re.search(r"\[\]|\{\}|\[\w*\]\w|map\[", text)) or any(word.lower() in MAKES for word in words)


def _grown(line: Line) -> str:
    """The collection that a line adds to."""
    tokens = line.tokens
    for at, token in enumerate(tokens):
        if token.kind == "name" and token.text in ADDS and at >= 2 and tokens[at - 1].text == ".":
            start = at - 2
            while start >= 2 and tokens[start - 1].text == ".":
                start -= 2
            return ".".join(each.text for each in tokens[start : at - 1] if each.text != ".")
        if token.text == "append" and at >= 2 and len(tokens) > at + 2 and tokens[at - 2].text == tokens[at + 2].text:
            return tokens[at + 2].text
    words = [token.text for token in tokens]
    text = " ".join(words)
    indexed = re.match(r"((?:self|this|@?@?\w+)(?: \. \w+)*) \[ [^\]=]+ \] =(?! =)", text) or re.match(
        r"(\w+(?: \. \w+)*) (?:<<|\+ =) ", text
    )
    return indexed[1].replace(" ", "") if indexed else ""
