"""What became of each file: rows, rejects, times, notes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from forensics.records.bundle import File
from forensics.records.tables import TABLES
from forensics.records.window import Micros
from forensics.store import TIME_COLUMNS, Store

SAMPLES_A_REASON = 10
SAMPLE_BYTES = 200


@dataclass(slots=True)
class Account:
    """What became of a file, as its row in ``files`` tells."""

    format: str = ""
    kind: str = ""
    rows: int = 0
    rejected: int = 0
    first: Micros | None = None
    last: Micros | None = None
    zones: list[str] = field(default_factory=list)
    clock: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rejects: list[pl.DataFrame] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    has_year: bool = True


def row(file: File, account: Account) -> pl.DataFrame:
    """The row of a file in ``files``."""
    said = dict.fromkeys(zone for each in account.zones for zone in each.split(" and "))
    zones = " and ".join(said) + ("" if account.has_year else ", year missing")
    zones = "; ".join([zones, *_summed(account.clock)])
    values = {
        "path": file.path,
        "sha256": file.sha256,
        "bytes": file.size_bytes,
        "format": account.format,
        "kind": account.kind,
        "rows": account.rows,
        "rejected": account.rejected,
        "first_time": account.first,
        "last_time": account.last,
        "zone_source": zones,
        "shift_us": 0,
        "note": "; ".join(_summed(account.notes)),
    }
    return pl.DataFrame(
        {name: [value] for name, value in values.items()},
        schema_overrides={"first_time": pl.Int64, "last_time": pl.Int64},
    )


def _summed(notes: Sequence[str]) -> list[str]:
    """Notes of many chunks as one each: the numbers that they begin with are added up."""
    totals: dict[str, int] = {}
    plain: list[str] = []
    for note in notes:
        match = re.match(r"([\d,]+) (.*)", note, re.DOTALL)
        if match:
            totals[match[2]] = totals.get(match[2], 0) + int(match[1].replace(",", ""))
        elif note not in plain:
            plain.append(note)
    return [*plain, *(f"{n:,} {what}" for what, n in totals.items())]


def span(rows: pl.DataFrame, table: str, account: Account) -> None:
    """Widen the times of a file by those of ``rows``."""
    stamp = TIME_COLUMNS.get(table, "time")
    if stamp not in rows.columns:
        return
    times = rows[stamp].to_physical()
    # Spans last until their end.
    ends = times + rows["duration_us"].fill_null(0) if table == "spans" else times
    known = [*times.drop_nulls().bottom_k(1).to_list(), *ends.drop_nulls().top_k(1).to_list()]
    if known:
        account.first = min(known) if account.first is None else min(account.first, *known)
        account.last = max(known) if account.last is None else max(account.last, *known)


def write_rejects(file: File, part: str, store: Store, account: Account) -> None:
    """All rejects counted, at most ten of a reason shown; a count stands on the first of its reason."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for frame in account.rejects:
        account.rejected += frame.height
        for (reason,), group in frame.group_by("reason", maintain_order=True):
            rows = kept.setdefault(str(reason), [])
            room = SAMPLES_A_REASON - len(rows)
            rows += [
                _reject(file, row["line"], str(reason), row["text"]) for row in group.head(room).iter_rows(named=True)
            ]
            rows[0]["n"] += max(0, group.height - max(0, room))
    found = [row for rows in kept.values() for row in rows]
    for reason, n in account.numbers.items():
        if not reason.startswith("#"):
            found.append({"file": file.path, "line": 0, "reason": reason, "sample": "", "n": n})
            account.rejected += n
    if found:
        store.write("rejects", pl.DataFrame(found, schema=TABLES["rejects"]), part)


def _reject(file: File, line: int, reason: str, text: str) -> dict[str, Any]:
    return {"file": file.path, "line": line, "reason": reason, "sample": text[:SAMPLE_BYTES], "n": 1}
