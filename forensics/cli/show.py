"""``forensics show``."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from forensics.cli import reports

EPILOG = """\b
Example:
  forensics show incident-report/ L3f2a91c07
"""
TOLD = ("text", "reason", "component", "name", "title", "template", "metric", "check", "method", "estimate", "verdict")


@click.command("show", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="Print the evidence as JSON.")
def command(out: Path, reference: str, *, as_json: bool) -> None:
    """Show the lines or series behind an evidence id or a claim of the report in OUT; a prefix of it is enough."""
    _, found = reports.load(out)
    from forensics.errors import UsageError

    ids = [name for name in found["evidence"] if name.startswith(reference)]
    claims = [] if ids else [each for each in _claims(found) if each["claim"].startswith(reference)]
    if not ids and not claims:
        raise UsageError(
            f"the report has no evidence or claim {reference}",
            hint="Copy an id from the report; claims stand under 'claim'.",
        )
    ids = ids or sorted({name for each in claims for name in _ids(each)})
    rows = {name: found["evidence"][name] for name in ids if name in found["evidence"]}
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2, sort_keys=True))
        return
    for each in claims:
        click.echo("; ".join(f"{key}: {_plain(each[key])}" for key in TOLD if each.get(key)))
    for name, row in rows.items():
        click.echo(f"\n{name}  {_place(row)}")
        for line in _body(row):
            click.echo(f"  {_visible(line)}")


def _claims(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        if isinstance(value.get("claim"), str):
            yield value
        for inner in value.values():
            yield from _claims(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _claims(inner)


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (name for name in value.get("evidence", ()) if isinstance(name, str))
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def _plain(value: Any) -> str:
    return _visible(value["text"] if isinstance(value, Mapping) and "text" in value else str(value))


def _visible(text: str) -> str:
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def _place(row: Mapping[str, Any]) -> str:
    if row["kind"] == "line":
        last = f"-{row['last']}" if row["last"] != row["first"] else ""
        return f"{row['file']}:{row['first']}{last}"
    if row["kind"] == "record":
        return f"{row['file']} record {row['record']}"
    window = row["window"]
    span = f"{window['start']} to {window['end']}"
    if row["kind"] == "series":
        labels = ",".join(f"{key}={value}" for key, value in sorted((row["labels"] or {}).items()))
        return f"{row['component']} {row['metric']}{{{labels}}}, {span}"
    tests = " and ".join(f"{column} {operator} {value}" for column, operator, value in row["filters"])
    return f"{row['measure']} of {row['table']} where {tests or 'true'}, {span}"


def _body(row: Mapping[str, Any]) -> Iterator[str]:
    if row["kind"] == "series":
        yield f"{row['statistic']} {row['value']} of {row['n']} samples"
    elif row["kind"] == "count":
        yield f"{row['value']:,.0f}"
    else:
        yield from row.get("context") or (row["text"] or "").splitlines()
