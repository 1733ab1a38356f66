"""The causal graph, the ranked candidates and the verdict."""

from dataclasses import dataclass

from forensics.records.evidence import Evidence, Statement
from forensics.records.window import Micros


@dataclass(frozen=True, slots=True)
class Node:
    """A component in the causal graph with its earliest onset and its strongest surprise."""

    component: str
    role: str
    onset: Micros | None
    surprise: float


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` depends on ``target`` (calls it, runs on it, reads it); ``origin`` says who says so."""

    source: str
    target: str
    kind: str
    origin: str
    weight: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible root cause. Equal scores share a rank; ``confidence`` is the chance of being right."""

    rank: int
    component: str
    kind: str
    score: float
    confidence: float
    onset: Micros | None
    failure_mode: str
    reasons: tuple[Statement, ...]
    against: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Affected:
    """A component in the blast radius: ``role`` is origin or affected, ``via`` the path by which it was reached."""

    component: str
    role: str
    onset: Micros | None
    via: tuple[str, ...]
    symptoms: tuple[Statement, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Candidates best first, the graph, and who was reached."""

    candidates: tuple[Candidate, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    blast_radius: tuple[Affected, ...]


@dataclass(frozen=True, slots=True)
class Test:
    """One question that a change must answer with yes to be guilty: ``holds`` is None where the data cannot tell."""

    name: str
    holds: bool | None
    said: Statement


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one change: guilty, cleared or possible, with the one reason that decides.

    ``tests`` are what was asked, in order; the first that does not hold clears the change. ``weight`` is from 0 to 1.
    """

    change_id: str
    verdict: str
    reason: Statement
    tests: tuple[Test, ...] = ()
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A possible explanation: supported, rejected or open, with what speaks for and against it."""

    text: Statement
    status: str
    support: tuple[Statement, ...]
    against: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """What would settle an open question, why, and the command that exports it."""

    what: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Sizing:
    """A step with numbers: ``setting`` of ``component`` from ``current`` to ``proposed``, and the arithmetic behind it.

    ``kind`` is restore (what a change took away), enlarge, scale, restart, or unknown: then ``proposed`` is "" and the
    arithmetic names the number that is missing. ``undo`` is None where there is nothing to undo.
    """

    kind: str
    setting: str
    component: str
    current: str
    proposed: str
    text: Statement
    arithmetic: Statement
    undo: Statement | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, or that there is none; words of the report contract (DESIGN section 5)."""

    status: str
    category: str
    summary: tuple[Statement, ...]
    first_failing_component: str
    failure_mode: str
    trigger: tuple[Statement, ...]
    change: str | None
    remediation: str
    confidence: float
    missing: tuple[Missing, ...]
    hypotheses: tuple[Hypothesis, ...]
    judgements: tuple[Judgement, ...]
    contributing: tuple[Statement, ...]
    sizings: tuple[Sizing, ...] = ()
