"""What ``models/causal/change_effects.toml`` knows of settings, calls and facts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.library import Library
from forensics.records.finding import CodeFact

FILE = "models/causal/change_effects.toml"
# A setting that changed fourfold disturbs as surely as one can; half as much where it changed by two.
TELLING = 2.0
RISKIEST, REMOVED, ADDED = 0.9, 0.75, 0.3


@dataclass(frozen=True, slots=True)
class Family:
    """Settings or calls that mean the same, told by name."""

    name: str
    pattern: re.Pattern[str]
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Settings and calls by name, facts and kinds of change with what they can cause."""

    settings: tuple[Family, ...]
    calls: tuple[Family, ...]
    facts: Mapping[str, Mapping[str, Any]]
    kinds: Mapping[str, Mapping[str, Any]]
    symptoms: Mapping[str, Sequence[str]]

    def setting(self, name: str, around: Sequence[str] = ()) -> Family | None:
        """The setting that a name means; a health check's own settings are told by what stands around them."""
        if any(re.search(r"(?i)probe|healthcheck", each) for each in around):
            return next(each for each in self.settings if each.name == "probe")
        plain = snake(name)
        return next((each for each in self.settings if each.pattern.search(plain)), None)

    def called(self, name: str) -> Iterator[Family]:
        """The families of calls that a name without receiver belongs to."""
        plain = snake(name)
        return (each for each in self.calls if each.pattern.search(plain))

    def fact(self, kind: str, subject: str, path: str, before: str = "", after: str = "") -> CodeFact:
        """A fact that the file lists by name."""
        said = self.facts[kind]
        return CodeFact(
            kind, subject[:80], before[:80], after[:80], path, tuple(said["causes"]), said["risk"], bool(said.get("slow")),
            float(said.get("silent", 0.5)),
        )  # fmt: skip

    def moved(
        self, family: Family, how: str, subject: str, path: str, values: tuple[str, str], size: float
    ) -> CodeFact:
        """A setting that was lowered, raised, removed or added; ``size`` is the binary logarithm of the ratio."""
        causes = family.said["lowered" if how == "added" else how]
        risk = {"removed": REMOVED, "added": ADDED}.get(how, RISKIEST * min(1.0, abs(size) / TELLING))
        risk *= float(family.said.get("eased", {}).get(how, 1.0))
        is_slow = how != "lowered" and bool({"leak", "unbounded_growth", "retention"} & set(causes))
        kind = f"{family.name}_{how}"
        return CodeFact(
            kind, subject[:80], values[0][:80], values[1][:80], path, tuple(causes), round(risk, 6), is_slow
        )


def load(library: Library) -> Knowledge:
    """The file, checked.

    Raises:
        DefinitionError: a pattern does not compile, or a word is used that ``causes`` does not explain; all are listed.
    """
    said = library.load("models", "causal")["change_effects"]
    known, faults = set(said["causes"]), []
    families: dict[str, list[Family]] = {"setting": [], "call": []}
    used = [(name, each["causes"]) for group in ("fact", "kind") for name, each in said[group].items()]
    used += [(name, words) for name, words in said["symptom"].items()]
    for group, found in families.items():
        for row in said[group]:
            try:
                found.append(Family(row["name"], re.compile(row["match"]), row))
            except re.error as error:
                faults.append(f"{FILE}: {row['name']}: bad match: {error}")
            used += [(row["name"], row[how]) for how in ("lowered", "raised", "removed") if group == "setting"]
            facts = [row[how] for how in ("removed", "added") if group == "call" and how in row]
            faults += [f"{FILE}: {row['name']}: no fact {fact}" for fact in facts if fact not in said["fact"]]
    faults += [f"{FILE}: {name}: no cause {word}" for name, words in used for word in words if word not in known]
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct this file.")
    return Knowledge(
        tuple(families["setting"]), tuple(families["call"]), said["fact"], said["kind"], said["symptom"]
    )  # fmt: skip


def snake(name: str) -> str:
    """A name in small letters with underscores.

    >>> snake("MaxConnIdleTime"), snake("db.pool-size"), snake("maxHTTPRetries")
    ('max_conn_idle_time', 'db_pool_size', 'max_http_retries')
    """
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)([A-Z][a-z])", r"\1\3_\2\4", name)
    return re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")
