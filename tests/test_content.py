import bz2
import gzip
import lzma
import random
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from forensics import content, documents

TEXT = b"hello\nworld\n"
WRAPPED = {
    "plain": TEXT,
    "gzip of two members": gzip.compress(b"hello\n") + gzip.compress(b"world\n"),
    "xz": lzma.compress(TEXT),
    "bzip2": bz2.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
    "gzip in gzip": gzip.compress(gzip.compress(TEXT)),
    "utf-16": TEXT.decode().encode("utf-16"),
    "utf-16 without a mark": TEXT.decode().encode("utf-16-le"),
    "CRLF": TEXT.replace(b"\n", b"\r\n"),
    "byte order mark": b"\xef\xbb\xbf" + TEXT,
}


def lines(path: Path, notes: list[str], size: int = content.CHUNK) -> list[str]:
    return [text for frame in content.lines(path, notes, size) for text in frame["text"]]


@pytest.mark.parametrize("body", WRAPPED.values(), ids=WRAPPED.keys())
def test_lines_come_out_of_any_wrapping(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(body)

    assert lines(path, []) == ["hello", "world"]


def test_a_cut_gzip_gives_what_came_before_and_a_note(tmp_path: Path) -> None:
    path = tmp_path / "file"
    # Text that compresses badly, so that a good part of it stands before the cut.
    rows = "".join(f"{random.Random(n).getrandbits(64):x}\n" for n in range(2_000))
    path.write_bytes(gzip.compress(rows.encode())[:-200])
    notes: list[str] = []

    found = lines(path, notes)

    assert found[:100] == rows.splitlines()[:100]
    assert "cut short" in notes[0]


def test_bytes_that_are_not_utf8_are_replaced_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a\xffb\nc\n")
    notes: list[str] = []

    assert lines(path, notes) == ["a\ufffdb", "c"]
    assert notes == ["1 bytes or runs that are not UTF-8 were replaced"]


def test_one_endless_line_is_cut_and_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 50_000_000 + b"\nend\n")
    notes: list[str] = []

    assert [len(text) for text in lines(path, notes)] == [content.LONGEST_LINE, 3]
    assert notes == ["1 lines longer than 1 MB were cut"]


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]))), st.integers(1, 40))
def test_where_chunks_end_changes_nothing(texts: list[str], size: int) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes("".join(text + "\n" for text in ["first line", *texts]).encode())

        assert lines(path, [], size) == ["first line", *texts]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('[{"a": 1}, {"b":', [{"a": 1}]),
        ('{"events": [{"a": [1, 2]}, {"a": [3', {"events": [{"a": [1, 2]}]}),
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ("nonsense", None),
        ("[" * 100_000, None),
    ],
)
def test_a_json_text_gives_what_is_complete_in_it(text: str, value: object) -> None:
    assert documents.parse(text, []) == value


def test_records_and_lines_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text('a,b\n1,2\n3,"x\ny"\n')

    assert documents.record_texts(path, ["2", "3"]) == ["a=3 b=x\ny", None]
    assert documents.line_texts(path, [(1, 2), (9, 9)]) == ["a,b\n1,2", None]
