"""Taking secrets and people out of text: rules from ``models/redaction``, pseudonyms by a keyed hash.

What is taken out leaves ``[secret]``, or with a key ``[mail-3f9a1c]``: equal values get equal names, and without the key
nobody can try values to see which gives that name (HMAC, RFC 2104).
"""

import hashlib
import hmac
import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from forensics.errors import DefinitionError, OutputError
from forensics.library import Library

WORD = re.compile(r"[\w.@+-]+")
PLACEHOLDER = re.compile(r"\[(?:secret|card|mail|ip|user|id)(?:-[0-9a-f]{6})?\]")
SHORTEST_LEARNED = 4
# Hashes, instants and words of the contract: nothing in them comes from a text of the bundle.
KEPT = frozenset(
    {"claim", "sha256", "definitions_sha256", "seal", "times", "time", "start", "end", "onset", "first_time", "last_time", "span_id",
     "parent_id", "template_id", "schema_version", "status", "severity", "zone_source", "sli", "unit", "kind", "role", "statistic",
     "measure", "table", "refs", "change"}
)  # fmt: skip
PEOPLE = frozenset(
    {"user", "username", "user_name", "user_id", "customer", "customer_id", "account", "account_id", "author", "login", "email", "session"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """What to look for and the kind of thing it is; ``is_always`` where nobody needs to ask."""

    kind: str
    pattern: re.Pattern[str]
    has_luhn: bool
    is_always: bool


def rules(library: Library) -> tuple[Rule, ...]:
    """The rules of the library, secrets first.

    Raises:
        DefinitionError: a pattern is broken, or does not find its own sample.
    """
    found = []
    for name, said in library.load("models", "redaction").items():
        for each in said.get("rule", ()):
            try:
                rule = Rule(each["kind"], re.compile(each["match"]), bool(each.get("luhn")), bool(said["always"]))
                sample, gone = each["sample"], each["gone"]
            except (KeyError, re.error) as error:
                raise DefinitionError(
                    f"models/redaction/{name}: {error}", hint="Give kind, match, sample, gone."
                ) from error
            if gone in _replaced(rule, sample, lambda kind, _: f"[{kind}]"):
                raise DefinitionError(
                    f"models/redaction/{name}: {gone!r} stays in its sample", hint="Mend the pattern."
                )
            found.append(rule)
    return tuple(sorted(found, key=lambda rule: not rule.is_always))


def _replaced(rule: Rule, text: str, name: Callable[[str, str], str]) -> str:
    def swap(match: re.Match[str]) -> str:
        group = next((key for key, value in match.groupdict().items() if value is not None), 0)
        value = match[group]
        if PLACEHOLDER.fullmatch(value) or "<*>" in value or (rule.has_luhn and not luhn(value)):
            return match[0]
        start, end = match.start(group) - match.start(), match.end(group) - match.start()
        return match[0][:start] + name(rule.kind, value) + match[0][end:]

    return rule.pattern.sub(swap, text)


def luhn(text: str) -> bool:
    """Whether the digits of ``text`` end in the check digit of ISO/IEC 7812.

    >>> luhn("4111 1111 1111 1111"), luhn("4111 1111 1111 1112")
    (True, False)
    """
    digits = [int(each) for each in text if each.isdigit()][::-1]
    doubled = [sum(divmod(2 * each, 10)) for each in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


@dataclass(slots=True)
class Redactor:
    """Applies rules to texts and counts what went. With a ``key`` people and ids go too, by pseudonym.

    ``known`` are values that are people or ids wherever they stand, by kind; ``allowed`` is never touched.
    """

    rules: tuple[Rule, ...]
    key: bytes | None = None
    known: dict[str, str] = field(default_factory=dict)
    allowed: frozenset[str] = frozenset()
    counts: Counter[str] = field(default_factory=Counter)

    def text(self, said: str) -> str:
        """A text without what the rules find."""
        for rule in self.rules:
            if rule.is_always or self.key is not None:
                said = _replaced(rule, said, self._name)
        return self._learned(said) if self.known and self.key is not None else said

    def learn(self, texts: Iterable[str]) -> None:
        """Note people in ``texts``, so that they go wherever their names stand without a field's name before them."""
        if self.key is None:
            return
        spoken = [rule for rule in self.rules if rule.kind == "user"]
        noted: dict[str, str] = {}

        def note(kind: str, value: str) -> str:
            noted.setdefault(value, kind)
            return value

        for text in texts:
            for rule in spoken:
                _replaced(rule, text, note)
        self.known |= {
            value: kind
            for value, kind in noted.items()
            if len(value) >= SHORTEST_LEARNED and value not in self.allowed and not value.isdigit()
        }

    def _learned(self, said: str) -> str:
        """Known values wherever they stand: single words by look-up, names of several words one by one."""
        for name in sorted(
            (each for each in self.known if not WORD.fullmatch(each)), key=lambda each: (-len(each), each)
        ):
            if name in said:
                said = re.sub(
                    rf"(?<!\w){re.escape(name)}(?!\w)", lambda match: self._name(self.known[match[0]], match[0]), said
                )
        return WORD.sub(lambda match: self._word(match[0]), said)

    def _word(self, word: str) -> str:
        bare = word.strip(".-+")
        return word.replace(bare, self._name(self.known[bare], bare), 1) if bare in self.known else word

    def _name(self, kind: str, value: str) -> str:
        if value in self.allowed:
            return value
        self.counts[kind] += 1
        if self.key is None or kind in ("secret", "card"):
            return f"[{kind}]"
        body = f"{kind}\0{value.casefold()}".encode("utf-8", "surrogatepass")
        return f"[{kind}-{hmac.new(self.key, body, hashlib.sha256).hexdigest()[:6]}]"

    def _cited(self, said: Any) -> Any:
        """Ids of evidence are hashes of what it says, with which values could be tried: with a key they are keyed too."""
        if isinstance(said, Mapping):
            return {self._id(name): self.value(each) for name, each in said.items()}
        return type(said)(self._id(each) for each in said)

    def _id(self, said: str) -> str:
        if self.key is None:
            return said
        return said[:1] + hmac.new(self.key, said.encode(), hashlib.sha256).hexdigest()[:10]

    def value(self, said: Any, name: str = "") -> Any:
        """Any value of a report, its texts redacted; ``name`` is the field it stands in."""
        if name == "evidence":
            return self._cited(said)
        if name in KEPT:
            return said
        if isinstance(said, str):
            if name in PEOPLE and self.key is not None and said and not PLACEHOLDER.search(said):
                return self._name("user", said)
            return self.text(said)
        if is_dataclass(said) and not isinstance(said, type):
            new = {each.name: self.value(getattr(said, each.name), each.name) for each in fields(said)}
            return replace(said, **new)
        if isinstance(said, Mapping):
            return {key: self.value(inner, str(key)) for key, inner in said.items()}
        if isinstance(said, tuple | list):
            # A filter of a count: column, operator, value.
            if len(said) == 3 and isinstance(said[0], str) and said[0] in PEOPLE:
                return (said[0], said[1], self.value(said[2], said[0]))
            return type(said)(self.value(inner, name) for inner in said)
        return said


def texts(said: Any, name: str = "") -> Iterable[str]:
    """Every text of a report that may be redacted."""
    if name in KEPT or (name == "evidence" and not isinstance(said, Mapping)):
        return
    if isinstance(said, str):
        yield said
    elif is_dataclass(said) and not isinstance(said, type):
        for each in fields(said):
            yield from texts(getattr(said, each.name), each.name)
    elif isinstance(said, Mapping):
        for key, inner in said.items():
            yield from texts(inner, str(key))
    elif isinstance(said, tuple | list):
        for inner in said:
            yield from texts(inner, name)


def local_key() -> bytes:
    """The key of this machine for pseudonyms, made when there is none: ``FORENSICS_REDACTION_KEY`` names its file.

    Raises:
        OutputError: it can neither be read nor made.
    """
    named = os.environ.get("FORENSICS_REDACTION_KEY")
    path = Path(named) if named else Path.home() / ".config" / "forensics" / "redaction.key"
    try:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(32))
        return path.read_bytes()
    except OSError as error:
        raise OutputError(
            f"cannot use the redaction key {path}: {error.strerror or error}",
            hint="Name a file that you may write with FORENSICS_REDACTION_KEY.",
        ) from error


def fits(said: str, actual: str) -> bool:
    """Whether ``actual`` could have given ``said``: equal where nothing was taken out.

    >>> fits("host [ip-3f9a1c]:80", "host 10.0.0.1:80"), fits("host [ip]", "peer 10.0.0.1")
    (True, False)
    """
    if said == actual:
        return True
    parts = PLACEHOLDER.split(said)
    return len(parts) > 1 and re.fullmatch(".*".join(map(re.escape, parts)), actual, re.DOTALL) is not None
