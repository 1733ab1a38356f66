"""Past incidents that a report resembles, as rows of the report."""

from collections.abc import Mapping
from typing import Any

from forensics.clock import iso
from forensics.history.causes import Cause
from forensics.history.digesting import digest
from forensics.history.keeping import History
from forensics.records.history import Hit

MOST = 5
MOST_REASONS = 6
WEAK = ("shape", "role")
LEAST = 0.05
"""Likeness below which an incident is of another kind; a report names none rather than a chance one."""


def resembling(
    past: History, report: Mapping[str, Any], causes: tuple[Cause, ...], *, redacted: bool
) -> list[dict[str, Any]]:
    """At most five rows, the nearest first: which, how like (0 to 1), why, what fixed it then, on what evidence.

    A redacted report names neither titles nor components of others: they were not redacted with it.
    """
    hits = past.similar(digest(report, causes), most=MOST)
    near = [hit for hit in hits if hit.likeness >= LEAST and any(group not in WEAK for group, _ in hit.shared)]
    return [_row(hit, report, redacted=redacted) for hit in near]


def _row(hit: Hit, report: Mapping[str, Any], *, redacted: bool) -> dict[str, Any]:
    each = hit.incident
    hidden = (*WEAK, "component", "signal") if redacted else WEAK
    shared = [(group, name) for group, name in hit.shared if group not in hidden]
    why = [f"{group} {name}".replace("_", " ") for group, name in shared]
    if hit.words and not redacted:
        why.append(f"words {', '.join(hit.words)}")
    return {
        "id": each.id,
        "incident": each.id if redacted else f"{each.id}: {each.title}" if each.title else each.id,
        "when": iso(each.start)[:10] if each.start is not None else "undated",
        "score": hit.likeness,
        "cause": each.blame.title or each.blame.mode or "unknown",
        "reviewed": each.reviewed is not None,
        "why": why[:MOST_REASONS],
        "fixed_by": "" if redacted else " ".join(each.fixed_by[:1]),
        "evidence": _evidence({group for group, _ in hit.shared}, report),
    }


def _evidence(groups: set[str], report: Mapping[str, Any]) -> list[str]:
    """What in this report the likeness rests on."""
    ids: list[str] = []
    if "cause" in groups:
        ids += report["verdict"]["evidence"][:2]
    for group, rows in (("template", report["templates"]), ("signal", report["health"]), ("change", report["changes"])):
        if group in groups:
            ids += [name for row in rows[:2] for name in row["evidence"][:1]]
    return list(dict.fromkeys(name for name in ids if name in report["evidence"]))
