"""The options that say how a bundle is read and what it is asked, shared by the commands that open one."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

if TYPE_CHECKING:
    from forensics.records.options import Options

Command = TypeVar("Command", bound=Callable[..., Any])

READING = (
    click.option("--timezone", multiple=True, metavar="[FILE=]ZONE", help="Zone of stamps that name none."),
    click.option("--since", default="", metavar="T", help="Leave out what is older."),
    click.option("--until", default="", metavar="T", help="Leave out what is newer."),
    click.option("--include", multiple=True, metavar="GLOB", help="Read only these files."),
    click.option("--exclude", multiple=True, metavar="GLOB", help="Leave these files out."),
    click.option(
        "--definitions",
        multiple=True,
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        metavar="DIR",
        help="A folder with your own parsers/, models/ and report_templates/.",
    ),
)
ASKING = (
    click.option("--start", default="", metavar="T", help="Start of the incident, as 2026-05-06T14:00Z."),
    click.option("--end", default="", metavar="T", help="End of the incident."),
    click.option("--symptom", default="", metavar="TEXT", help="What was noticed, in words."),
    click.option("--redact", is_flag=True, help="Take out people, addresses and ids; secrets always go."),
    click.option("--slo", multiple=True, metavar="FILE|SLI=PERCENT", help="As availability=99.9, or a file."),
)


def reading(command: Command) -> Command:
    """Add the options that say how a bundle is read."""
    for option in reversed(READING):
        command = option(command)
    return command


def options(command: Command) -> Command:
    """Add the options that say how a bundle is read and what it is asked."""
    for option in reversed(ASKING):
        command = option(command)
    return reading(command)


def understood(
    timezone: Sequence[str],
    since: str,
    until: str,
    include: Sequence[str],
    exclude: Sequence[str],
    definitions: Sequence[Path],
    start: str = "",
    end: str = "",
    symptom: str = "",
    slo: Sequence[str] = (),
    *,
    redact: bool = False,
) -> "Options":
    """The options as records; instants without a zone are in the zone given for all files, else UTC.

    Raises:
        UsageError: an instant or zone that cannot be read, or an end before its start.
    """
    from forensics import clock
    from forensics.errors import UsageError
    from forensics.records.options import Options

    zones = dict(_zone(text) for text in timezone)
    zone = zones.get("", "UTC")
    times = {
        name: clock.instant(text, zone) if text else None
        for name, text in {"start": start, "end": end, "since": since, "until": until}.items()
    }
    for first, last in (("start", "end"), ("since", "until")):
        low, high = times[first], times[last]
        if low is not None and high is not None and low >= high:
            raise UsageError(f"--{last} is not after --{first}", hint="Swap them, or add the date to both.")
    return Options(
        **times,
        symptom=symptom,
        slo=tuple(slo),
        timezones=zones,
        include=tuple(include),
        exclude=tuple(exclude),
        definitions=tuple(definitions),
        redact=redact,
    )


def _zone(text: str) -> tuple[str, str]:
    from zoneinfo import ZoneInfo

    from forensics.errors import UsageError

    file, _, zone = text.rpartition("=")
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"no such time zone: {zone!r}", hint="Use an IANA name such as Europe/Berlin, or UTC."
        ) from error
    return file, zone


def color(stream: TextIO) -> bool:
    """Whether to colour: a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")
