"""What no definition names is read by the names and values in it."""

import json
from pathlib import Path

import polars as pl

from forensics import ingest
from forensics.bundle import open_bundle
from forensics.library import Library
from forensics.records.options import Options, silent
from forensics.store import Store


def read(tmp_path: Path, name: str, text: str) -> tuple[Store, dict[str, object]]:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / name).write_text(text, encoding="utf-8")
    asked = Options()
    store = Store(tmp_path / "case")
    bundle = open_bundle(tmp_path / "bundle", tmp_path / "scratch", asked)
    ingest.read(bundle, store, Library(), asked, lambda work, items: [work(each) for each in items], silent)
    return store, store.raw("files").collect().row(0, named=True)


def test_json_lines_with_nested_names_are_logs(tmp_path: Path) -> None:
    rows = [
        {"meta": {"occurredOn": f"2026-05-06T07:08:0{n}Z", "lvl": "ERROR"}, "payload": {"note": f"card {n} refused"}}
        for n in range(3)
    ]

    store, file = read(tmp_path, "x.dat", "".join(json.dumps(row) + "\n" for row in rows))

    assert (file["format"], file["rows"], file["rejected"]) == ("logs/records", 3, 0)
    logs = store.raw("logs").sort("line").collect()
    assert logs["severity"].to_list() == [17] * 3
    assert logs["time"].is_not_null().all()
    assert "card 0 refused" in logs["message"][0]


def test_records_deep_in_a_document_are_found(tmp_path: Path) -> None:
    document = {"page": {"hits": [{"inner": {"at": 1778051289 + n, "text": f"step {n}"}} for n in range(4)]}, "took": 3}

    store, file = read(tmp_path, "x.json", json.dumps(document))

    assert (file["format"], file["rows"]) == ("logs/records", 4)
    assert store.raw("logs").sort("time").collect()["message"].to_list() == [f"step {n}" for n in range(4)]


def test_records_of_numbers_are_metrics(tmp_path: Path) -> None:
    document = [{"sampledAt": f"2026-05-06T07:0{n}:00Z", "cpu": 0.5 + n, "memory": 10 * n} for n in range(5)]

    store, file = read(tmp_path, "x.json", json.dumps(document))

    assert (file["format"], file["rows"]) == ("metrics/records", 10)
    assert sorted(store.raw("series").collect()["metric"].unique()) == ["cpu", "memory"]


def test_a_document_without_times_is_state(tmp_path: Path) -> None:
    store, file = read(tmp_path, "x.yaml", "limits:\n  - {name: a, size: 1}\n  - {name: b, size: 2}\n")

    assert (file["format"], file["rows"]) == ("state/records", 2)
    assert store.raw("state").sort("record").collect()["name"].to_list() == ["a", "b"]


def test_a_table_that_says_something_is_logs_and_one_of_numbers_is_metrics(tmp_path: Path) -> None:
    store, file = read(
        tmp_path,
        "x.csv",
        "when,who,what happened\n2026-05-06 07:08,ann,called the bank\n2026-05-06 07:09,bob,rang off\n",
    )

    assert (file["format"], file["rows"]) == ("logs/rows", 2)
    assert store.raw("logs").collect()["time"].is_not_null().all()


def test_a_sentence_with_commas_is_no_table(tmp_path: Path) -> None:
    _, file = read(tmp_path, "x.log", "1428634687123 Hello, World!\n1428634687456 Goodbye, World!\n")

    assert (file["format"], file["rows"]) == ("logs/timestamped", 2)
    assert file["first_time"] == pl.Series(["2015-04-10T02:58:07.123"]).str.to_datetime()[0]


def test_a_table_of_a_dashboard_with_labels_twice_and_a_separator_line_is_metrics(tmp_path: Path) -> None:
    text = 'sep=,\n"Time","p99 {service=""pay""}","p99 {service=""pay""}"\n2026-05-06 07:08:00,1.5,2\n2026-05-06 07:09:00,1.5,3\n'

    store, file = read(tmp_path, "x.csv", text)

    assert (file["kind"], file["rows"], file["rejected"]) == ("metrics", 2, 0)
    assert store.raw("metrics").collect().height == 4
