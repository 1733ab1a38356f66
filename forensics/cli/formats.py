"""``forensics formats``: what is read, what a file is, whether a definition holds, and a draft of a new one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from forensics.ingest.sources import Known
    from forensics.library import Library
    from forensics.records.bundle import File

EPILOG = """\b
Examples:
  forensics formats detect app.log
  forensics formats learn app.log > my/parsers/logs/app.toml
  forensics formats check my/parsers/logs/app.toml
"""
DEFINITIONS = click.option(
    "--definitions",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="A folder with your own parsers/.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group("formats", epilog=EPILOG)
def command() -> None:
    """What is read, what a file is, and definitions of your own."""


@command.command("list")
@DEFINITIONS
@AS_JSON
def list_(definitions: tuple[Path, ...], *, as_json: bool) -> None:
    """Every format that is read."""
    from forensics.ingest import definitions as defined

    rows = [
        {"format": each.name, "kind": each.kind, "title": each.title} for each in defined.load(_library(definitions))
    ]
    _print(rows, as_json=as_json)


@command.command("detect")
@FILE
@DEFINITIONS
@AS_JSON
def detect(file: Path, definitions: tuple[Path, ...], *, as_json: bool) -> None:
    """What FILE is, and how far the formats got that it is not."""
    from forensics.ingest import nearness

    named, near = nearness.detect(_file(file), _known(definitions))
    rows = [{"format": each.format, "share": round(each.share, 4), "told": each.told} for each in near]
    if as_json:
        click.echo(json.dumps({"format": named, "near": rows}))
        return
    click.echo(f"{file}: {named or 'no format reads it'}")
    if rows:
        _print(rows, as_json=False)


@command.command("check")
@FILE
def check(file: Path) -> None:
    """Whether a DEFINITION holds: all its faults at once, with file and line."""
    import tomllib

    from forensics.errors import DefinitionError
    from forensics.ingest import checking

    try:
        text = _readable(file).read_text(encoding="utf-8")
        found = [f"{file}{fault}" for fault in checking.faults(tomllib.loads(text), text)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = [f"{file}: {error}"]
    if found:
        raise DefinitionError("\n".join(found), hint="Correct these; the keys are listed in docs/formats.md.")
    click.echo(f"{file} holds")


@command.command("learn")
@FILE
def learn(file: Path) -> None:
    """Draft a definition from the lines or records of FILE."""
    from forensics.ingest import drafting

    click.echo(drafting.draft(_file(file)), nl=False)


def _library(definitions: tuple[Path, ...]) -> "Library":
    from forensics.library import Library

    return Library(definitions)


def _known(definitions: tuple[Path, ...]) -> "Known":
    from forensics import ingest
    from forensics.records.options import Options

    return ingest.known(_library(definitions), Options(), "UTC")


def _readable(file: Path) -> Path:
    from forensics.errors import UsageError

    if not file.is_file():
        raise UsageError(f"there is no file {file}", hint="Name one file; 'forensics doctor' looks at a folder.")
    return file


def _file(file: Path) -> "File":
    from forensics.records.bundle import File

    return File(file.name, _readable(file), "", file.stat().st_size)


def _print(rows: Sequence[Mapping[str, object]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    import polars as pl

    from forensics.cli import tables

    click.echo(tables.text(pl.DataFrame(rows), "table"), nl=False)
