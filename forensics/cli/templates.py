"""``forensics templates``."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import asked, reports, tables
from forensics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from forensics.records.options import Options
    from forensics.records.window import Window
    from forensics.store import Store

EPILOG = """\b
Examples:
  forensics templates incident-report/
  forensics templates ./incident-bundle/ --sort rare --limit 20
  forensics templates app.log --ids ./ids-of-lines/
  forensics templates --diff ./bundle-of-monday/ ./bundle-of-friday/
  forensics templates incident-report/ --diff 2026-05-06T13:00Z/2026-05-06T14:00Z 2026-05-06T14:00Z/2026-05-06T15:00Z
"""
# By which columns, and whether downwards; the id breaks ties.
ORDERS = {
    "lift": (["is_new", "lift", "count"], [True, True, True]),
    "count": (["count"], [True]),
    "rare": (["count"], [False]),
    "first": (["first_seen"], [False]),
}


@click.command("templates", epilog=EPILOG)
@click.argument("place", required=False, type=click.Path(path_type=Path), metavar="BUNDLE|OUT")
@click.option("--diff", nargs=2, metavar="A B", help="Compare two bundles, reports or windows (START/END).")
@click.option(
    "--ids", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the template of every line of BUNDLE there."
)
@click.option("--start", default="", metavar="T", help="Start of the window that is compared with what was before.")
@click.option("--end", default="", metavar="T", help="End of that window.")
@click.option("--find", default="", metavar="WORDS", help="Only templates that hold these words.")
@click.option("--sort", type=click.Choice(list(ORDERS)), default="lift", show_default=True, help="What comes first.")
@click.option("--limit", default=50, show_default=True, help="At most so many; 0 shows all.")
@asked.reading
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object a line.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def command(
    place: Path | None,
    diff: tuple[str, str] | None,
    ids: Path | None,
    start: str,
    end: str,
    find: str,
    sort: str,
    limit: int,
    *,
    as_json: bool,
    as_csv: bool,
    **flags: Any,
) -> None:
    """List the templates of log messages in BUNDLE or OUT: how often, before and during the incident, where and since when."""
    options = asked.understood(**flags, start=start, end=end)
    if diff:
        found = _difference(place, diff, options)
    elif place and ids:
        found = _identified(place, ids, options, sort)
    elif place:
        with _opened(place, options) as (store, window):
            found = _listed(store, window, sort)
    else:
        raise UsageError("there is nothing to read", hint="Name a bundle or the folder that 'analyze' wrote.")
    import polars as pl

    for word in find.split():
        found = found.filter(pl.col("template").str.to_lowercase().str.contains(word.lower(), literal=True))
    shown = found.head(limit) if limit else found
    form = "json" if as_json else "csv" if as_csv else "table"
    click.echo(tables.text(shown if form != "table" else _rounded(shown), form), nl=False)
    if shown.height < found.height:
        click.echo(f"{found.height - shown.height:,} more; --limit 0 shows all", err=True)


def _listed(store: "Store", window: "Window | None", sort: str) -> "pl.DataFrame":
    import polars as pl

    from forensics.templates import comparing

    found = comparing.rates(store, window)
    if not found.height:
        raise UsageError("there are no log messages with a time", hint="Run 'forensics doctor' to see what was read.")
    is_new = (pl.col("before") == 0) & (pl.col("during") > 0)
    columns, down = ORDERS[sort]
    ordered = found.with_columns(is_new.alias("is_new")).sort(
        [*columns, "template_id"], descending=[*down, False], nulls_last=True
    )
    order = ["template_id", "count", "before", "during", "lift", "first_seen", "sparkline", "components", "template"]
    return ordered.select(*order, "types")


def _identified(place: Path, ids: Path, options: "Options", sort: str) -> "pl.DataFrame":
    """Templates with the number of their lines, while the id of every line is written; no time is read."""
    from forensics import analysis

    found = analysis.identify(place, ids, options).sort(["lines", "template_id"], descending=[sort != "rare", False])
    return found.select("template_id", "lines", "template", "types")


def _difference(place: Path | None, diff: tuple[str, str], options: "Options") -> "pl.DataFrame":
    from forensics.templates import comparing

    sides = []
    for said in diff:
        window = _window(said)
        if window and place is None:
            raise UsageError(f"{said} is a window of nothing", hint="Name a bundle or report before --diff.")
        with _opened(place if window and place else Path(said), options) as (store, _):
            sides.append(comparing.rates(store, window))
    return comparing.difference(*sides)


def _window(said: str) -> "Window | None":
    from forensics import clock
    from forensics.records.window import Window

    first, slash, last = said.partition("/")
    if not slash or Path(said).exists():
        return None
    try:
        return Window(clock.instant(first), clock.instant(last))
    except UsageError:
        return None


@contextmanager
def _opened(place: Path, options: "Options") -> "Iterator[tuple[Store, Window | None]]":
    """The case of a report, or of a bundle that is read for this, with the window of its incident."""
    from forensics.records.window import Window

    asked_for = Window(options.start, options.end) if options.start is not None and options.end is not None else None
    if (place / "case").is_dir():
        yield reports.case(place), asked_for or _reported(place)
        return
    from forensics import analysis, templates, windows
    from forensics.library import Library
    from forensics.records.options import silent

    library = Library(options.definitions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        opened, store = analysis.read(
            place, folder / "case", folder / "bundle", options, library, over=analysis.threads, progress=silent
        )
        templates.mine(store, library)
        found = windows.find(store, opened.declared, options, None)
        yield store, asked_for or (found.incident if found.source != "none" else None)


def _reported(place: Path) -> "Window | None":
    from forensics import clock
    from forensics.records.window import Window

    try:
        said = json.loads((place / "report.json").read_text(encoding="utf-8"))["incident"]["window"]
        return Window(clock.instant(said["start"]), clock.instant(said["end"])) if said["source"] != "none" else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _rounded(found: "pl.DataFrame") -> "pl.DataFrame":
    """Numbers as people read them, and the columns that fit on a line."""
    import polars as pl
    import polars.selectors as cs

    shown = found.drop("types", strict=False).with_columns(cs.float().round_sig_figs(3))
    if "first_seen" in shown.columns:
        shown = shown.with_columns(pl.col("first_seen").dt.strftime("%Y-%m-%dT%H:%MZ"))
    return shown
