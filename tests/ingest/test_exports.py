"""Exports that no definition names: tables of words are no metrics, and nothing ends silently empty."""

from pathlib import Path

import polars as pl
import pytest

from forensics import ingest
from forensics.bundle import open_bundle
from forensics.errors import BundleError
from forensics.library import Library
from forensics.records.options import Options, silent
from forensics.store import Store

EXPORTS = {
    "kibana.csv": (
        '"@timestamp","kubernetes.container.name","log.level",message\n'
        '"May 6, 2026 @ 07:08:09.123","pay","error","boom, bad"\n"May 6, 2026 @ 07:08:10.123","pay","info","ok"\n',
        "logs",
    ),
    "gcloud.csv": (
        "timestamp,severity,resource.labels.container_name,textPayload\n"
        "2026-05-06T07:08:09.123Z,ERROR,pay,could not connect\n2026-05-06T07:08:10.123Z,INFO,pay,ok\n",
        "logs",
    ),
    "analytics.csv": (
        '"TimeGenerated [UTC]",Computer,SeverityLevel,Message\n"5/6/2026, 7:08:09.123 AM",web1,3,"Refused, retry"\n'
        '"5/6/2026, 7:08:10.123 AM",web1,1,ok\n',
        "logs",
    ),
    "viewer.csv": (
        "Level,Date and Time,Source,Event ID,Task Category\n"
        'Error,5/6/2026 7:08:09 AM,SCM,7031,None,"It stopped.\n\nMore"\nError,5/6/2026 7:08:10 AM,SCM,7031,None,"Again."\n',
        "logs",
    ),
    "frame.csv": (",time,cpu\n0,2026-05-06 07:08:09,1.5\n1,2026-05-06 07:08:10,2.5\n", "metrics"),
    "psql.txt": (
        " version | description | script | installed_on\n---------+-------------+--------+---------------------\n"
        " 1       | create      | a.sql  | 2026-05-06 07:08:09\n 2       | index       | b.sql  | 2026-05-06 07:08:10\n(2 rows)\n",
        "changes",
    ),
    "flow.txt": (
        "srcaddr dstaddr dstport action start end bytes\n10.0.0.9 10.0.0.4 80 ACCEPT 1778051289 1778051349 4321\n"
        "10.0.0.9 10.0.0.4 80 REJECT 1778051290 1778051350 40\n",
        "logs",
    ),
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder, case = tmp_path_factory.mktemp("bundle"), tmp_path_factory.mktemp("case")
    for name, (text, _) in EXPORTS.items():
        (folder / name).write_text(text)
    bundle, store = open_bundle(folder, case / "scratch", Options()), Store(case / "tables")
    ingest.read(bundle, store, Library(), Options(), lambda work, items: [work(each) for each in items], silent)
    return store


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_gives_its_two_rows_at_their_times(name: str, store: Store) -> None:
    rows = store.raw(EXPORTS[name][1]).filter(pl.col("file") == name).collect()
    (file,) = store.raw("files").filter(pl.col("path") == name).collect().iter_rows(named=True)

    assert [f"{each:%Y-%m-%d %H:%M:%S}" for each in rows["time"].sort()] == [
        "2026-05-06 07:08:09",
        "2026-05-06 07:08:10",
    ]
    assert (file["rows"], file["rejected"]) == (2, 0)


def test_texts_with_some_lines_that_end_in_numbers_are_no_metrics(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "said.txt").write_text("the pool is full\nretries 3\nwe wait for the database\nthen again\n")
    bundle, store = open_bundle(tmp_path / "bundle", tmp_path / "scratch", Options()), Store(tmp_path / "tables")

    ingest.read(bundle, store, Library(), Options(), lambda work, items: [work(each) for each in items], silent)

    assert store.raw("logs").collect().height == 4


def test_a_bundle_of_random_bytes_is_refused_and_not_dated(tmp_path: Path) -> None:
    (tmp_path / "noise.zip").write_bytes(bytes((at * 7919 + at * at) % 251 for at in range(1, 9_000)))
    bundle, store = open_bundle(tmp_path / "noise.zip", tmp_path / "scratch", Options()), Store(tmp_path / "tables")
    ingest.read(bundle, store, Library(), Options(), lambda work, items: [work(each) for each in items], silent)

    with pytest.raises(BundleError, match="nothing in the bundle can be read"):
        ingest.refuse_unread(store)


def test_a_bundle_with_one_readable_file_is_not_refused(store: Store) -> None:
    ingest.refuse_unread(store)
