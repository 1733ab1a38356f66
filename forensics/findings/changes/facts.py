"""What a diff does to behaviour, in any language: by tokens of its removed and added lines."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from forensics.findings.changes.diffs import Hunk, hunks

# Files that no running program reads, or that only change how something looks.
INERT_PATH = re.compile(
    r"(?i)\.(md|rst|txt|adoc|css|scss|less|svg|png|jpe?g|gif|ico|woff2?|html?|tmpl|storybook)$|(^|/)(docs?|tests?|__tests__|spec|testdata|fixtures|examples|\.github|\.circleci)/"
    r"|_test\.|\.test\.|\.spec\.|test_[^/]*$|(^|/)(LICENSE|CODEOWNERS|\.gitignore)$|(theme|palette|tokens)\.(ts|js|json)$"
)
MANIFEST = re.compile(
    r"(?i)(^|/)(go\.(mod|sum)|package(-lock)?\.json|yarn\.lock|requirements[\w.-]*|pyproject\.toml|poetry\.lock|pom\.xml|build\.gradle(\.kts)?"
    r"|Cargo\.(toml|lock)|Gemfile(\.lock)?|composer\.(json|lock))$"
)
COMMENT = re.compile(r"^\s*(//|#(?!include|if|define)|\*|/\*|--\s|;|<!--|\"\"\"|''')")
LOGGING = re.compile(
    r"(?i)\b(log(ger|ging)?|slog|LOG_\w+|console|print(f|ln)?|tracer?|span|metrics?|prometheus|statsd|otel|counter|histogram)\b\W"
)
STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|`([^`]*)`")
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?!\w*\.\w*[a-z])")
CALL = re.compile(r"([A-Za-z_][\w.]*)\s*\(")
LOOP = re.compile(r"^\s*(for|while|foreach|loop)\b|\.(forEach|map|each)\(")
# Settings that bound a resource or the time given to something.
LIMIT = re.compile(
    r"(?i)(max|min|limit|size|pool|conn(ection)?s?|timeout|ttl|leeway|skew|grace|toleran|retr(y|ies)|backoff|batch|buffer|capacity|quota|replicas|workers|threads|concurrency|interval|cpu|memory|heap|idle|lifetime|keepalive|threshold|window)"
)
VERSION = re.compile(r"\d+[.-]\d+|^v?\d+$|[0-9a-f]{7,}")
KEYWORDS = {
    "if",
    "for",
    "while",
    "return",
    "func",
    "function",
    "def",
    "switch",
    "catch",
    "range",
    "make",
    "len",
    "append",
    "new",
}


def effect(diff: str, named: Sequence[str]) -> str:
    """The facts of a diff, comma-separated and sorted; ``none: REASON`` where it cannot change behaviour; "" without a diff."""
    if named and all(INERT_PATH.search(path) for path in named):
        return "none: only documents, tests or appearance"
    if not diff.strip():
        return ""
    found = [hunk for hunk in hunks(diff) if not INERT_PATH.search(hunk.path)]
    live = [_code(hunk) for hunk in found]
    if not any(hunk.removed or hunk.added for hunk in live):
        return "none: only comments, formatting, documents or tests"
    if all(_is_only(LOGGING, hunk) for hunk in live):
        return "none: only logging or metrics"
    told = sorted({fact for hunk in live for fact in _facts(hunk)} | set(_moved(live)))
    return ", ".join(told) if told else "other"


def _code(hunk: Hunk) -> Hunk:
    """Changed lines without comments, blank lines, and lines that differ in white space alone."""
    removed = [line for line in hunk.removed if line.strip() and not COMMENT.match(line)]
    added = [line for line in hunk.added if line.strip() and not COMMENT.match(line)]
    squeezed = Counter(re.sub(r"\s+", "", line) for line in removed) & Counter(
        re.sub(r"\s+", "", line) for line in added
    )
    return Hunk(hunk.path, tuple(_without(removed, squeezed)), tuple(_without(added, squeezed)), hunk.kept, hunk.lines)


def _without(lines: Sequence[str], squeezed: Counter[str]) -> Iterator[str]:
    left = squeezed.copy()
    for line in lines:
        key = re.sub(r"\s+", "", line)
        if left[key]:
            left[key] -= 1
        else:
            yield line


def _is_only(pattern: re.Pattern[str], hunk: Hunk) -> bool:
    changed = (*hunk.removed, *hunk.added)
    return all(pattern.search(line) or re.fullmatch(r"[\s{}()\[\],;]*|.*Name:.*|.*Help:.*", line) for line in changed)


def _facts(hunk: Hunk) -> Iterator[str]:
    yield from _manifest(hunk)
    if MANIFEST.search(hunk.path):
        return
    yield from _constants(hunk)
    yield from _calls(hunk)
    yield from _guards(hunk)
    yield from _data(hunk)


def _manifest(hunk: Hunk) -> Iterator[str]:
    """Dependencies whose version moved: a patch release, or more."""
    pins: list[dict[str, tuple[int, int, int]]] = [{}, {}]
    for side, lines in enumerate((hunk.removed, hunk.added)):
        for line in lines:
            match = re.search(r"([\w@./-]+)[\"'\s:=^~<>]+v?(\d+)\.(\d+)(?:\.(\d+))?", line)
            if match:
                pins[side][match[1].strip("\"'")] = (int(match[2]), int(match[3]), int(match[4] or 0))
    for name in sorted(pins[0].keys() & pins[1].keys()):
        old, new = pins[0][name], pins[1][name]
        if MANIFEST.search(hunk.path) or "/" in name:
            yield (
                "dependency_patch"
                if old[:2] == new[:2]
                else "dependency_minor"
                if old[0] == new[0]
                else "dependency_major"
            )
    if MANIFEST.search(hunk.path) and pins[0].keys() ^ pins[1].keys():
        yield "dependency_set"


def _constants(hunk: Hunk) -> Iterator[str]:
    """A number that changed under one name, and bounds that are gone."""
    for old in hunk.removed:
        for new in hunk.added:
            if (
                NUMBER.search(old)
                and NUMBER.sub("#", old).split() == NUMBER.sub("#", new).split()
                and old != new
                and LIMIT.search(old)
            ):
                before, after = (float(NUMBER.search(text)[0]) for text in (old, new) if NUMBER.search(text))  # type: ignore[index]
                ratio = after / before if before else 10.0
                yield (
                    "limit_changed_much"
                    if ratio >= 4 or ratio <= 0.25
                    else "limit_lowered"
                    if ratio < 1
                    else "limit_raised"
                )
    # Only a line with a number sets a bound; a type called Buffer does not.
    gone = _names([line for line in hunk.removed if NUMBER.search(line)]) - _names((*hunk.added, *hunk.kept))
    if any(LIMIT.search(name) for name in gone) and not _is_moved(hunk):
        yield "limit_removed"


def _calls(hunk: Hunk) -> Iterator[str]:
    removed, added = _called(hunk.removed), _called(hunk.added)
    if any(re.search(r"(?i)batch|bulk|many|all\b|chunk", name) for name in removed - added):
        yield "batch_removed"
    if _loop_calls(hunk, "+") - _loop_calls(hunk, "-") - KEYWORDS:
        yield "loop_call"
    if any(re.search(r"(?i)cache|memo|lru", name) for name in _names(hunk.removed) - _names((*hunk.added, *hunk.kept))):
        yield "cache_removed"
    if any(
        re.search(r"(?i)(^|\.)(un)?lock|mutex|synchroni[sz]ed|atomic|transaction|begin|commit\b", name)
        for name in removed - added
    ):
        yield "concurrency"
    if any(
        re.search(r"(?i)\b(close|release|free|dispose|cancel|defer)\b|\.close$|\.release$", name)
        for name in removed - added
    ):
        yield "release_removed"


def _loop_calls(hunk: Hunk, side: str) -> set[str]:
    """Calls of other objects that stand in a loop on one side of the hunk."""
    found: set[str] = set()
    depth: int | None = None
    for line in hunk.lines:
        if line[:1] not in (" ", side):
            continue
        text = line[1:]
        indent = len(text) - len(text.lstrip())
        if depth is not None and text.strip() and indent <= depth:
            depth = None
        if depth is not None and line[:1] == side:
            found |= {name for name in _called([text]) if "." in name and not LOGGING.search(name + "(")}
        if LOOP.search(text):
            depth = indent if depth is None else depth
    return found


def _guards(hunk: Hunk) -> Iterator[str]:
    """Conditions that ended a path early and are gone."""
    old = [line for line in hunk.removed if re.search(r"\b(if|unless|assert|require|guard|case)\b", line)]
    new = [line for line in hunk.added if re.search(r"\b(if|unless|assert|require|guard|case)\b", line)]
    nil = re.compile(r"(?i)\b(nil|null|none|undefined|isset|exists|is_?empty|len)\b|== ?\"\"|\?\.")
    if (
        any(nil.search(line) for line in old)
        and sum(map(bool, map(nil.search, old))) > sum(map(bool, map(nil.search, new)))
        and not _wraps_error(old, hunk)
    ):
        yield "guard_removed"
    elif len(old) > len(new) and not _is_moved(hunk) and not _wraps_error(old, hunk):
        yield "condition_removed"
    elif old and new and _terms(old) != _terms(new) and _terms(old) - _terms(new) and not _is_moved(hunk):
        yield "condition_changed"


def _wraps_error(old: Sequence[str], hunk: Hunk) -> bool:
    """Whether the conditions only pass errors on, which a helper may do instead."""
    return all(re.search(r"\berr(or)?\b", line) for line in old) and bool(_called(hunk.added) - _called(hunk.removed))


def _terms(lines: Sequence[str]) -> set[str]:
    return {word for line in lines for word in WORD.findall(line)} - {"if", "err", "nil", "error"}


def _data(hunk: Hunk) -> Iterator[str]:
    """Names of fields and tables in strings, and collections that only grow."""
    old, new = _strings(hunk.removed), _strings(hunk.added)
    if (
        len(hunk.removed)
        and any(
            STRING.sub("S", a).split() == STRING.sub("S", b).split() and _strings([a]) != _strings([b])
            for a in hunk.removed
            for b in hunk.added
        )
        and any(re.fullmatch(r"[a-z][\w.-]{1,40}", text) and not VERSION.search(text) for text in old - new)
    ):
        yield "name_changed"
    if any(
        re.search(r"(?i)\b(select|insert|update|delete|alter|create)\b.*\b(from|into|set|table|index)\b", text)
        for text in new - old
    ):
        yield "query_added"
    grows = re.search(r"(\w+)\s*=\s*append\(\1|\.append\(|\.push\(|\.add\(|\+=\s*\[", "\n".join(hunk.added))
    standing = re.search(
        r"(?m)^\s{0,2}(var|let|const|static|private static|global)?\s*\w+\s*(:?=|:)?\s*(\[\]|map\[|\[\s*\]|\{\s*\}|new (Array|List|Map)|make\()",
        "\n".join(hunk.added),
    )
    if grows and standing and not re.search(r"(?i)lru|evict|max|bounded|limit", "\n".join(hunk.added)):
        yield "unbounded_growth"


def _moved(live: Sequence[Hunk]) -> Iterator[str]:
    """Code that was taken apart into helpers and does the same: most removed words come back."""
    old = Counter(word for hunk in live for line in hunk.removed for word in WORD.findall(line))
    new = Counter(word for hunk in live for line in hunk.added for word in WORD.findall(line))
    if old and sum((old & new).values()) >= 0.9 * sum(old.values()) and sum(new.values()) >= 1.2 * sum(old.values()):
        yield "restructured"


def _is_moved(hunk: Hunk) -> bool:
    old, new = _terms(hunk.removed), _terms(hunk.added)
    return bool(old) and len(old & new) >= 0.8 * len(old)


def _names(lines: Sequence[str]) -> set[str]:
    return {word for line in lines for word in WORD.findall(STRING.sub("", line))}


def _called(lines: Sequence[str]) -> set[str]:
    return {name for line in lines for name in CALL.findall(line) if name not in KEYWORDS}


def _strings(lines: Sequence[str]) -> set[str]:
    return {next(filter(None, groups), "") for line in lines for groups in STRING.findall(line)}
