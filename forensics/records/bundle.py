"""A bundle as it stands inside the door: its files with hashes, and what its owner declared about the incident."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forensics.records.window import Micros, Window


@dataclass(frozen=True, slots=True)
class File:
    """A file: ``path`` in the bundle (POSIX, relative), ``location`` on disk, hash and size of its bytes."""

    path: str
    location: Path
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A path that was not let in, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Declared:
    """What ``incident.yaml`` (or .yml, .json) says; empty where nothing is declared. Never evidence of a mechanism."""

    file: str = ""
    title: str = ""
    window: Window | None = None
    baseline_windows: tuple[Window, ...] = ()
    other_incidents: tuple[Window, ...] = ()
    symptom_service: str = ""
    symptom_metric: str = ""
    severity: str = ""
    timezone: str = ""
    timezones: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    slos: tuple[Mapping[str, Any], ...] = ()
    business: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Symptom:
    """What ``--symptom`` was understood to say; ``since`` in UTC where a clock time was given. Never evidence."""

    text: str
    since: Micros | None
    until: Micros | None
    component: str
    kind: str
    understood: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle. ``sha256`` covers every path and hash; files are sorted by path."""

    name: str
    root: Path
    sha256: str
    files: tuple[File, ...]
    refused: tuple[Refusal, ...]
    declared: Declared
