"""Whether a diff does again what caused a past incident: its facts against those of the changes to blame."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.library import Library
from forensics.records.finding import CodeFact
from forensics.records.history import Incident

FILE = "models/history/kinship.toml"
WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
SHORTEST = 3


@dataclass(frozen=True, slots=True)
class Kinship:
    """When two facts are kin; see ``models/history/kinship.toml``."""

    named: frozenset[str]
    mute: frozenset[str]
    common: frozenset[str]
    risk_share: float
    guilty_share: float

    def words(self, fact: CodeFact) -> frozenset[str]:
        """The words of a fact's subject that tell something, lower case."""
        found = {word.lower() for word in WORDS.findall(fact.subject)}
        return frozenset(word for word in found - self.common if len(word) >= SHORTEST)

    def is_kin(self, new: CodeFact, past: CodeFact) -> bool:
        """Whether ``new`` does what ``past`` did: the same kind of fact, a cause in common, and a kindred subject."""
        if new.kind != past.kind or new.kind in self.mute or not set(new.causes) & set(past.causes):
            return False
        if new.risk < self.risk_share * past.risk:
            return False
        if new.kind.startswith("dependency_"):
            return new.subject == past.subject
        return new.kind not in self.named or bool(self.words(new) & self.words(past))


@dataclass(frozen=True, slots=True)
class Match:
    """A fact of a diff, and the past incident that one like it caused."""

    new: CodeFact
    past: CodeFact
    incident: Incident


def kinship(library: Library) -> Kinship:
    """The file, checked.

    Raises:
        DefinitionError: a key is missing, unknown or of another type.
    """
    said = library.load("models", "history")["kinship"]
    try:
        return _kinship(said)
    except (KeyError, TypeError, ValueError) as error:
        raise DefinitionError(f"{FILE}: {error!r}", hint="Correct this file.") from error


def _kinship(said: Mapping[str, Any]) -> Kinship:
    unknown = sorted(said.keys() - set(Kinship.__dataclass_fields__))
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")
    named, mute, common = (frozenset(map(str, said[key])) for key in ("named", "mute", "common"))
    return Kinship(named, mute, common, float(said["risk_share"]), float(said["guilty_share"]))


def caused(incident: Incident, kin: Kinship) -> tuple[CodeFact, ...]:
    """The facts that caused an incident: the riskiest of the change to blame; none where people blamed something else."""
    blame = incident.blame
    if not incident.machine.change or blame.change != incident.machine.change:
        return ()
    facts = [fact for fact in dict.fromkeys(incident.code) if fact.kind not in kin.mute]
    most = max((fact.risk for fact in facts), default=0.0)
    return tuple(fact for fact in facts if fact.risk >= kin.guilty_share * most)


def precheck(facts: Sequence[CodeFact], past: Iterable[Incident], kin: Kinship) -> tuple[Match, ...]:
    """Each fact with each incident that one like it caused: incidents by id, the facts of a diff in their order.

    Where several facts of one incident are kin to a new one, the one that shares most words is named.
    """
    found = []
    for incident in sorted(past, key=lambda each: each.id):
        guilty = caused(incident, kin)
        for new in facts:
            alike = [fact for fact in guilty if kin.is_kin(new, fact)]
            if alike:
                best = min(alike, key=lambda fact: (-len(kin.words(new) & kin.words(fact)), fact.path, fact.subject))
                found.append(Match(new, best, incident))
    return tuple(found)
