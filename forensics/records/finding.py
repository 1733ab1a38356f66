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
    ``is_seated`` where the part that fails shows it itself (a replica's own lag), and not only those who depend on it.
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
    is_seated: bool = False


@dataclass(frozen=True, slots=True)
class CodeFact:
    """One thing that a diff does, read from its code.

    Attributes:
        kind: a fact of ``models/causal/change_effects.toml``, or SETTING_lowered, _raised, _removed, _added.
        subject: the setting, call, field or dependency.
        before, after: its values as written, "" where there is none.
        causes: what it can cause, in the words of that file.
        risk: from 0 to 1, how likely it disturbs a running system at all.
        is_slow: it fills something up, so that it may show long after it went live.
        silent: from 0 to 1, how likely what fails does not name the subject.
    """

    kind: str
    subject: str
    before: str
    after: str
    path: str
    causes: tuple[str, ...]
    risk: float
    is_slow: bool = False
    silent: float = 0.5


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the ``changes`` table with its evidence.

    ``effect`` lists the kinds of its ``facts``, or says ``none: REASON``, "" where nothing is known; ``risk`` is from 0
    (cannot change behaviour) to 1. ``live_from`` and ``live_until`` are as the row tells them, None where it does not.
    ``undone_by`` is the id of the next change that takes exactly this one back, "" where none does.
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
    facts: tuple[CodeFact, ...] = ()
    live_from: Micros | None = None
    live_until: Micros | None = None
    undone_by: str = ""


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
class Holder:
    """Who holds how much of a resource: medians before the incident and during it; None where nothing was measured."""

    consumer: str
    before: float | None
    during: float | None


@dataclass(frozen=True, slots=True)
class Saturation:
    """A resource of ``size`` that was taken up to ``peak`` during the incident, with its holders, the largest first."""

    component: str
    resource: str
    size: float
    peak: float
    holders: tuple[Holder, ...]
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
    saturation: tuple[Saturation, ...] = ()
