"""What to collect for an incident: read-only commands from ``models/collection``, as a script or one at a time."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from forensics.clock import EPOCH, iso
from forensics.errors import DefinitionError
from forensics.library import Library
from forensics.records.window import MINUTE, Window

DAY = 24 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Command:
    """A read-only command: the table that it fills, what it gets, the shell line, and the file it goes to."""

    gives: str
    what: str
    run: str
    writes: str


@dataclass(frozen=True, slots=True)
class Source:
    """A tool that things are collected with, the settings that its commands need, and the commands.

    ``is_usual`` where most systems have it.
    """

    name: str
    title: str
    needs: str
    is_usual: bool
    settings: Mapping[str, str]
    commands: tuple[Command, ...]


def sources(library: Library) -> tuple[Source, ...]:
    """Every source of ``models/collection``, by name.

    Raises:
        DefinitionError: a definition lacks a key; all faults at once.
    """
    found, faults = [], []
    for name, said in library.load("models", "collection").items():
        try:
            commands = tuple(
                Command(each["gives"], each["what"], each["run"].strip(), each["writes"]) for each in said["command"]
            )
            found.append(
                Source(
                    name,
                    said["title"],
                    said["needs"],
                    bool(said.get("usual")),
                    dict(said.get("settings", {})),
                    commands,
                )
            )
        except KeyError as error:
            faults.append(f"models/collection/{name}.toml: {error} is missing")
    if faults:
        raise DefinitionError("\n".join(faults), hint="Add the keys that the other files of the folder have.")
    return tuple(found)


def settling(library: Library, table: str, window: Window) -> tuple[Command, ...]:
    """The commands that would fill ``table`` for ``window``, their times written in; those of usual tools first."""
    times = _times(window)
    known = sorted(sources(library), key=lambda source: (not source.is_usual, source.name))
    return tuple(
        Command(
            each.gives,
            each.what,
            _filled(each.run, {**{key: value for key, value in source.settings.items() if value}, **times}),
            each.writes,
        )
        for source in known
        for each in source.commands
        if each.gives == table
    )


def _filled(line: str, times: Mapping[str, str]) -> str:
    for name in sorted(times, key=len, reverse=True):
        line = line.replace(f"${name}", times[name])
    return line


def _times(window: Window) -> Mapping[str, str]:
    plain = "%Y-%m-%d %H:%M:%S"
    start, end = (EPOCH + timedelta(microseconds=each) for each in (window.start, window.end))
    return {
        "FROM": _seconds(window.start),
        "TO": _seconds(window.end),
        "FROM_MS": str(window.start // 1000),
        "TO_MS": str(window.end // 1000),
        "FROM_LOCAL": f"{start.strftime(plain)} UTC",
        "TO_LOCAL": f"{end.strftime(plain)} UTC",
        "BASELINE": _seconds(window.start - DAY),
        "WEEK_BEFORE": _seconds(window.start - 7 * DAY),
    }


def _seconds(micros: int) -> str:
    return iso(micros // 1_000_000 * 1_000_000)


def written(library: Library, window: Window) -> Mapping[str, str]:
    """``incident.yaml`` and ``collect.sh`` for ``window``, by file name."""
    from jinja2 import Environment, StrictUndefined

    times = _times(window)
    known = sources(library)
    settings: dict[str, str] = {}
    for source in known:
        settings |= source.settings
    values: dict[str, Any] = {
        "start": times["FROM"],
        "end": times["TO"],
        "start_ms": times["FROM_MS"],
        "end_ms": times["TO_MS"],
        "start_plain": times["FROM_LOCAL"].removesuffix(" UTC"),
        "end_plain": times["TO_LOCAL"].removesuffix(" UTC"),
        "baseline": times["BASELINE"],
        "week_before": times["WEEK_BEFORE"],
        "settings": settings,
        "sources": [
            {
                "title": source.title,
                "needs": source.needs,
                "commands": [
                    {"what": each.what, "writes": each.writes, "quoted": shlex.quote(each.run)}
                    for each in source.commands
                ],
            }
            for source in known
        ],
    }
    # The result is a shell script and YAML, no markup; every value is ours or a time.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    files = library.files("report_templates", "init", ".j2")
    return {
        name: environment.from_string(path.read_text(encoding="utf-8")).render(values) for name, path in files.items()
    }
