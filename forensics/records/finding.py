"""What is broken and how: failure modes that the signals fit, checks of health, and what each change is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensics.records.evidence import Evidence, Skipped, Statement
from forensics.records.window import Micros


@dataclass(frozen=True, slots=True)
class Finding:
    """A failure mode from ``models/failure_modes`` at a component.

    ``fit`` is 0 to 1; ``fits`` and ``against`` are what speaks for it and against it, ``untested`` what the bundle
    could not show. ``definition`` is the parsed failure mode (title, category, remedies, runbook), for later stages.
    """

    mode: str
    category: str
    component: str
    fit: float
    onset: Micros | None
    fits: tuple[Statement, ...]
    against: tuple[Statement, ...]
    untested: tuple[Skipped, ...]
    definition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the ``changes`` table with its evidence.

    ``effect`` is what it could do, "" where that is unknown; ``risk`` from 0 (cannot change behaviour) to 1.
    """

    id: str
    time: Micros | None
    kind: str
    component: str
    ref: str
    version: str
    title: str
    paths: tuple[str, ...]
    carries: tuple[str, ...]
    effect: str
    evidence: tuple[Evidence, ...]
    risk: float = 0.15


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check: ``status`` is ok, warn, critical or unknown."""

    area: str
    check: str
    component: str
    status: str
    value: float | None
    unit: str
    threshold: float | None
    baseline: float | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Error templates that rise together and share words: one error pattern, named after its most frequent member."""

    name: str
    members: tuple[str, ...]
    components: tuple[str, ...]
    first: Micros
    count: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Failure modes, best fit first; every change in time order; health checks; what could not run; error clusters."""

    modes: tuple[Finding, ...]
    changes: tuple[Change, ...]
    health: tuple[HealthCheck, ...]
    skipped: tuple[Skipped, ...]
    clusters: tuple[Cluster, ...] = ()
