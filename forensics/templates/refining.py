"""Masked texts to templates: texts that are one event with other values become one.

Every merge but Drain's looks at one group of texts that are equal in all but certain places, so the result depends
neither on order nor on counts, and a text outside the group cannot change it. Drain comes after word for word comparison:
over distinct masked texts its tree alone merged what differed in a telling word (``via interface ee0`` and ``alt0``), so it
only proposes (``proposing``).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from forensics.masking import PLACEHOLDER
from forensics.templates.proposing import proposals

# A word that takes as many values as this where all else is equal is a value. Measured: 4 to 20 give equal results on
# labelled logs, 3 merges words that tell events apart.
MANY = 5
DELIMITERS = " =,:;()[]{}\"'|<>"
TOKEN = re.compile(r"""<\*>|[^\s=,:;()\[\]{}"'|<>]+|[\s=,:;()\[\]{}"'|<>]""")
UNIT = r"(?:bytes?|[KMGT]i?B|B|ns|us|ms|s|secs?|seconds?|mins?|minutes?|hours?|h|days?|%)"
# A value with its unit, or inside the name of its type: ``12 ms``, ``=WorkSource{12}``.
AMOUNT = re.compile(rf"((?<==)\w+\{{<\*>\}}|<\*>(?: {UNIT}(?!\w))?)")
LIST = re.compile(r"<\*>(?:[ ,]+<\*>)+")
AROUND = re.compile(r"""[^\s,=()\[\]{}"]*<\*>[^\s,=()\[\]{}"]*""")
KEPT_PREFIX = re.compile(r".*[-.#@+$%&]")
IDENTIFIER = re.compile(r"[a-z][A-Z]|-\w*\d|\d\D*\d|\w[./_$@\\]+\w")
CONSTANT = re.compile(r"[A-Z][A-Z_]+")

Merge = Callable[[Sequence[str]], Mapping[str, str]]


def refine(masked: Iterable[str]) -> dict[str, str]:
    """The template of each distinct masked text."""
    found = {text: text for text in masked}
    for merge in (amounts, lists, values, words, surroundings, proposals, amounts, lists):
        _apply(found, merge)
    return found


def _apply(found: dict[str, str], merge: Merge) -> None:
    new = merge(sorted(set(found.values())))
    if new:
        for text, template in found.items():
            found[text] = new.get(template, template)


def amounts(texts: Sequence[str]) -> dict[str, str]:
    """Values that stand with several units, or with and without one, take the unit in."""
    groups = _grouped(texts, lambda text: AMOUNT.sub(PLACEHOLDER, text))
    return _columns({key: [AMOUNT.split(text) for text in group] for key, group in groups.items()})


def lists(texts: Sequence[str]) -> dict[str, str]:
    """Lists of variables that differ in length only are one variable."""
    groups = _grouped(texts, lambda text: LIST.sub(PLACEHOLDER, text))
    return {text: key for key, group in groups.items() if _words(key) for text in group if text != key}


def surroundings(texts: Sequence[str]) -> dict[str, str]:
    """A variable with something attached joins the template in which it stands alone, where much else is equal."""
    groups = _grouped(texts, lambda text: AROUND.sub(PLACEHOLDER, text))
    return {
        text: key
        for key, group in groups.items()
        if key in group and len(_words(key)) >= 3
        for text in group
        if text != key
    }


def values(texts: Sequence[str]) -> dict[str, str]:
    """What stands where values stand, or looks like a name from code, is a variable as soon as it differs."""
    groups: dict[str, list[list[str]]] = {}
    for text in texts:
        tokens = TOKEN.findall(text)
        fixed = [
            each in DELIMITERS or (each != PLACEHOLDER and _is_word(tokens, place)) for place, each in enumerate(tokens)
        ]
        is_told = any(is_fixed and each not in DELIMITERS for each, is_fixed in zip(tokens, fixed, strict=True))
        parts = [each if is_fixed else PLACEHOLDER for each, is_fixed in zip(tokens, fixed, strict=True)]
        groups.setdefault("\0".join(parts) if is_told else text, []).append(tokens)
    return _columns({key: group for key, group in groups.items() if len(group) > 1})


def _is_word(tokens: Sequence[str], place: int) -> bool:
    """Whether a token that is no variable tells what happened, and is not a value."""
    token = tokens[place]
    before = "".join(tokens[max(0, place - 2) : place])
    after = "".join(tokens[place + 1 : place + 3])
    if before.endswith(("=", "= ")) or (before[-1:] + after[:1]) in ('""', "''"):
        return False
    is_name = place == 0 or after.startswith(("=", " =", "(")) or (after[:1] == ":" and not re.search(r"[./]", token))
    return is_name or not IDENTIFIER.search(token) or CONSTANT.fullmatch(token) is not None


def words(texts: Sequence[str]) -> dict[str, str]:
    """A word that varies while all else is equal: many words make a variable, and so does a variable among them."""
    found: dict[str, str] = {text: text for text in texts}
    while True:
        new: dict[str, str] = {}
        split = {text: TOKEN.findall(text) for text in sorted(set(found.values()))}
        for place, group in _alike(list(split.values())):
            merged = _merged(place, group)
            if merged:
                for tokens in group:
                    new.setdefault("".join(tokens), merged)
        new = {text: template for text, template in new.items() if text != template}
        if not new:
            return {text: template for text, template in found.items() if text != template}
        found = {text: new.get(template, template) for text, template in found.items()}


def _alike(rows: Sequence[Sequence[str]]) -> list[tuple[int, list[Sequence[str]]]]:
    """Groups of rows that differ at one place only, with that place; the largest first."""
    lengths: dict[int, list[Sequence[str]]] = {}
    for row in rows:
        lengths.setdefault(len(row), []).append(row)
    groups = [each for length, same in lengths.items() for each in _apart(same, 0, length)]
    told = [(place, [row for row in group if row[place] not in DELIMITERS]) for place, group in groups if place]
    return sorted((each for each in told if len(each[1]) > 1), key=lambda each: (-len(each[1]), each[0], each[1][0]))


def _apart(rows: Sequence[Sequence[str]], start: int, end: int) -> Iterator[tuple[int, Sequence[Sequence[str]]]]:
    """Rows that differ at one place between ``start`` and ``end``, and are equal everywhere else.

    Such rows are equal in one half of the places: comparing halves first leaves out most rows at the first look.
    """
    if len(rows) < 2:
        return
    if end - start <= 1:
        yield start, rows
        return
    middle = (start + end) // 2
    for equal, rest in (((middle, end), (start, middle)), ((start, middle), (middle, end))):
        found: dict[tuple[str, ...], list[Sequence[str]]] = {}
        for row in rows:
            found.setdefault(tuple(row[slice(*equal)]), []).append(row)
        for group in found.values():
            yield from _apart(group, *rest)


def _merged(place: int, group: Sequence[Sequence[str]]) -> str:
    """The template of rows that differ at ``place`` only; "" where they stay apart."""
    row = group[0]
    after = "".join(row[place + 1 : place + 3])
    told = [token for at, token in enumerate(row) if at != place and token not in DELIMITERS and token != PLACEHOLDER]
    found = sorted({each[place] for each in group})
    others = [each for each in found if each != PLACEHOLDER]
    if len(others) < len(found):
        fits = bool(told) and not after.startswith(("=", " =")) and all(re.search(r"\w", each) for each in others)
    else:
        fits = len(found) >= MANY and len(told) >= 2
    return "".join((*row[:place], _common(found), *row[place + 1 :])) if fits else ""


def _common(found: Iterable[str]) -> str:
    """One token for several: what they begin with, up to a delimiter inside names, and a variable."""
    ordered = sorted(set(found))
    if len(ordered) == 1:
        return ordered[0]
    first, last = ordered[0], ordered[-1]
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    prefix = KEPT_PREFIX.match(first[:same])
    return (prefix[0] if prefix and PLACEHOLDER not in prefix[0] else "") + PLACEHOLDER


def _columns(groups: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """Rows of equally many tokens as one each: what differs becomes a variable."""
    new: dict[str, str] = {}
    for group in groups.values():
        merged = "".join(_common(column) for column in zip(*group, strict=True))
        new.update(("".join(row), merged) for row in group if "".join(row) != merged)
    return new


def _grouped(texts: Sequence[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(key(text), []).append(text)
    return {name: group for name, group in groups.items() if len(group) > 1}


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]{2,}", text)
