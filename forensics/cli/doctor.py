"""``forensics doctor``."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import asked, tables

if TYPE_CHECKING:
    from forensics.records.bundle import Bundle
    from forensics.store import Store

EPILOG = """\b
Example:
  forensics doctor ./incident-bundle/
"""


@click.command("doctor", epilog=EPILOG)
@click.argument("bundle", type=click.Path(path_type=Path))
@asked.reading
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(bundle: Path, *, as_json: bool, **flags: Any) -> None:
    """Say how BUNDLE was read: format, rows, rejects, times and zones of each file. Shows names, never content."""
    options = asked.understood(**flags)
    from forensics import analysis
    from forensics.library import Library
    from forensics.records.options import silent

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        opened, store = analysis.read(
            bundle,
            folder / "case",
            folder / "bundle",
            options,
            Library(options.definitions),
            over=analysis.threads,
            progress=silent,
        )
        files = _files(store)
        if as_json:
            refused = [{"path": each.path, "reason": each.reason} for each in opened.refused]
            rows = [row | {"notes": row.pop("notes")} for row in files]
            click.echo(json.dumps({"files": rows, "refused": refused, "notices": list(opened.declared.notices)}))
            return
        click.echo(_told(files, opened, store), nl=False)


def _files(store: "Store") -> list[dict[str, Any]]:
    import polars as pl

    from forensics import clock

    rejects = store.raw("rejects").group_by("file").agg(pl.col("reason").unique().sort()).collect()
    reasons = dict(rejects.rows())
    clocks = {row["file"]: row for row in store.raw("clocks").filter(pl.col("file") != "").collect().to_dicts()}
    found = []
    for row in store.raw("files").sort("path").collect().iter_rows(named=True):
        notes = [*filter(None, [row["note"]]), *reasons.get(row["path"], ())]
        times = {
            name: clock.iso(int((row[name] - clock.EPOCH).total_seconds() * 1_000_000 + 0.5)) if row[name] else None
            for name in ("first_time", "last_time")
        }
        kept = {name: row[name] for name in ("path", "format", "kind", "rows", "rejected", "zone_source", "shift_us")}
        found.append(kept | times | {"notes": notes, "clock": _clock(clocks.get(row["path"]))})
    return found


def _clock(row: dict[str, Any] | None) -> dict[str, Any]:
    """What was decided about the clock of a file; empty where it has no times."""
    names = (
        "decision",
        "against",
        "offset_us",
        "low_us",
        "high_us",
        "pairs",
        "agreeing",
        "steps_back",
        "largest_step_us",
    )
    return {name: row[name] for name in names} if row else {}


def _told(files: list[dict[str, Any]], opened: "Bundle", store: "Store") -> str:
    import polars as pl

    table = tables.text(
        pl.DataFrame(
            [
                {
                    "file": row["path"],
                    "format": row["format"] or "not read",
                    "rows": row["rows"],
                    "rejected": row["rejected"],
                    "first": row["first_time"],
                    "last": row["last_time"],
                    "zone": row["zone_source"],
                    "clock": row["clock"].get("decision", "").replace("_", " ").replace("as read", ""),
                    "notes": "; ".join(row["notes"]),
                }
                for row in files
            ],
            infer_schema_length=None,
        ),
        "table",
    )
    refused = "".join(f"refused {each.path}: {each.reason}\n" for each in opened.refused)
    notices = "".join(f"note: {notice}\n" for notice in opened.declared.notices)
    return table + refused + notices
