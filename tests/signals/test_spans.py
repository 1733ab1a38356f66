"""Self time on traces that are made here, ids that repeat among them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forensics.library import Library
from forensics.records.signal import Windows
from forensics.signals import spans
from forensics.store import Store

Read = Callable[[dict[str, str]], tuple[Store, Windows]]
START = 1_778_050_800  # 07:00
HEADER = "TraceID,SpanID,ParentID,ServiceName,OperationName,StartTimeUnixNano,Duration\n"


def rows(seen_by: str, lasts: int, later: int) -> str:
    """A payment each second that takes three times as long from 08:00 on, as one of its ends saw it."""
    return HEADER + "".join(
        f"t{second},pay{second},root,{seen_by},pay,{(START + second) * 1_000_000_000 + later},{lasts * (3 if second >= 3600 else 1)}\n"
        for second in range(0, 5400, 20)
    )


def test_of_spans_that_share_an_id_the_first_to_start_is_kept(read: Read) -> None:
    store, windows = read({"a.csv": rows("bank", 40_000, 5_000_000), "b.csv": rows("shop", 90_000, 0)})

    found = spans.detect_latency(store, windows, Library())

    assert {each.component for each in found} == {"shop"}


def test_the_order_of_rows_does_not_choose_among_spans_that_share_an_id(read: Read, tmp_path: Path) -> None:
    store, windows = read({"a.csv": rows("bank", 40_000, 0), "b.csv": rows("shop", 90_000, 0)})
    found = spans.detect_latency(store, windows, Library())

    store.write("spans", store.raw("spans").collect().reverse(), "reversed")
    store.drop(["reversed"])

    assert found
    assert spans.detect_latency(store, windows, Library()) == found


def test_where_two_components_share_a_span_id_the_first_by_name_calls(read: Read) -> None:
    mail = HEADER + f"t0,mail0,pay0,mail,send,{START * 1_000_000_000},100\n"
    files = {"a.csv": rows("shop", 90_000, 0), "b.csv": rows("bank", 40_000, 0), "c.csv": mail}

    store, _ = read(files)

    assert store.scan("edges").select("source", "target").collect().rows() == [("bank", "mail")]


def test_a_slow_callee_is_no_gap_to_its_sibling(read: Read) -> None:
    text = HEADER
    for second in range(0, 5400, 20):
        start, slow = (START + second) * 1_000_000_000, 500_000 * (second >= 3600)
        text += f"t{second},order{second},root,shop,order,{start},{100_000 + slow}\n"
        text += f"t{second},pay{second},order{second},bank,pay,{start},{40_000 + slow}\n"
        text += f"t{second},mail{second},order{second},mail,send,{start},40000\n"
    store, windows = read({"spans.csv": text})

    found = spans.detect_latency(store, windows, Library())

    assert {(each.component, each.subject) for each in found} == {("bank", "self time of pay")}


def test_shares_of_the_traces_tell_what_all_of_them_together_tell(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    store, found = read({"a.csv": rows("bank", 40_000, 5_000_000)})
    whole = spans.detect_latency(store, found, Library())

    monkeypatch.setattr(spans, "MOST_AT_ONCE", 7)

    assert whole
    assert spans.detect_latency(store, found, Library()) == whole
