"""``forensics history``: past incidents, added, found, shown, forgotten, and what they teach."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from forensics.cli import past

if TYPE_CHECKING:
    from forensics.records.history import Hit

Command = TypeVar("Command", bound=Callable[..., Any])

EPILOG = """\b
Examples:
  forensics history add incident-report/ notes/2024-outage.md --history ./history
  forensics history search "requests wait for a database connection" --history ./history
"""
WHERE = click.option(
    "--history",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="FORENSICS_HISTORY",
    required=True,
    metavar="DIR",
    help="Folder of past incidents; FORENSICS_HISTORY names it too.",
)
DEFINITIONS = click.option(
    "--definitions", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="As for analyze."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ASKED = (
    click.option("--component", default="", help="Only incidents that reached it."),
    click.option("--severity", default="", help="Only of this severity."),
    click.option("--cause", default="", help="Only put down to this failure mode or category."),
    click.option("--since", default="", metavar="T", help="Only begun at T or later."),
    click.option("--until", default="", metavar="T", help="Only begun before T."),
    click.option("-n", "--most", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many."),
)


def asking(command: Command) -> Command:
    """Add the options that say which incidents are looked at."""
    for option in reversed(ASKED):
        command = option(command)
    return command


@click.group("history", epilog=EPILOG)
def command() -> None:
    """Past incidents: add, find, show and forget them, and see what they teach."""


@command.command("add")
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@WHERE
@DEFINITIONS
@click.option("--id", "name", default="", help="The id to keep it under (one source only), as INC-12.")
@click.option("--replace", "is_new_version", is_flag=True, help="Replace the incident that has this id.")
def add(
    sources: tuple[Path, ...], folder: Path, definitions: tuple[Path, ...], name: str, *, is_new_version: bool
) -> None:
    """Add SOURCES: reports (report.json or its folder), or post-mortems as Markdown or text."""
    from forensics import history
    from forensics.errors import ForensicsError, UsageError

    if name and len(sources) > 1:
        raise UsageError("--id names one incident", hint="Add the others without it.")
    causes = past.causes(definitions)
    kept = history.opened(folder, new=True)
    refused: list[ForensicsError] = []
    for source in sources:
        try:
            incident = past.incident(source, causes, name)
            state = "added" if kept.add(incident, replacing=is_new_version) else "there already"
        except UsageError as error:
            refused.append(error)
            click.echo(f"refused {source}: {error.message}", err=True)
            continue
        click.echo(f"{state}: {incident.id}  {incident.title}")
    if refused:
        raise type(refused[0])(f"{len(refused)} of {len(sources)} were not added", hint=refused[0].hint)


@command.command("search")
@click.argument("words")
@WHERE
@DEFINITIONS
@asking
@AS_JSON
def search(words: str, folder: Path, definitions: tuple[Path, ...], most: int, *, as_json: bool, **flags: str) -> None:
    """Find the incidents that WORDS describe."""
    from forensics import history

    asked = past.wanted(**flags)
    kept = history.opened(folder)
    _tell(kept, kept.search(words, past.causes(definitions), asked, most), as_json=as_json)


@command.command("similar")
@click.argument("to")
@WHERE
@DEFINITIONS
@asking
@AS_JSON
def similar(to: str, folder: Path, definitions: tuple[Path, ...], most: int, *, as_json: bool, **flags: str) -> None:
    """Find the incidents most like TO: a bundle, a report, a post-mortem, or the id of a past incident."""
    from forensics import history
    from forensics.history import files

    asked = past.wanted(**flags)
    kept = history.opened(folder)
    place = Path(to)
    if place.exists():
        incident = past.incident(place, past.causes(definitions), definitions=definitions)
    else:
        incident = files.read(kept.folder, kept.named(to))
    _tell(kept, kept.similar(incident, asked, most), as_json=as_json)


@command.command("list")
@WHERE
@AS_JSON
def list_(folder: Path, *, as_json: bool) -> None:
    """List all incidents, the oldest first."""
    from forensics import history

    kept = history.opened(folder)
    rows = [past.row(each) for each in kept.incidents()]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            click.echo(
                past.visible(
                    f"{row['start'][:10] or 'undated':<11}{row['id']}  {row['cause'] or 'cause unknown'}: {row['title']}"
                )
            )
    past.warn(kept.faults)


@command.command("show")
@click.argument("reference")
@WHERE
@AS_JSON
def show(reference: str, folder: Path, *, as_json: bool) -> None:
    """Show what is kept of the incident REFERENCE (its id, or the beginning of it)."""
    from forensics import history
    from forensics.history import files
    from forensics.records.history import as_json as plain

    kept = history.opened(folder)
    incident = files.read(kept.folder, kept.named(reference))
    if as_json:
        click.echo(json.dumps(plain(incident), ensure_ascii=False, indent=1, sort_keys=True))
        return
    for line in past.told(incident):
        click.echo(past.visible(line))


@command.command("stats")
@WHERE
@DEFINITIONS
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write a page of them.")
@AS_JSON
def stats(folder: Path, definitions: tuple[Path, ...], html: Path | None, *, as_json: bool) -> None:
    """Say what recurs, what was asked for and not done, when incidents come and how long they take."""
    from forensics import history

    kept = history.opened(folder)
    learned = history.learn(kept.incidents())
    if html is not None:
        from forensics.cli import outputs
        from forensics.library import Library
        from forensics.report.pages import page

        values = {"title": "What incidents teach", "kicker": "History", "learned": learned}
        outputs.write(html.parent, {html.name: page("history.html.j2", values, Library(definitions))})
    if as_json:
        click.echo(json.dumps(learned, ensure_ascii=False))
    else:
        for line in past.learned_lines(learned):
            click.echo(past.visible(line))
    past.warn(kept.faults)


@command.command("forget")
@click.argument("reference")
@WHERE
@click.option("--yes", is_flag=True, help="Do not ask.")
def forget(reference: str, folder: Path, *, yes: bool) -> None:
    """Delete the incident REFERENCE for good."""
    import sys

    from forensics import history
    from forensics.errors import UsageError

    kept = history.opened(folder)
    name = kept.named(reference)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError(f"{name} would be deleted for good", hint="Add --yes.")
        click.confirm(f"Delete {name} for good?", abort=True)
    kept.forget(name)
    click.echo(f"forgotten: {name}")


def _tell(kept: Any, hits: "Sequence[Hit]", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([past.found(hit) for hit in hits], ensure_ascii=False))
    elif not hits:
        click.echo("no incident fits")
    else:
        for place, hit in enumerate(hits, 1):
            for line in past.hit_lines(place, hit):
                click.echo(past.visible(line))
    past.warn(kept.faults)
