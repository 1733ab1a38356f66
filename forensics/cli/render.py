"""``forensics render``."""

from pathlib import Path

import click

from forensics.cli import outputs, reports
from forensics.records.outputs import SUFFIXES

EPILOG = """\b
Example:
  forensics render incident-report/report.json --format pdf
"""


@click.command("render", epilog=EPILOG)
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "formats",
    default="html",
    show_default=True,
    help="Of html, pdf, md, json, rules (Prometheus), dashboard (Grafana).",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="Folder, if not the report's own.")
@click.option("--definitions", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="As for analyze.")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def command(report: Path, formats: str, output: Path | None, definitions: tuple[Path, ...], *, force: bool) -> None:
    """Render REPORT (report.json, or the folder that holds it) again, from its JSON and the review.yaml beside it."""
    path, found = reports.load(report)
    folder = output or path.parent
    asked = {word.strip().lower() for word in formats.split(",")}
    wanted = tuple(name for name in outputs.formats(formats) if name in asked)
    outputs.refuse_overwriting(folder, tuple(SUFFIXES[name] for name in wanted), force=force)
    from forensics import report as reporting
    from forensics.library import Library

    library = Library(definitions)
    found = reporting.reviewed(found, reporting.read_review(path.parent / "review.yaml"), library)
    bodies = {SUFFIXES[name]: reporting.render(found, name, library) for name in wanted}
    for written in outputs.write(folder, bodies):
        click.echo(written.as_posix())
