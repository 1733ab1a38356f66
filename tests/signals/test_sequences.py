"""Broken sequences in traces that are made here."""

from collections.abc import Callable

from forensics.library import Library
from forensics.records.signal import Windows
from forensics.signals import sequences
from forensics.store import Store

Read = Callable[[dict[str, str]], tuple[Store, Windows]]
START = 1_778_050_800  # 07:00
HEADER = "TraceID,SpanID,ParentID,ServiceName,OperationName,StartTimeUnixNano,Duration\n"


def traces(*, broken: bool) -> str:
    """A shop that calls payment, which calls the bank and then mail; from 08:00 on payment stops before the bank."""
    rows = []
    for minute in range(90):
        late = broken and minute >= 60

        def span(name: str, parent: str, service: str, minute: int = minute) -> str:
            start = (START + 60 * minute) * 1_000_000_000
            return f"t{minute},{name}{minute},{parent},{service},{name},{start},1000"

        rows += [span("order", "root", "shop"), span("charge", f"order{minute}", "pay")]
        if not late:
            rows += [span("debit", f"charge{minute}", "bank"), span("receipt", f"order{minute}", "mail")]
    return HEADER + "\n".join(rows) + "\n"


def test_a_trace_breaks_where_nothing_below_it_does(read: Read) -> None:
    store, windows = read({"spans.csv": traces(broken=True)})

    (signal,) = sequences.detect(store, windows, Library())

    assert (signal.component, signal.subject) == ("pay", "charge: call to bank debit")
    assert (signal.before, signal.during, signal.onset) == (1.0, 0.0, (START + 3600) * 1_000_000)


def test_traces_as_before_break_nowhere(read: Read) -> None:
    store, windows = read({"spans.csv": traces(broken=False)})

    assert sequences.detect(store, windows, Library()) == []


def test_no_traces_break_nowhere(read: Read) -> None:
    store, windows = read({"pay.log": "2026-05-06T07:30:00Z INFO tick\n2026-05-06T08:10:00Z INFO tick\n"})

    assert sequences.detect(store, windows, Library()) == []
