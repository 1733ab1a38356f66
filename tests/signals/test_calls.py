"""Calls that stop, on metrics and a topology that are made here."""

import json
from collections.abc import Callable

from forensics.library import Library
from forensics.records.signal import Windows
from forensics.signals import calls
from forensics.store import Store

Read = Callable[[dict[str, str]], tuple[Store, Windows]]
TOPOLOGY = json.dumps({"calls": [{"caller": "shop", "callee": "pay"}, {"caller": "shop", "callee": "mail"}]})


def metrics(pay: int, shop: int) -> str:
    """Requests of three services, of which two change after an hour."""
    rows = ["timestamp,service,requests"]
    for minute in range(90):
        stamp = f"2026-05-06T{7 + minute // 60:02d}:{minute % 60:02d}:00Z"
        late = minute >= 60
        rows += [
            f"{stamp},shop,{shop if late else 100}",
            f"{stamp},pay,{pay if late else 50}",
            f"{stamp},mail,{50 + minute % 2}",
        ]
    return "\n".join(rows) + "\n"


def test_calls_that_stop_are_the_callers(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(pay=0, shop=100), "topology.json": TOPOLOGY})

    (signal,) = calls.detect(store, windows, Library())

    assert (signal.component, signal.peer, signal.before, signal.during) == ("shop", "pay", 50.0, 0.0)


def test_a_caller_that_is_not_called_itself_stops_nothing(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(pay=0, shop=1), "topology.json": TOPOLOGY})

    assert calls.detect(store, windows, Library()) == []


def test_no_topology_gives_no_stopped_calls(read: Read) -> None:
    store, windows = read({"metrics.csv": metrics(pay=0, shop=100)})

    assert calls.detect(store, windows, Library()) == []
