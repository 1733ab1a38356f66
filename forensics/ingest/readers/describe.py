"""``kubectl describe``: pods and nodes with their conditions, and the events of any object, as ``-o json`` would give them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from forensics.ingest.expressions import INSTANCE
from forensics.ingest.readers.reader import Raw

FIRST = re.compile(
    r"\s*Name:[ \t]+\S+\n(?:.*\n){0,6}?(?:Namespace|Labels|Roles|Annotations|API Version):", re.MULTILINE
)
OBJECT = re.compile(r"^Name:[ \t]+(\S+)", re.MULTILINE)
FIELD = re.compile(r"^(\s*)([A-Z][\w ./()-]*?):(?:\s+(.*\S))?\s*$")
CONTAINER = re.compile(r"^  (\S+):\s*$")
ROW: Mapping[str, Any] = dict.fromkeys(
    ("time", "component", "kind", "name", "reason", "severity", "message", "attributes", "line")
)


def fits(text: str) -> bool:
    """Whether a text begins as the description of an object does."""
    return FIRST.match(text) is not None


def read(text: str) -> Raw:
    """A state row for each pod, node or other object and for each of its events, whose ages name no time; edges to nodes."""
    states: list[dict[str, Any]] = []
    edges: list[dict[str, Any]] = []
    starts = [match.start() for match in OBJECT.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line = text.count("\n", 0, start) + 1
        sections = _sections(text[start:end].splitlines())
        row = _object(sections, line)
        states += [row, *_events(sections, row, line)]
        node = _value(sections, "Node").partition("/")[0]
        if node and node != "<none>":
            edges.append(
                {"source": row["component"], "target": node, "kind": "runs_on", "origin": "cluster", "line": line}
            )
    yield "state", pl.DataFrame(states, infer_schema_length=None)
    if edges:
        yield "edges", pl.DataFrame(edges)


def _sections(lines: list[str]) -> dict[str, tuple[str, list[str], int]]:
    """What stands at the left margin: its value, the lines below it, and where it stands."""
    found: dict[str, tuple[str, list[str], int]] = {}
    name = ""
    for at, line in enumerate(lines):
        match = FIELD.match(line)
        if match and not match[1]:
            name = match[2]
            found[name] = (match[3] or "", [], at)
        elif name:
            found[name][1].append(line)
    return found


def _value(sections: Mapping[str, tuple[str, list[str], int]], name: str) -> str:
    return sections.get(name, ("", [], 0))[0]


def _object(sections: Mapping[str, tuple[str, list[str], int]], line: int) -> dict[str, Any]:
    name = _value(sections, "Name")
    owner = _value(sections, "Controlled By").partition("/")[2] or name
    row = {**ROW, "name": name, "line": line, "component": re.sub(INSTANCE, "", owner)}
    if "Containers" in sections:
        phase = _value(sections, "Status")
        states = _containers([*sections.get("Init Containers", ("", [], 0))[1], *sections["Containers"][1]])
        reasons = [reason for key in ("state", "lastState") for each in states for reason in _reasons(each[key])]
        status = {"phase": phase, "containerStatuses": states}
        shown = next(iter(reasons), "") or _value(sections, "Reason") or phase
        return {**row, "kind": "pod", "time": _value(sections, "Start Time") or None, "reason": shown, "message": phase,
                "attributes": json.dumps(status, sort_keys=True)}  # fmt: skip
    if "Capacity" in sections and "Conditions" in sections:
        conditions = list(_conditions(sections["Conditions"][1]))
        return {**row, "kind": "node", "component": name, "time": _value(sections, "CreationTimestamp") or None,
                "message": f"node {name}", "attributes": json.dumps(conditions, sort_keys=True)}  # fmt: skip
    said = {key: value for key, (value, _, _) in sections.items() if value}
    kind = "deployment" if "StrategyType" in sections else "object"
    return {
        **row,
        "kind": kind,
        "message": _value(sections, "Replicas") or name,
        "attributes": json.dumps(said, sort_keys=True),
    }


def _reasons(state: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [str(inner["reason"]) for inner in state.values() if inner.get("reason")]


def _containers(lines: list[str]) -> list[dict[str, Any]]:
    """Containers with their state, last state and restarts, under the names that the API has for them."""
    found: list[dict[str, Any]] = []
    key = phase = ""
    for line in lines:
        match, named = FIELD.match(line), CONTAINER.match(line)
        if named:
            found.append({"name": named[1], "restartCount": 0, "ready": False, "state": {}, "lastState": {}})
        elif match and found:
            depth, name, value = len(match[1]), match[2], match[3] or ""
            if name in ("State", "Last State"):
                key, phase = ("state" if name == "State" else "lastState"), value.lower()
                found[-1][key] = {phase: {}}
            elif depth > 4 and key and name in INNER:
                found[-1][key][phase][INNER[name]] = int(value) if name == "Exit Code" and value.isdigit() else value
            else:
                key = ""
                found[-1] |= _plain(name, value)
    return found


INNER = {
    "Reason": "reason",
    "Exit Code": "exitCode",
    "Started": "startedAt",
    "Finished": "finishedAt",
    "Message": "message",
}


def _plain(name: str, value: str) -> dict[str, Any]:
    if name == "Restart Count" and value.isdigit():
        return {"restartCount": int(value)}
    return {"ready": value == "True"} if name == "Ready" else {"image": value} if name == "Image" else {}


def _cells(lines: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Rows of a table below its names and their rule: number of the line below the section, and what stands in it."""
    for at, line in enumerate(lines):
        fields = re.split(r"\s{2,}", line.strip())
        if line.strip() and fields[0] != "Type" and not set(line) <= set("- "):
            yield at, fields


def _conditions(lines: list[str]) -> Iterator[dict[str, str]]:
    for _, fields in _cells(lines):
        if len(fields) < 4:
            continue
        kind, status, beat, changed, *rest = fields
        reason, _, message = " ".join(rest).partition(" ")
        yield {"type": kind, "status": status, "lastHeartbeatTime": beat, "lastTransitionTime": changed,
               "reason": reason, "message": message.strip()}  # fmt: skip


def _events(
    sections: Mapping[str, tuple[str, list[str], int]], row: Mapping[str, Any], line: int
) -> Iterator[dict[str, Any]]:
    _, lines, top = sections.get("Events", ("", [], 0))
    for at, fields in _cells(lines):
        if len(fields) >= 4:
            kind, reason = fields[:2]
            yield {**ROW, "component": row["component"], "kind": "event", "name": row["name"], "reason": reason,
                   "severity": kind, "message": fields[-1], "attributes": json.dumps({"age": fields[2]}),
                   "line": line + top + at + 1}  # fmt: skip
