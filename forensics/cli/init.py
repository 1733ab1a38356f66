"""``forensics init``."""

from pathlib import Path

import click

EPILOG = """\b
Example:
  forensics init --start 2026-05-06T14:00Z --end 2026-05-06T14:30Z
"""


@click.command("init", epilog=EPILOG)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".")
@click.option(
    "--start", default="", metavar="T", help="Start of the incident, as 2026-05-06T14:00Z; else three hours ago."
)
@click.option("--end", default="", metavar="T", help="End of the incident; else two hours after its start.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def command(folder: Path, start: str, end: str, *, force: bool) -> None:
    """Write incident.yaml and collect.sh to FOLDER: what you know, and a read-only script that collects the rest."""
    from forensics import clock, collection
    from forensics.cli import outputs
    from forensics.errors import UsageError
    from forensics.library import Library
    from forensics.records.window import MINUTE, Window

    hour = 60 * MINUTE
    first = clock.instant(start) if start else _now() - 3 * hour
    last = clock.instant(end) if end else first + 2 * hour
    if last <= first:
        raise UsageError("--end is not after --start", hint="Swap them, or add the date to both.")
    files = collection.written(Library(), Window(first, last))
    outputs.refuse_overwriting(folder, tuple(files), force=force)
    for path in outputs.write(folder, {name: text.encode() for name, text in files.items()}):
        click.echo(path)
    click.echo(f"\nRead collect.sh, set what it needs, then:\n  sh {folder / 'collect.sh'} incident-bundle", err=True)


def _now() -> int:
    """The present minute: the one command that looks at a clock, since it writes no report."""
    from datetime import UTC, datetime

    from forensics import clock

    return clock.micros(datetime.now(UTC).replace(second=0, microsecond=0))
