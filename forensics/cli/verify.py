"""``forensics verify``."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from forensics.cli import reports

EPILOG = """\b
Example:
  forensics verify incident-report/ ./incident-bundle/
"""


@click.command("verify", epilog=EPILOG)
@click.argument("report", type=click.Path(path_type=Path))
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("--definitions", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="As for analyze.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def command(report: Path, bundle: Path, definitions: tuple[Path, ...], *, as_json: bool) -> None:
    """Check every piece of evidence in REPORT against BUNDLE, which is read afresh; exit 7 when some does not match."""
    path, found = reports.load(report)
    from forensics import verification
    from forensics.errors import VerificationError

    result = verification.verify(found, bundle, definitions)
    if as_json:
        click.echo(json.dumps(asdict(result), ensure_ascii=False))
    else:
        for notice in result.notices:
            click.echo(f"note: {notice}", err=True)
        for mismatch in result.mismatches:
            click.echo(f"{mismatch.what}\n  report says  {mismatch.said}\n  bundle says  {mismatch.found}")
        click.echo("checked " + ", ".join(f"{n:,} {kind}" for kind, n in result.checked.items()))
    if result.mismatches:
        raise VerificationError(
            f"{len(result.mismatches)} pieces of evidence in {path} do not match {bundle}",
            hint="Check that this is the bundle the report was made from.",
        )
