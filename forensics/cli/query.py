"""``forensics query``."""

from pathlib import Path

import click

from forensics.cli import reports, tables

EPILOG = """\b
Examples:
  forensics query incident-report/ "SELECT component, count(*) FROM logs WHERE severity >= 17 GROUP BY 1"
  forensics query incident-report/ "SHOW TABLES"
"""


@click.command("query", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("sql")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def command(out: Path, sql: str, form: str) -> None:
    """Ask the case in OUT with read-only SQL (DuckDB); times are UTC."""
    click.echo(tables.text(reports.case(out).sql(sql), form), nl=False)
