"""Conditions that a diff removes, adds or turns, and errors that it passes over."""

import re
from collections.abc import Iterator, Sequence

from forensics.findings.changes.calls import calls
from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.knowledge import Knowledge
from forensics.records.finding import CodeFact

TESTS = {"if", "elif", "elsif", "unless", "guard", "when", "assert", "require", "while", "raise_if", "abort_if"}
ERRORS = {"err", "error", "e", "ex", "exc", "exception", "ok", "errors", "success"}
ABSENT = {"null", "nil", "none", "None", "undefined", "NULL"}
PRESENT = re.compile(
    r"(?i)^(isset|is_?(some|none|null|nil|present|empty|blank)|present|exists?|has_?\w+|nonnull|require_?non_?null|contains_?key|if_?present|optional)$"
)
SIZED = re.compile(r"(?i)^(len|size|length|count|cap|strlen|bytes?_?len\w*)$")
LEAVES = {"return", "raise", "throw", "throws", "break", "continue", "abort", "panic", "reject", "fail", "next", "exit"}
DEFAULTS = re.compile(
    r"(?i)^(or_?else(_?get)?|unwrap_?or(_\w+)?|get_?or_?default|dig|fetch_?or|if_?empty|coalesce|setdefault)$"
)
FORCED = re.compile(r"^(unwrap|expect|unwrap_err|get_unchecked|orElseThrow|as_ref_unchecked)$")
CATCHES = {"catch", "except", "rescue", "finally"}
COMPARES = {"<", ">", "=", "!", "&", "|", "+", "-", "not", "and", "or", "*", "/", "%"}


def read(place: Place, known: Knowledge) -> Iterator[CodeFact]:
    """What happens to checks in one place."""
    old, new = ([line for line in side if _tests(line)] for side in (place.removed, place.added))
    gone = sum(map(_absence, place.removed)) - sum(map(_absence, place.added))
    checks_errors = [line for line in old if _is_error(line)]
    helped = {each.verb for each in calls(place.added)} - {each.verb for each in calls(place.removed)}
    plain_old, plain_new = ([line for line in side if not _is_error(line)] for side in (old, new))
    if gone > 0:
        yield known.fact("null_check_removed", _subject(place.removed, _absence), place.path)
    elif sum(map(_bounds, plain_old)) > sum(map(_bounds, plain_new)) and not helped:
        yield known.fact("bounds_check_removed", _subject(plain_old, _bounds), place.path)
    elif len(plain_old) > len(plain_new) and not helped:
        yield known.fact("condition_removed", _subject(plain_old, _tests), place.path)
    elif plain_old and plain_new and not helped:
        yield from _turned(plain_old, plain_new, place, known)
    if len(plain_new) > len(plain_old) and _refuses(place.added) and place.old and not gone > 0:
        yield known.fact("validation_added", _subject(plain_new, _tests), place.path)
    if checks_errors and not any(_is_error(line) for line in new) and not helped:
        yield known.fact("error_ignored", _subject(checks_errors, _tests), place.path)
    yield from _errors(place, known)
    yield from _unsafe(place, known)


def _tests(line: Line) -> bool:
    return any(token.kind == "keyword" and token.text in TESTS for token in line.tokens)


def _absence(line: Line) -> bool:
    """Whether a line asks if something is there, errors apart."""
    words = [token.text for token in line.tokens]
    asks = _tests(line) or "?" in words or "&" in words or "&&" in words or "return" in words
    if not asks or _is_error(line):
        return False
    for at, token in enumerate(line.tokens):
        compared = words[max(0, at - 3) : at]
        if (
            token.text in ABSENT
            and token.kind in ("constant", "keyword", "name")
            and {"=", "!", "is", "not", "=="} & set(compared)
        ):
            return True
    if any(token.kind == "name" and PRESENT.match(token.text) for token in line.tokens):
        return True
    # ``if not user``, ``if (!user)``, ``if user:`` ask for presence of one name.
    rest = [
        token for token in line.tokens if token.text not in TESTS | {"(", ")", "{", ":", "!", "not", "then", "return"}
    ]
    return (
        _tests(line)
        and rest[:1] != []
        and all(token.kind == "name" or token.text == "." for token in rest)
        and line.tokens[0].text in TESTS
    )


def _is_error(line: Line) -> bool:
    names = {token.text.lower() for token in line.tokens if token.kind == "name"}
    return bool(names & {"err", "error"}) and any(token.text in ABSENT for token in line.tokens)


def _bounds(line: Line) -> bool:
    words = {token.text for token in line.tokens}
    return _tests(line) and bool({"<", ">"} & words or any(SIZED.match(word) for word in words))


def _subject(lines: Sequence[Line], asks: object) -> str:
    """The names in the first line that asks, dots kept."""
    for line in lines:
        if asks(line):  # type: ignore[operator]
            texts = [token.text for token in line.tokens if token.kind == "name" or token.text == "."]
            return " ".join(texts).replace(" . ", ".").strip(". ")[:60] or "a condition"
    return "a condition"


def _refuses(lines: Sequence[Line]) -> bool:
    """Whether added lines end with an error rather than go on."""
    return any(
        any(token.text in ("raise", "throw", "panic", "abort", "reject") for token in line.tokens)
        or (
            "return" in [token.text for token in line.tokens]
            and any(
                re.search(r"(?i)err|invalid|denied|forbid|reject|bad_?request|status", token.text)
                for token in line.tokens
            )
        )
        for line in lines
    )


def _turned(old: Sequence[Line], new: Sequence[Line], place: Place, known: Knowledge) -> Iterator[CodeFact]:
    """Conditions over the same names with other signs, or over other names."""
    tested = {id(line) for line in (*old, *new)}
    for before, after in place.pairs:
        if id(before) not in tested or id(after) not in tested:
            continue
        names = [
            [token.text for token in line.tokens if token.kind in ("name", "constant")] for line in (before, after)
        ]
        signs = [[token.text for token in line.tokens if token.text in COMPARES] for line in (before, after)]
        values = [" ".join(token.text for token in line.tokens) for line in (before, after)]
        if names[0] == names[1] and signs[0] != signs[1]:
            yield known.fact("comparison_changed", _subject([before], _tests), place.path, *values)
            return
    words = [{token.text for line in side for token in line.tokens if token.kind == "name"} for side in (old, new)]
    if words[0] - words[1] - ERRORS:
        yield known.fact("condition_changed", ".".join(sorted(words[0] - words[1])[:3]), place.path)


def _errors(place: Place, known: Knowledge) -> Iterator[CodeFact]:
    """Errors that are caught and dropped, or no longer caught."""
    caught = [
        [line for line in side if line.tokens and any(t.text in CATCHES for t in line.tokens[:3])]
        for side in (place.removed, place.added)
    ]
    if len(caught[0]) > len(caught[1]):
        yield known.fact("error_unhandled", _subject(caught[0], bool), place.path)
    for at, line in enumerate(place.new):
        words = [token.text for token in line.tokens]
        if line.mark != "+":
            continue
        empty = any(word in CATCHES for word in words) and words[-2:] == ["{", "}"]
        passes = words == ["pass"] and any(t.text in CATCHES for t in place.new[at - 1].tokens[:1]) if at else False
        dropped = words[:2] == ["_", "="] or (
            re.search(r", _ (: )?=", " ".join(words)) and "range" not in words and "for" not in words
        )
        if empty or passes or (dropped and any(_is_error(each) for each in place.removed)):
            yield known.fact("error_ignored", _subject([place.new[at - 1] if passes else line], bool), place.path)
            return


def _unsafe(place: Place, known: Knowledge) -> Iterator[CodeFact]:
    """Values that are used as if they were always there."""
    old, new = (_flat(side) for side in (place.removed, place.added))
    forced = [token for token in new if FORCED.match(token)]
    if len(forced) > len([token for token in old if FORCED.match(token)]):
        yield known.fact("unsafe_access", forced[0], place.path)
        return
    if sum(map(bool, map(DEFAULTS.match, old))) > sum(map(bool, map(DEFAULTS.match, new))):
        yield known.fact("unsafe_access", next(filter(DEFAULTS.match, old)), place.path)
        return
    for before, after in place.pairs:
        a, b = (
            " ".join(token.text if token.kind != "string" else "S" for token in line.tokens) for line in (before, after)
        )
        was_safe = re.search(r"\? \.|\?\.|\? \?|\?\?|& \.|&\.| or (S|\w+|\[ \]|\{ \})|\| \| ", a)
        is_safe = re.search(r"\? \.|\?\.|\? \?|\?\?|& \.|&\.| or (S|\w+|\[ \]|\{ \})|\| \| ", b)
        fetched = re.search(r"\. get \( \w+", a) and not re.search(r"\. get \(", b) and re.search(r"\w \[ \w+", b)
        if (was_safe and not is_safe and not _tests(before)) or fetched or ("! !" in b and "! !" not in a):
            yield known.fact("unsafe_access", next((t.text for t in after.tokens if t.kind == "name"), ""), place.path)
            return


def _flat(lines: Sequence[Line]) -> list[str]:
    return [token.text for line in lines for token in line.tokens if token.kind == "name"]
