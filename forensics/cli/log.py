"""``forensics log``."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import reports

if TYPE_CHECKING:
    import polars as pl

    from forensics.records.window import Micros
    from forensics.store import Store

EPILOG = """\b
Examples:
  forensics log incident-report/ | less
  forensics log incident-report/ --at 2026-05-06T14:03Z --around 60s --component checkout
"""
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
# What each table says in one line.
TEXTS: Mapping[str, tuple[str, ...]] = {
    "logs": ("message",),
    "changes": ("kind", "version", "title"),
    "alerts": ("state", "severity", "name", "summary"),
    "state": ("kind", "name", "reason", "message"),
    "notes": ("role", "text"),
}
SEVERITIES = ((21, "FATAL"), (17, "ERROR"), (13, "WARN"), (9, "INFO"), (5, "DEBUG"), (1, "TRACE"), (0, ""))


@click.command("log", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--at", default="", metavar="T", help="Only what happened around this time.")
@click.option("--around", default="60s", show_default=True, metavar="DURATION", help="How far around --at.")
@click.option("--component", default="", help="Only this component.")
@click.option("--severity", default="", help="Logs of this severity and above, as warn.")
@click.option("--format", "form", type=click.Choice(["text", "jsonl"]), default="text", show_default=True)
def command(out: Path, at: str, around: str, component: str, severity: str, form: str) -> None:
    """Print everything in OUT that has a time, oldest first: logs, changes, alerts, cluster events and notes."""
    from forensics import clock

    store = reports.case(out)
    middle = clock.instant(at, "UTC") if at else None
    write = WRITERS[form]
    for batch in _merged(store, middle, _seconds(around), component, _least(severity)):
        click.echo("\n".join(write(row) for row in batch.iter_rows(named=True)))


def _merged(
    store: "Store", middle: "Micros | None", around_s: float, component: str, least: int
) -> "list[pl.DataFrame]":
    import polars as pl

    from forensics.records.window import SECOND

    parts = []
    for table in TEXTS:
        frame = _lines(store, table)
        if middle is not None:
            reach = int(around_s * SECOND)
            stamp = pl.col("time").to_physical()
            frame = frame.filter(stamp >= middle - reach, stamp <= middle + reach)
        if component:
            frame = frame.filter(pl.col("component") == component)
        if table == "logs" and least:
            frame = frame.filter(pl.col("level").cast(pl.Int32) >= least)
        parts.append(frame)
    merged = pl.concat(parts).filter(pl.col("time").is_not_null()).sort("time", "file", "line", "record", "text")
    return list(merged.collect_batches(maintain_order=True))


def _lines(store: "Store", table: str) -> "pl.LazyFrame":
    """Rows of ``table`` as time, component, level, text, file, line, record, table."""
    import polars as pl

    component = pl.lit("") if table == "notes" else pl.col("component").fill_null("")
    level = pl.col("severity").cast(pl.String) if table == "logs" else pl.lit(table.rstrip("s").upper())
    return store.scan(table).select(
        "time",
        component.alias("component"),
        level.alias("level"),
        pl.concat_str(TEXTS[table], separator=" ", ignore_nulls=True).alias("text"),
        "file",
        "line",
        pl.col("record").fill_null(""),
        pl.lit(table).alias("table"),
    )


def _seconds(text: str) -> float:
    from forensics.errors import UsageError

    match = DURATION.fullmatch(text.strip())
    if not match:
        raise UsageError(f"no such duration: {text!r}", hint="Write 60s, 5m or 2h.")
    return float(match[1]) * SECONDS[match[2] or "s"]


def _least(text: str) -> int:
    from forensics.errors import UsageError

    if not text:
        return 0
    known = {name.lower(): number for number, name in SEVERITIES if name}
    if text.lower() not in known:
        raise UsageError(f"no such severity: {text!r}", hint=f"Use one of {', '.join(sorted(known))}.")
    return known[text.lower()]


def _word(level: str) -> str:
    return next(name for number, name in SEVERITIES if int(level) >= number) if level.isdigit() else level


def _text(row: Mapping[str, Any]) -> str:
    place = f"{row['file']}:{row['line']}" if row["line"] else f"{row['file']} {row['record']}".rstrip()
    said = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in row["text"])
    time = row["time"].isoformat(timespec="microseconds")
    return f"{time}Z {_word(row['level']):<6} {row['component']:<20} {said}  [{place}]"


def _jsonl(row: Mapping[str, Any]) -> str:
    """A Timesketch event: ``message``, ``datetime`` and ``timestamp_desc`` are the fields it asks for."""
    event = {
        "message": row["text"],
        "datetime": f"{row['time'].isoformat(timespec='microseconds')}Z",
        "timestamp_desc": row["table"],
        "component": row["component"],
        "level": _word(row["level"]),
        "file": row["file"],
        "line": row["line"],
        "record": row["record"],
    }
    return json.dumps(event, ensure_ascii=False)


WRITERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"text": _text, "jsonl": _jsonl}
