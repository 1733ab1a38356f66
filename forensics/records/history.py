"""A past incident: what a history keeps of it, and what a search says about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from forensics.records.finding import CodeFact
from forensics.records.window import Micros

FORMAT = 1
"""The layout of a history folder and of the files in it; a higher number is a newer program's."""

GROUPS: Mapping[str, float] = {
    "cause": 1.0,
    "template": 1.0,
    "signal": 1.0,
    "change": 0.5,
    "component": 0.5,
    "role": 0.25,
    "shape": 0.25,
}
"""What a fingerprint is made of, and how much each part counts: what broke and what was seen before where and how far."""


@dataclass(frozen=True, slots=True)
class Blame:
    """What an incident was put down to; ``mode`` is a failure mode or a cause of ``models/history``."""

    status: str = ""
    category: str = ""
    mode: str = ""
    title: str = ""
    component: str = ""
    change: str = ""
    remediation: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """A past incident.

    ``text`` is what words are searched in; ``facts`` are the parts of the fingerprint by group, each with its weight.
    ``machine`` is what the analysis said, ``reviewed`` what people made of it, None where nobody has looked.
    ``figures`` are seconds (``duration_s``, ``detect_s``, ``recover_s``); ``budgets`` error budgets consumed, as
    ratios, by service level. ``effects`` lists the facts of the change to blame by kind, ``code`` in full. ``source`` says where it came from:
    name, sha256, kind (report or document) and the version of the program.
    """

    id: str
    title: str
    start: Micros | None
    end: Micros | None
    severity: str
    text: str
    machine: Blame
    reviewed: Blame | None
    fixed_by: tuple[str, ...]
    actions: tuple[str, ...]
    components: tuple[str, ...]
    facts: Mapping[str, tuple[tuple[str, float], ...]]
    figures: Mapping[str, float | None]
    budgets: tuple[tuple[str, float], ...]
    effects: tuple[str, ...]
    source: Mapping[str, str]
    format: int = FORMAT
    code: tuple[CodeFact, ...] = ()

    @property
    def blame(self) -> Blame:
        """What counts: people's word where there is one, else the machine's."""
        return self.reviewed or self.machine


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which incidents a search looks at; empty means all. ``since`` and ``until`` bound the start, half-open."""

    component: str = ""
    severity: str = ""
    cause: str = ""
    since: Micros | None = None
    until: Micros | None = None
    apart_from: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    """An incident found.

    ``score`` orders the hits of one search; ``likeness`` (0 to 1) is the share of the fingerprint that agrees; ``words``
    and ``shared`` (group and name) say why.
    """

    incident: Incident
    score: float
    likeness: float
    words: tuple[str, ...]
    shared: tuple[tuple[str, str], ...] = field(default=())


def as_json(incident: Incident) -> dict[str, Any]:
    """An incident as plain mappings and lists."""
    return asdict(incident)


def from_json(read: Mapping[str, Any]) -> Incident:
    """The incident of ``as_json``, read back.

    Raises:
        KeyError, TypeError, ValueError: it is not one.
    """
    # Incidents kept before facts were have none.
    known = {name: read[name] for name in Incident.__dataclass_fields__ if name != "code"}
    reviewed = read["reviewed"]
    return Incident(
        **known
        | {
            "machine": Blame(**read["machine"]),
            "reviewed": Blame(**reviewed) if reviewed is not None else None,
            "facts": {group: tuple((str(a), float(b)) for a, b in rows) for group, rows in read["facts"].items()},
            "budgets": tuple((str(name), float(value)) for name, value in read["budgets"]),
            "code": tuple(CodeFact(**{**each, "causes": tuple(each["causes"])}) for each in read.get("code", ())),
            **{name: tuple(map(str, read[name])) for name in ("fixed_by", "actions", "components", "effects")},
        }
    )
