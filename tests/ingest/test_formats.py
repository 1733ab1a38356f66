"""Every definition reads its own samples, end to end through the product's own path."""

from pathlib import Path

import polars as pl
import pytest

from forensics import ingest
from forensics.bundle import open_bundle
from forensics.errors import DefinitionError
from forensics.ingest import definitions
from forensics.library import Library
from forensics.records.options import Options, silent
from forensics.store import Store

FORMATS = {each.name: each for each in definitions.load(Library())}
SAMPLES = [(name, number) for name, each in FORMATS.items() for number in range(len(each.samples))]


def one_by_one(work, items):
    return [work(each) for each in items]


def read(folder: Path, case: Path, **options: object) -> Store:
    asked = Options(**options)  # type: ignore[arg-type]
    bundle, store = open_bundle(folder, case / "scratch", asked), Store(case / "tables")
    ingest.read(bundle, store, Library(asked.definitions), asked, one_by_one, silent)
    return store


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Every sample of every definition as a file of one bundle, read in one go."""
    folder = tmp_path_factory.mktemp("samples")
    for name, number in SAMPLES:
        path = folder / name / f"{number}.dat"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(FORMATS[name].samples[number]["text"].strip("\n") + "\n", encoding="utf-8")
    return read(folder, tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def files(samples: Store) -> dict[str, dict[str, object]]:
    return {row["path"]: row for row in samples.raw("files").collect().iter_rows(named=True)}


@pytest.mark.parametrize(("name", "number"), SAMPLES, ids=[f"{name}-{number}" for name, number in SAMPLES])
def test_a_sample_is_read_by_its_own_format(
    name: str, number: int, samples: Store, files: dict[str, dict[str, object]]
) -> None:
    path = f"{name}/{number}.dat"

    assert (files[path]["format"], files[path]["rejected"]) == (name, 0)
    for table, rows in FORMATS[name].samples[number].get("rows", {}).items():
        assert samples.raw(table).filter(pl.col("file") == path).collect().height == rows


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.patterns])
def test_a_sample_names_what_its_pattern_gives(name: str) -> None:
    patterns = {each.name: each for each in FORMATS[name].patterns}
    for sample in FORMATS[name].samples:
        groups = pl.Series([sample["text"].strip("\n")]).str.extract_groups(patterns[sample["pattern"]].regex)[0]
        assert {key: groups[key] for key in sample["fields"]} == sample["fields"]
    assert {sample["pattern"] for sample in FORMATS[name].samples} == set(patterns)


def test_faults_of_a_definition_are_told_all_at_once(tmp_path: Path) -> None:
    own = tmp_path / "own" / "parsers" / "logs"
    own.mkdir(parents=True)
    (own / "bad.toml").write_text('title = "Bad"\nsorce = "x"\n[[pattern]]\nname = "a"\nregex = "(?P<time>["\n')

    with pytest.raises(DefinitionError) as caught:
        definitions.load(Library((tmp_path / "own",)))

    said = caught.value.message
    assert "unknown key sorce; did you mean source?" in said
    assert "it has no sample" in said
    assert "bad regex" in said


LOG = """2026-05-06T07:08:09.123Z ERROR payment failed
java.lang.IllegalStateException: no card
\tat shop.Payment.charge(Payment.java:12)
Caused by: java.io.IOException: closed
2026-05-06T07:08:10.123Z INFO payment ok
"""


def test_a_stack_trace_belongs_to_the_event_before_it(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "pay.log").write_text(LOG)

    rows = read(tmp_path / "bundle", tmp_path / "case").raw("logs").sort("line").collect()

    assert rows["line"].to_list() == [1, 5]
    assert rows["message"][0].endswith("Caused by: java.io.IOException: closed")
    assert rows["severity"].to_list() == [17, 9]
    assert rows["component"].to_list() == ["pay", "pay"]


def test_garbage_is_rejected_with_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    good = [f"2026-05-06T07:08:{second:02d}Z INFO tick {second}" for second in range(50)]
    (tmp_path / "bundle" / "app.log").write_bytes(
        "\n".join([*good[:25], "\x01\x02\x03 \x04", *good[25:]]).encode() + b"\n"
    )

    store = read(tmp_path / "bundle", tmp_path / "case")

    assert store.raw("logs").collect().height == 50
    assert store.raw("rejects").collect().select("line", "n").rows() == [(26, 1)]


def test_a_second_reading_keeps_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "app.log").write_text(LOG)
    store = read(tmp_path / "bundle", tmp_path / "case")
    before = {path: path.stat().st_mtime_ns for path in store.parts("logs")}

    again = read(tmp_path / "bundle", tmp_path / "case")

    assert {path: path.stat().st_mtime_ns for path in again.parts("logs")} == before


def test_where_a_log_is_split_changes_nothing_but_names(tmp_path: Path) -> None:
    lines = LOG.splitlines(keepends=True)
    for name, parts in (("whole", [lines]), ("split", [lines[:4], lines[4:]])):
        (tmp_path / name).mkdir()
        for number, part in enumerate(parts):
            (tmp_path / name / f"app.{number}.log").write_text("".join(part))

    found = [
        read(tmp_path / name, tmp_path / f"{name}-case")
        .raw("logs")
        .sort("time")
        .select("time", "message", "message_key")
        .collect()
        for name in ("whole", "split")
    ]

    assert found[0].equals(found[1])


def test_rows_outside_of_the_asked_time_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "app.log").write_text(LOG)

    store = read(tmp_path / "bundle", tmp_path / "case", since=1_778_051_290_000_000)

    assert store.raw("logs").collect()["message"].to_list() == ["payment ok"]


def test_a_file_that_nothing_reads_still_has_a_row(tmp_path: Path) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "core.bin").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "bundle" / "app.log").write_text(LOG)

    files = read(tmp_path / "bundle", tmp_path / "case").raw("files").sort("path").collect()

    assert files.select("path", "format", "note").rows()[1] == ("core.bin", "", "binary data that no format reads")
