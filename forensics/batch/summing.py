"""The index of a batch: what every bundle came to, and what recurs, as JSON, CSV and HTML."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from forensics import history
from forensics.batch.running import Outcome
from forensics.library import Library
from forensics.records.history import Incident
from forensics.report.pages import page

COLUMNS = (
    "name", "error", "title", "start", "end", "severity", "status", "confidence", "category", "component", "failure_mode", "change",
    "remediation", "duration_s", "failed_requests", "users_affected", "revenue", "currency", "slo_missed", "page", "report",
)  # fmt: skip
STATUSES = ("identified", "probable", "inconclusive", "no_incident")


def index(outcomes: Sequence[Outcome], out: Path, formats: Sequence[str], library: Library) -> dict[str, bytes]:
    """The files of the index by name, from the outcomes and the reports in ``out``: the same for every order of the work."""
    rows = [_row(each, formats) for each in outcomes]
    counts = {status: sum(row.get("status") == status for row in rows) for status in STATUSES}
    counts |= {"bundles": len(rows), "failed": sum(bool(row["error"]) for row in rows)}
    learned = history.learn(_incidents(outcomes, out, library))
    said = {"counts": counts, "rows": rows, "recurs": learned}
    values = {
        "title": f"{len(rows)} incident bundles" if len(rows) != 1 else "One incident bundle",
        "kicker": "Batch",
        "counts": counts, "rows": rows, "learned": learned, "linked": "html" in formats,
    }  # fmt: skip
    return {
        "index.json": (json.dumps(said, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode(
            "utf-8", "backslashreplace"
        ),
        "index.csv": _table(rows),
        "index.html": page("batch.html.j2", values, library),
    }


def _row(each: Outcome, formats: Sequence[str]) -> dict[str, Any]:
    place = each.bundle.name
    pages = {"page": f"{place}/report.html" if "html" in formats else "", "report": f"{place}/report.json"}
    if each.row is None:
        return {"name": place, "error": each.error}
    return {"name": place, "error": "", **each.row, **pages}


def _incidents(outcomes: Sequence[Outcome], out: Path, library: Library) -> list[Incident]:
    causes = history.load(library)
    kept = []
    for each in outcomes:
        if each.row is not None:
            found = json.loads((out / each.bundle.name / "report.json").read_text(encoding="utf-8"))
            kept.append(history.digest(found, causes, each.bundle.name))
    return kept


def _table(rows: Sequence[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([[_cell(row.get(name, "")) for name in COLUMNS] for row in rows])
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(value: Any) -> Any:
    """A value for a spreadsheet; a text that one would run as a formula is made a text."""
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value[:1] else value
