"""Windows event logs: the mapping of a record, damage, and what happens without the package."""

import json
import sys
from pathlib import Path

import pytest

from forensics.ingest import evtx

RECORD = {
    "timestamp": "2026-05-06T07:08:09.0577461Z UTC",
    "data": json.dumps(
        {
            "Event": {
                "System": {
                    "Provider": {"#attributes": {"Name": "Service Control Manager"}},
                    "EventID": {"#text": 7031},
                    "Level": 2,
                    "Channel": "System",
                    "Computer": "web1",
                },
                "EventData": {"param1": "Payment", "param2": "1"},
            }
        }
    ),
}


def test_a_record_becomes_a_log_row() -> None:
    ((table, rows),) = evtx.rows(iter([RECORD]), [])

    assert table == "logs"
    assert rows.select("time", "host", "component", "severity", "message").row(0) == (
        "2026-05-06T07:08:09.0577461Z",
        "web1",
        "Service Control Manager",
        "error",
        "event 7031 param1=Payment param2=1",
    )


class Damaged:
    """One record, a damaged one, another record."""

    def __init__(self) -> None:
        self.steps = [RECORD, RuntimeError("bad chunk"), RECORD]

    def __iter__(self) -> "Damaged":
        return self

    def __next__(self) -> object:
        if not self.steps:
            raise StopIteration
        step = self.steps.pop(0)
        if isinstance(step, RuntimeError):
            raise step
        return step


def test_a_damaged_record_is_noted_and_the_rest_read() -> None:
    notes: list[str] = []

    ((_, rows),) = evtx.rows(iter(Damaged()), notes)

    assert rows.height == 2
    assert notes == ["1 event is damaged: bad chunk"]


def test_without_the_package_a_note_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "System.evtx"
    path.write_bytes(evtx.MAGIC + bytes(100))
    monkeypatch.setitem(sys.modules, "evtx", None)
    notes: list[str] = []

    assert evtx.fits(path)
    assert list(evtx.read(path, notes)) == []
    assert notes == [evtx.MISSING]
