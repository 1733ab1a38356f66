"""What of a change no running program notices."""

import re
from collections.abc import Sequence

from forensics.findings.changes.calls import LOGS
from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.names import FORMATS

# Files that no running program reads, or that only change how something looks.
PATH = re.compile(
    r"(?i)\.(md|mdx|rst|adoc|css|scss|sass|less|svg|png|jpe?g|gif|ico|webp|woff2?|ttf|mp4|pdf|html?|tmpl|storybook|snap|po|drawio|puml)$"
    r"|(^|/)(docs?|documentation|tests?|__tests__|specs?|testdata|test_data|fixtures|mocks|e2e|examples?|\.github|\.gitlab|\.circleci|\.vscode|\.idea|stories)/"
    r"|_test\.|\.test\.|\.spec\.|\.stories\.|(^|/)test_[^/]*$|Tests?\.(java|kt|cs|scala)$|_spec\.rb$"
    r"|(^|/)(LICENSE|CODEOWNERS|OWNERS|AUTHORS|CHANGELOG|README|CONTRIBUTING|\.gitignore|\.editorconfig|\.prettierrc\S*|\.eslintrc\S*|\.pre-commit-config\.yaml"
    r"|\.gitattributes|\.rubocop\.yml|\.golangci\.yml|jenkinsfile|\.gitlab-ci\.yml|\.travis\.yml|renovate\.json|dependabot\.yml)$"
    r"|(theme|palette|tokens|colou?rs)\.(ts|js|json)$"
)
TEXT = re.compile(r"(?i)\.txt$")
IMPORTS = {
    "import",
    "from",
    "use",
    "using",
    "require",
    "include",
    "package",
    "export",
    "#include",
    "require_relative",
    "extern",
}
# What a logging or measuring call is spread over: arguments of its own.
BARE = re.compile(r"^(Name|Help|Buckets|name|help|labels?|description|Namespace|Subsystem)$")


def is_inert_path(path: str) -> bool:
    """Whether a file is documentation, a test, an asset or a tool's own settings; a list of requirements is not."""
    name = path.rsplit("/", 1)[-1].lower()
    return bool(PATH.search(path)) or (
        bool(TEXT.search(path)) and not re.search(r"require|constraint|robots|cmakelists", name)
    )


def reason(places: Sequence[Place]) -> str:
    """Why changed lines cannot change behaviour, "" where they may."""
    lines = [line for place in places for line in (*place.removed, *place.added)]
    if not lines:
        return "only comments, formatting, documents or tests"
    if all(_imports(line) for line in lines):
        return "only imports"
    if _is_moved(places):
        return "only moved lines"
    if not any(FORMATS.search(place.path) for place in places) and all(
        _is_telemetry(side) for place in places for side in (place.removed, place.added)
    ):
        return "only logging or metrics"
    if all(_is_message(place) for place in places):
        return "only the words of messages"
    return ""


def _imports(line: Line) -> bool:
    first = line.tokens[0].text if line.tokens else ""
    quoted = (
        len(line.tokens) <= 2
        and line.tokens[0].kind in ("string", "name")
        and line.tokens[-1].kind == "string"
        and "/" in line.tokens[-1].text
        and "." in line.tokens[-1].text.split("/")[0]
    )
    words = [token.text for token in line.tokens]
    if first == "from" and "import" not in words and "}" not in words:
        return False
    return (first in IMPORTS and "=" not in words[:3]) or quoted


def _is_moved(places: Sequence[Place]) -> bool:
    """Whether the same lines stand elsewhere now: what one place loses another gains."""
    if any(place.removed and place.added for place in places):
        return False
    return _keys(places, "removed") == _keys(places, "added")


def _keys(places: Sequence[Place], side: str) -> list[tuple[str, ...]]:
    return sorted(tuple(token.text for token in line.tokens) for place in places for line in getattr(place, side))


def _is_telemetry(lines: Sequence[Line]) -> bool:
    """Whether every line logs or measures, or belongs to a call that does."""
    open_call = 0
    for line in lines:
        words = [token.text for token in line.tokens]
        names = [token.text for token in line.tokens if token.kind == "name"]
        tells = any(LOGS.search(name) for name in names[:3]) and not any(
            word in ("if", "for", "while", "return") for word in words
        )
        depth = sum({"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(word, 0) for word in words)
        alone = all(token.kind in ("sign", "string") or BARE.match(token.text) for token in line.tokens)
        if not (tells or open_call > 0 or alone):
            return False
        open_call = max(0, open_call + depth)
    return True


def _is_message(place: Place) -> bool:
    """Whether only strings with blanks in them changed: sentences for people, no names, statements or patterns."""
    if len(place.removed) != len(place.added) or not place.removed:
        return False
    for old, new in zip(place.removed, place.added, strict=True):
        if old.shape() != new.shape() or old.tokens == new.tokens:
            return False
        for a, b in zip(old.tokens, new.tokens, strict=True):
            if a != b and not (
                a.kind == "string"
                and re.fullmatch(r"[A-Za-z][\w',;:. %-]* [\w',;:. %-]*", a.text)
                and not re.search(r"(?i)\b(select|from|where|insert)\b", a.text)
            ):
                return False
    return True
