"""The journal of systemd with a field a line: ``journalctl -o export`` and ``-o verbose``."""

import re
from collections.abc import Iterator, Mapping

import polars as pl

from forensics.ingest.readers.reader import Raw

FIELD = re.compile(r"^\s*([A-Z_][A-Z0-9_]*)=(.*)$")
VERBOSE = re.compile(r"^[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \S+) \[s=[0-9a-f]+;")
EXPORT = re.compile(r"\s*__CURSOR=s=[0-9a-f]+;")
PRIORITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")


def fits(text: str) -> bool:
    """Whether a text begins as an entry does in one of the two ways."""
    return EXPORT.match(text) is not None or any(VERBOSE.match(line) for line in text.splitlines()[:3])


def read(text: str) -> Raw:
    """A log row an entry."""
    rows = [_row(fields) for fields in _entries(text)]
    if rows:
        yield "logs", pl.DataFrame(rows, infer_schema_length=None)


def _entries(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        stamp, field = VERBOSE.match(line), FIELD.match(line)
        if stamp or not line.strip() or (field and field[1] == "__CURSOR"):
            if "MESSAGE" in fields:
                yield fields
            fields = {"line": str(number)} | ({"time": stamp[1]} if stamp else {})
        if field:
            fields.setdefault(field[1], field[2])
    if "MESSAGE" in fields:
        yield fields


def _row(fields: Mapping[str, str]) -> dict[str, object]:
    priority = fields.get("PRIORITY", "")
    return {
        "time": fields.get("__REALTIME_TIMESTAMP") or fields.get("time"),
        "component": fields.get("SYSLOG_IDENTIFIER") or fields.get("_SYSTEMD_UNIT") or fields.get("_COMM") or "",
        "host": fields.get("_HOSTNAME", ""),
        "severity": PRIORITIES[int(priority)] if priority.isdigit() and int(priority) < len(PRIORITIES) else "",
        "message": fields["MESSAGE"],
        "line": int(fields.get("line", "0")),
    }
