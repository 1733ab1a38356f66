"""Windows event logs (.evtx), read through the package ``evtx`` where it is installed."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

MAGIC = b"ElfFile\0"
MISSING = "a Windows event log: install 'forensics[evtx]' to read it"
BATCH = 10_000
# https://learn.microsoft.com/windows/win32/wes/eventmanifestschema-leveltype-complextype
LEVELS: Mapping[str, str] = {"0": "info", "1": "critical", "2": "error", "3": "warning", "4": "info", "5": "debug"}


def fits(path: Path) -> bool:
    """Whether a file is a Windows event log."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read(path: Path, notes: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Raw logs; without the package none, with a note that says how to get them."""
    try:
        from evtx import PyEvtxParser
    except ImportError:
        notes.append(MISSING)
        return
    yield from rows(iter(PyEvtxParser(str(path)).records_json()), notes)


def rows(records: Iterator[Any], notes: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    """Raw logs of the records that the parser gives, ``{timestamp, data}`` with data as JSON text."""
    while batch := list(islice(_readable(records, notes), BATCH)):
        yield "logs", pl.DataFrame([_row(each) for each in batch], infer_schema_length=None)


def _readable(records: Iterator[Any], notes: list[str]) -> Iterator[Any]:
    """Records; one that is damaged is noted and passed over."""
    while True:
        try:
            yield next(records)
        except StopIteration:
            return
        except RuntimeError as error:
            notes.append(f"1 event is damaged: {error}")


def _row(record: Mapping[str, Any]) -> dict[str, Any]:
    event = json.loads(record["data"])["Event"]
    system = event["System"]
    number = system.get("EventID")
    number = number.get("#text") if isinstance(number, Mapping) else number
    said = event.get("EventData") or event.get("UserData") or {}
    body = " ".join(f"{name}={value}" for name, value in said.items() if not name.startswith("#")) if said else ""
    return {
        "time": record["timestamp"].removesuffix(" UTC"),
        "host": system.get("Computer") or "",
        "component": (system.get("Provider") or {}).get("#attributes", {}).get("Name") or system.get("Channel") or "",
        "severity": LEVELS.get(str(system.get("Level")), ""),
        "message": f"event {number} {body}".strip(),
        "attributes": json.dumps({"event_id": number, "channel": system.get("Channel")}, sort_keys=True),
    }
