"""A review laid over a report for showing: people's words first, marked as theirs, the machine's under them."""

from collections.abc import Mapping
from typing import Any

# The field that a row is read by, the first that it has.
SPOKEN = ("text", "title", "reason", "name", "template", "check", "metric", "component")


def overlaid(said: Mapping[str, Any]) -> dict[str, Any]:
    """The report with every reviewed row changed; such a row gets ``reviewed`` (decision, by, note, was)."""
    review = said["review"]
    edits = review.get("edits") or {}
    whole: dict[str, Any] = {
        name: each if name in ("evidence", "review", "bundle", "figures") else _laid(each, edits)
        for name, each in said.items()
    }
    if review.get("verdict"):
        whole["verdict"] = _verdict(whole["verdict"], review["verdict"])
    if review.get("lessons"):
        whole["lessons"] = {
            name: [
                *rows,
                *(
                    {"text": text, "evidence": [], "reviewed": {"by": "people"}}
                    for text in review["lessons"].get(name, ())
                ),
            ]
            for name, rows in said["lessons"].items()
        }
    return whole


def _laid(said: Any, edits: Mapping[str, Mapping[str, str]]) -> Any:
    if isinstance(said, list | tuple):
        return [_laid(each, edits) for each in said]
    if not isinstance(said, Mapping):
        return said
    row = {name: _laid(each, edits) for name, each in said.items()}
    edit = edits.get(row["claim"]) if isinstance(row.get("claim"), str) else None
    if not edit:
        return row
    field = next((name for name in SPOKEN if name in row), "")
    was = row[field]["text"] if field and isinstance(row[field], Mapping) else row.get(field, "")
    reviewed = {name: edit[name] for name in ("decision", "by", "note") if edit.get(name)}
    if edit.get("text") and field:
        row[field] = {**row[field], "text": edit["text"]} if isinstance(row[field], Mapping) else edit["text"]
        reviewed["was"] = was
    if "owner_role" in row:
        row |= {name: edit[name] for name in ("owner", "due") if edit.get(name)}
    return {**row, "reviewed": reviewed}


def _verdict(machine: Mapping[str, Any], people: Mapping[str, str]) -> dict[str, Any]:
    row = dict(machine)
    was = " ".join(each["text"] for each in machine["summary"])
    row["reviewed"] = {
        "by": people.get("by", "people"),
        "note": people.get("note", ""),
        "was": was,
        "status": machine["status"],
    }
    row["status"] = people.get("status", machine["status"])
    row["first_failing_component"] = people.get("component", machine["first_failing_component"])
    if people.get("summary"):
        row["summary"] = [{"text": people["summary"], "evidence": machine["evidence"]}]
    return row


def listed(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The review as lists of lines: free sections, what was decided, edits that no longer fit."""
    review = said["review"]
    edits = review.get("edits") or {}
    parts = [
        {"title": each.get("title", "Note"), "lines": [each.get("text", "")]} for each in review.get("sections", ())
    ]
    decided = [
        f"{len(review[name])} claims {name}" for name in ("accepted", "rejected", "reworded") if review.get(name)
    ]
    if decided:
        parts.append({"title": "Decided", "lines": decided})
    orphans = [
        f"{claim}: " + ", ".join(f"{name} “{value}”" for name, value in sorted(edits.get(claim, {}).items()))
        for claim in review.get("orphaned", ())
    ]
    if orphans:
        parts.append({"title": "Edits that no longer fit", "lines": orphans})
    return parts
