"""``forensics precheck``."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import past
from forensics.cli.history import AS_JSON, DEFINITIONS, WHERE
from forensics.errors import ConditionError, UsageError

if TYPE_CHECKING:
    from forensics.history.prechecking import Match
    from forensics.records.finding import CodeFact

EPILOG = """\b
Examples:
  git diff main... | forensics precheck - --history ./history
  forensics precheck change.diff --history ./history --json
"""


@click.command("precheck", epilog=EPILOG)
@click.argument("diff")
@WHERE
@DEFINITIONS
@AS_JSON
def command(diff: str, folder: Path, definitions: tuple[Path, ...], *, as_json: bool) -> None:
    """Compare what DIFF (a file, or - for standard input) does with what caused past incidents; exit 8 where it is the same."""
    from forensics import history, redaction
    from forensics.findings.changes import diffs, facts, knowledge
    from forensics.library import Library
    from forensics.redaction import Redactor

    library = Library(definitions)
    text = _read(diff)
    paths = diffs.paths(text)
    if text.strip() and not paths and not text.startswith("diff "):
        raise UsageError(f"{diff} is not a diff", hint="Give a unified diff, as 'git diff' prints it.")
    effect, found = facts.read(text, paths, knowledge.load(library))
    kept = history.opened(folder)
    matches = history.precheck(found, kept.incidents(), history.kinship(library))
    # A log of CI is read by many.
    shown = Redactor(redaction.rules(library)).text(text)
    if as_json:
        rows = [_row(each, shown) for each in matches]
        said = {"effect": effect, "incidents": len(kept.names()), "unread": list(kept.faults), "matches": rows}
        click.echo(json.dumps(said, ensure_ascii=False))
    else:
        for line in _lines(matches, shown, len(kept.names())):
            click.echo(past.visible(line))
    past.warn(kept.faults)
    if matches:
        ids = sorted({each.incident.id for each in matches})
        raise ConditionError(f"does the like of what caused {', '.join(ids)}", hint="See what was done about it then.")


def _read(diff: str) -> str:
    """The diff, bytes that are not UTF-8 replaced.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        body = sys.stdin.buffer.read() if diff == "-" else Path(diff).read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot read {diff}: {error.strerror or error}", hint="Name a diff, or - for stdin."
        ) from error
    return body.decode("utf-8", errors="replace")


def _lines(matches: "Sequence[Match]", text: str, n: int) -> Iterator[str]:
    if not matches:
        yield f"nothing in this diff is known to have caused one of {n} incidents"
    for each in matches:
        at, line = _where(each.new, text)
        blame = each.incident.blame
        said = "reviewed" if each.incident.reviewed else "not reviewed"
        yield f"{_told(each.new)}: like what caused {each.incident.id}, {each.incident.title} ({said})"
        yield f"  now   {each.new.path or 'the diff'}{f', line {at} of the diff: {line}' if at else ''}"
        yield f"  then  {_told(each.past)} in {each.past.path or 'a setting'} ({blame.change[:12]})"
        for fix in each.incident.fixed_by[:1]:
            yield f"  fixed by: {fix}"


def _told(fact: "CodeFact") -> str:
    """A fact in words, as ``pool lowered: maxConns 50 to 10``."""
    values = f" {fact.before} to {fact.after}" if fact.before and fact.after else ""
    return f"{fact.kind.replace('_', ' ')}: {fact.subject}{values}"


def _row(each: "Match", text: str) -> dict[str, Any]:
    from dataclasses import asdict

    at, line = _where(each.new, text)
    incident = past.row(each.incident) | {"change": each.incident.blame.change, "source": dict(each.incident.source)}
    now = asdict(each.new) | {"line": at or None, "text": line}
    return {"incident": incident, "now": now, "then": asdict(each.past), "fixed_by": list(each.incident.fixed_by)}


def _where(fact: "CodeFact", text: str) -> tuple[int, str]:
    """The first changed line of the fact's file that names its subject or a value, by number in the diff; (0, "") without one."""
    path = ""
    names = [part for part in (*fact.subject.replace(".", " ").split()[-1:], fact.before, fact.after) if part]
    for at, line in enumerate(text.splitlines(), 1):
        if line.startswith(("--- ", "+++ ", "diff ")):
            path = line
        elif line.startswith(("+", "-")) and fact.path in path and any(name in line for name in names):
            return at, line[:160].strip()
    return 0, ""
