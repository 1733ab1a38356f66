"""``forensics analyze``."""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from forensics.cli import asked, gates, outputs
from forensics.cli.progress import Line
from forensics.errors import OutputError, UsageError
from forensics.records.outputs import SUFFIXES

EPILOG = """\b
Examples:
  forensics analyze ./incident-bundle/
  forensics analyze bundle.tar.gz --symptom "API returning 500s since 2 PM, checkout" --format html,pdf
"""


@click.command("analyze", epilog=EPILOG)
@click.argument("bundle", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="OUT", help="Folder of the report.")
@click.option(
    "--format",
    "formats",
    default="html,json",
    show_default=True,
    help="Of html, pdf, md, json, rules (Prometheus), dashboard (Grafana).",
)
@asked.options
@click.option(
    "--history",
    "past",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="FORENSICS_HISTORY",
    metavar="DIR",
    help="Past incidents to compare with (see 'forensics history').",
)
@click.option("--fail-on", default="", help="Exit 8 when one holds: identified, slo, unread=5%.")
@gates.options
@click.option("--force", is_flag=True, help="Replace reports that exist; review.yaml is always kept.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def command(
    bundle: Path,
    output: Path | None,
    formats: str,
    past: Path | None,
    fail_on: str,
    junit: Path | None,
    summary: Path | None,
    *,
    force: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Analyze BUNDLE (a folder, an archive or one file) and write the post-mortem to OUT (./BUNDLE-report)."""
    wanted = outputs.formats(formats)
    conditions = gates.wanted(fail_on, junit)
    folder = output or outputs.default_folder(bundle)
    if bundle.is_dir() and folder.resolve() == bundle.resolve():
        raise UsageError("the report cannot go into the bundle's own folder", hint="Name another folder with -o.")
    outputs.refuse_overwriting(folder, tuple(SUFFIXES[name] for name in wanted), force=force)
    options = asked.understood(**flags)
    from forensics import report as reporting

    review = reporting.read_review(folder / "review.yaml")
    is_new = not folder.exists()
    line = Line()
    try:
        report, refusal, written = _produce(bundle, folder, wanted, options, review, past, line)
    except BaseException:
        # Half a case is of no use to anyone: leave nothing where there was nothing.
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        line.clear()
    _tell(report, written, as_json=as_json)
    if refusal:
        raise refusal
    gates.settle(conditions, report, junit, summary)


def _produce(
    bundle: Path, folder: Path, wanted: tuple[str, ...], options: Any, review: Any, past: Path | None, line: Line
) -> tuple[Mapping[str, Any], OutputError | None, tuple[Path, ...]]:
    from forensics import analysis, report
    from forensics.library import Library

    library = Library(options.definitions)
    made = report.as_json(analysis.run(bundle, folder / "case", options, progress=line))
    found = report.reviewed(_compared(made, past, options, library) if past else made, review, library)
    refusal: OutputError | None = None
    bodies: dict[str, bytes] = {}
    for name in wanted:
        line(f"writing {name}")
        try:
            bodies[SUFFIXES[name]] = report.render(found, name, library)
        except OutputError as error:
            refusal = error
    return found, refusal, outputs.write(folder, bodies)


def _compared(made: dict[str, Any], past: Path, options: Any, library: Any) -> dict[str, Any]:
    from forensics import history, report

    rows = history.resembling(history.opened(past), made, history.load(library), redacted=options.redact)
    found = made | {"similar_incidents": rows}
    return found | {"seal": report.seal(found)}


def _tell(found: Mapping[str, Any], written: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        summary = {key: found[key] for key in ("incident", "verdict", "impact")}
        click.echo(json.dumps(summary | {"outputs": [path.as_posix() for path in written]}, ensure_ascii=False))
        return
    from forensics import report

    width = min(shutil.get_terminal_size().columns, 100)
    click.echo(report.terminal(found, width=width, color=asked.color(sys.stdout), written=written))
