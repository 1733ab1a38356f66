"""Names in strings and keys that a diff changes: fields, addresses, patterns, encodings, zones, ciphers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from forensics.findings.changes.calls import LOGS
from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.knowledge import Knowledge
from forensics.findings.changes.tokens import Token
from forensics.records.finding import CodeFact

NAME = re.compile(r"[A-Za-z_$][\w.$/:-]{0,60}")
ADDRESS = re.compile(
    r"(?i)^[a-z][a-z+]*://|^\d{1,3}(\.\d{1,3}){3}(:\d+)?$|^[\w-]+(\.[\w-]+){2,}(:\d+)?(/|$)|^[\w.-]+:\d{2,5}$|\.(svc|local|internal|com|net|org|io)\b"
)
ZONE = re.compile(r"^(UTC|GMT|Z|[A-Z][a-z]+/[A-Z]\w+|[+-]\d\d:?\d\d)$|%[YmdHMSzZ]|YYYY|yyyy|HH:mm")
ENCODING = re.compile(
    r"(?i)^(utf-?8|utf-?16(le|be)?|latin-?1|iso-8859-\d+|ascii|us-ascii|cp125\d|windows-125\d|shift_?jis|gbk|big5|euc-\w+)$"
)
SECURE = re.compile(
    r"(?i)tls|ssl|cipher|x509|certif|truststore|keystore|mtls|insecure|verify_?(peer|host|mode|cert)|_ca($|_)|ca_?(file|bundle)"
)
ACCESS = re.compile(
    r"(?i)audience|issuer|scopes?$|roles?$|permission|oauth|oidc|hmac|cors|csrf|allow_?list|deny_?list|secret|api_?key|authoriz"
)
# A name that ends so holds a secret; ``token_ttl`` and ``password_min_length`` do not.
SECRET = re.compile(
    r"(?i)^[\w.-]*(passwd|password|pwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|token)[\"']?$"
)
VERSION = re.compile(r"^v?\d+([.-]\w+)*$|\b[0-9a-f]{7,}\b|^v?\d{4}\.\d")
PATTERN = re.compile(r"\\[dwsbDWS.]|\[[^\]]+\][+*?{]|\(\?|\.\*|\.\+|\^.|.\$$")
# A repeated group that itself repeats: (a+)+, (.*)*, (\w+\s?)*; engines that back-track take exponential time.
CATASTROPHIC = re.compile(
    r"\((?:\?:)?(?:[^()\\]|\\.)*[+*](?:[^()\\]|\\.)?\)[+*]|\((?:\?:)?[^()]*\|[^()]*\)[+*][+*]|\(\.\*\)\{\d+,\}"
)
LINEAR = (".go", ".rs")
FORMATS = re.compile(r"(?i)\.(ya?ml|json|toml|ini|conf|properties|env|proto|graphqls?|avsc|thrift|tfvars?|tf|hcl|xml)$")


def read(place: Place, renamed_throughout: frozenset[tuple[str, str]], known: Knowledge) -> Iterator[CodeFact]:
    """What happens to names in one place; renamings that are carried through everywhere do not count."""
    for old, new in place.pairs:
        if _is_said(old) and _is_said(new):
            continue
        key = _secret(old, new)
        if key:
            # What a secret is must reach no report, and neither must what it was.
            yield known.fact("access_changed", key, place.path)
        elif old.shape() == new.shape():
            for a, b in zip(old.tokens, new.tokens, strict=True):
                if a != b and a.kind == "string":
                    yield from _string(a.text, b.text, old, place.path, known)
        else:
            yield from _identifier(old, new, place, renamed_throughout, known)
    yield from _added_patterns(place, known)
    yield from _guarded(place, known)


def _secret(old: Line, new: Line) -> str:
    """The name by which a line sets a secret, "" where it sets none."""
    names = [token.text for token in (*old.tokens, *new.tokens) if token.kind != "number"]
    return next((name[:40] for name in names if SECRET.search(name)), "")


def _string(old: str, new: str, line: Line, path: str, known: Knowledge) -> Iterator[CodeFact]:
    values = (old, new)
    named = " ".join(token.text for token in line.tokens if token.kind == "name")
    if re.search(r"(?i)dockerfile", path) or re.search(r"(?i)\bimage\b", named):
        return
    if CATASTROPHIC.search(new) and not path.endswith(LINEAR):
        return
    if VERSION.search(old) and VERSION.search(new):
        if re.search(r"(?i)image|tag|version", named) and re.search(r"(?i)\.ya?ml$|\.tf$|docker|\.json$", path):
            yield known.fact("image_changed", named[:40], path, *values)
        return
    for pattern, kind in ((ENCODING, "encoding_changed"), (ADDRESS, "endpoint_changed"), (ZONE, "time_changed")):
        if pattern.search(old) and pattern.search(new):
            yield known.fact(kind, new, path, *values)
            return
    if PATTERN.search(old) and PATTERN.search(new):
        yield known.fact("regex_changed", old, path, *values)
    elif re.search(r"(?i)\b(select|update|insert|delete|from)\b", old) and " " in old:
        return
    elif (
        NAME.fullmatch(old) and NAME.fullmatch(new) and not re.search(r"(?i)^(trace|debug|info|warn(ing)?|error)$", old)
    ):
        yield known.fact("name_changed", old, path, *values)


def _identifier(
    old: Line, new: Line, place: Place, throughout: frozenset[tuple[str, str]], known: Knowledge
) -> Iterator[CodeFact]:
    """One name in place of another where others look it up: a key, a member, a field of a format."""
    if len(old.tokens) != len(new.tokens):
        return
    apart = [(at, a, b) for at, (a, b) in enumerate(zip(old.tokens, new.tokens, strict=True)) if a != b]
    if len(apart) != 1:
        return
    at, a, b = apart[0]
    if a.kind != "name" or b.kind != "name" or (a.text, b.text) in throughout:
        return
    after = old.tokens[at + 1].text if at + 1 < len(old.tokens) else ""
    before = old.tokens[at - 1].text if at else ""
    is_key = after == ":" or (bool(FORMATS.search(place.path)) and after in ("=", ":", "{", "("))
    is_member = before == "." and after != "(" and bool(re.search(r"[a-z]", a.text))
    if is_key or is_member:
        yield known.fact("field_renamed", a.text, place.path, a.text, b.text)


def renamed_throughout(places: Sequence[Place]) -> frozenset[tuple[str, str]]:
    """Names that give way to one other name in two lines or more and are nowhere kept."""
    found: Counter[tuple[str, str]] = Counter()
    for place in places:
        for old, new in place.pairs:
            if len(old.tokens) == len(new.tokens):
                found.update(
                    {
                        (a.text, b.text)
                        for a, b in zip(old.tokens, new.tokens, strict=True)
                        if a != b and a.kind == "name"
                    }
                )
    kept = {token.text for place in places for line in place.new for token in line.tokens}
    return frozenset(pair for pair, n in found.items() if n >= 2 and pair[0] not in kept)


def _is_said(line: Line) -> bool:
    """Whether a line logs or measures, so that its strings are for people."""
    names = [token.text for token in line.tokens if token.kind == "name"]
    return any(LOGS.search(name) for name in names) or any(
        token.kind == "string" and " " in token.text.strip() and not re.search(r"(?i)\b(select|from)\b", token.text)
        for token in line.tokens
    )


def _added_patterns(place: Place, known: Knowledge) -> Iterator[CodeFact]:
    kept = {token.text for line in place.removed for token in line.tokens}
    for token in (each for line in place.added for each in line.tokens if each.kind == "string"):
        if token.text not in kept and CATASTROPHIC.search(token.text) and not place.path.endswith(LINEAR):
            yield known.fact("regex_catastrophic", token.text, place.path)
            return


def _guarded(place: Place, known: Knowledge) -> Iterator[CodeFact]:
    """Lines that say how certificates are checked, or who may do what, and changed in more than their layout."""
    old, new = (Counter(_words(side)) for side in (place.removed, place.added))
    if not old:
        return
    for pattern, kind in ((SECURE, "tls_changed"), (ACCESS, "access_changed")):
        moved = sorted(word for word in (old - new) if pattern.search(word))
        if moved and not moved[0].startswith("http"):
            yield known.fact(kind, moved[0], place.path)


def _words(lines: Sequence[Line]) -> Iterator[str]:
    return (token.text for line in lines if not _is_said(line) for token in line.tokens if _is_word(token))


def _is_word(token: Token) -> bool:
    return token.kind == "name" or (
        token.kind == "string" and bool(re.fullmatch(r"[A-Za-z]+([_-][A-Za-z0-9]+)+", token.text))
    )
