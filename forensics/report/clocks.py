"""The clock audit in words, and what the clocks mean for the order of causes."""

from collections.abc import Iterator, Mapping
from typing import Any

from forensics.records.case import Case
from forensics.records.evidence import CountEvidence, Evidence, Scalar, Statement
from forensics.records.report.document import ClockOut, ClocksOut
from forensics.records.report.prose import claim
from forensics.records.window import SECOND, Window
from forensics.report.citing import Register
from forensics.store import Store


def clocks(case: Case, store: Store, register: Register) -> ClocksOut:
    """Every decision about a clock, those that changed something first."""
    zones = dict(store.raw("files").select("path", "zone_source").collect().rows())
    rows = store.scan("clocks").collect().to_dicts()
    whole = store.span() or case.windows.incident
    rows.sort(key=lambda row: (row["decision"] == "as_read", row["file"], row["component"], row["against"]))
    return ClocksOut(
        register.proses(_order(case, rows)),
        tuple(_row(row, zones.get(row["file"], ""), whole, register) for row in rows),
    )


def _row(row: Mapping[str, Any], zone: str, whole: Window, register: Register) -> ClockOut:
    offset = row["offset_us"]
    seconds = {
        name: None if row[f"{name}_us"] is None else row[f"{name}_us"] / SECOND for name in ("offset", "low", "high")
    }
    values: dict[str, Scalar] = {
        "zone": zone or "no time was read",
        "against": row["against"],
        "component": row["component"],
        "pairs": row["pairs"],
        "agreeing": row["agreeing"],
        "offset_s": seconds["offset"],
        "size_s": abs(offset) / SECOND if offset is not None else None,
        "steps": row["steps_back"],
        "largest_s": row["largest_step_us"] / SECOND,
    }
    said = [Statement(f"clocks.{row['decision']}", values)]
    if row["steps_back"]:
        said.append(Statement("clocks.steps", values))
    text = " ".join(each.text for each in register.proses(said))
    evidence = (CountEvidence("clocks", tuple(_identity(row)), whole, "rows", 1),)
    return ClockOut(
        claim("clock", row["component"], row["file"]), row["file"], row["component"], row["decision"], _is_odd(row, zone), text,
        row["against"],
        seconds["offset"], seconds["low"], seconds["high"], row["pairs"], row["agreeing"], row["shift_us"] / SECOND,
        row["steps_back"], row["largest_step_us"] / SECOND, register.cite(evidence),
    )  # fmt: skip


def _is_odd(row: Mapping[str, Any], zone: str) -> bool:
    return row["decision"] != "as_read" or bool(row["steps_back"]) or "assumed" in zone or ";" in zone


def _identity(row: Mapping[str, Any]) -> Iterator[tuple[str, str, Scalar]]:
    for name in ("file", "component", "against", "decision", "offset_us", "pairs", "steps_back"):
        yield name, "=", row[name]


def _order(case: Case, rows: list[dict[str, Any]]) -> Iterator[Statement]:
    """Whether the clocks bear out the order of the two leading candidates."""
    leading = [each for each in case.ranking.candidates if each.onset is not None][:2]
    if len(leading) < 2 or case.verdict.status == "no_incident":
        return
    first, second = sorted(leading, key=lambda each: (each.onset or 0, each.rank))
    gap = (second.onset or 0) - (first.onset or 0)
    # A clock that was set right is known to within its interval; one that was left alone is off by its offset.
    apart = max(
        (
            abs(row["offset_us"]) if row["decision"] in ("component", "looks_like") else row["high_us"] - row["low_us"]
            for row in rows
            if row["offset_us"] is not None
        ),
        default=0,
    )
    evidence: tuple[Evidence, ...] = tuple(
        item for each in (first, second) for why in each.reasons for item in why.evidence
    )
    values: dict[str, Scalar] = {
        "first": first.component,
        "second": second.component,
        "gap_s": gap / SECOND,
        "size_s": apart / SECOND,
    }
    yield Statement("clocks.order_open" if apart > gap else "clocks.order_safe", values, evidence)
