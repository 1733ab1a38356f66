"""Generated values come out as they went in, and where a file is cut into chunks changes nothing."""

import string
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics import content, ingest
from forensics.ingest import csvs, definitions, detection, lines, records, sources
from forensics.ingest.accounts import Account
from forensics.library import Library
from forensics.records.bundle import File
from forensics.records.options import Options

FORMATS = definitions.load(Library())
KNOWN = ingest.known(Library(), Options(), "UTC")
MADE = [
    (each, sample)
    for each in FORMATS
    for sample in each.samples
    for pattern in each.patterns
    if pattern.name == sample.get("pattern")
    and pattern.regex.endswith("(?P<message>.*)$")
    and sample["text"].strip("\n").endswith(sample["fields"].get("message", "\n"))
    and not each.wraps
    and not each.begins
]
WORDS = st.text(string.ascii_letters, min_size=2, max_size=9)
SAID = st.lists(WORDS | st.integers(0, 10**6).map(str), min_size=2, max_size=6).map(" ".join)


def test_most_line_formats_can_be_generated() -> None:
    assert len({each.name for each, _ in MADE}) >= 25


@settings(max_examples=5, deadline=None, derandomize=True)
@given(message=SAID)
def test_a_generated_message_comes_out_of_every_format_as_it_went_in(message: str) -> None:
    for each, sample in MADE:
        text = sample["text"].strip("\n").removesuffix(sample["fields"]["message"]) + message
        frame = pl.DataFrame({"line": [1], "text": [text]}, schema={"line": pl.Int64, "text": pl.String})

        taken = lines.read(frame, [each], FORMATS)

        assert [rows["message"].to_list() for rows in taken.tables.values()] == [[message]], each.name


@settings(max_examples=5, deadline=None, derandomize=True)
@given(status=st.integers(100, 599), duration=st.integers(0, 10**6))
def test_a_generated_status_and_duration_come_out_of_every_access_log(status: int, duration: int) -> None:
    for each in FORMATS:
        for sample in each.samples:
            fields = sample.get("fields", {})
            if not {"status", "duration_ms"} <= set(fields) or not each.patterns:
                continue
            (pattern,) = (one for one in each.patterns if one.name == sample["pattern"])
            text = _put(sample["text"].strip("\n"), pattern, "status", str(status))
            text = _put(text, pattern, "duration_ms", str(duration))

            found = pl.Series([text]).str.extract_groups(pattern.regex)[0]

            assert (found["status"], found["duration_ms"]) == (str(status), str(duration)), each.name


def _put(text: str, pattern: definitions.Pattern, name: str, value: str) -> str:
    """The line with another value where the pattern finds ``name``: the first place that the pattern then gives it from."""
    old = pl.Series([text]).str.extract_groups(pattern.regex)[0][name]
    place = text.find(old)
    while place >= 0:
        put = text[:place] + value + text[place + len(old) :]
        found = pl.Series([put]).str.extract_groups(pattern.regex)[0]
        if found[name] == value:
            return put
        place = text.find(old, place + 1)
    raise AssertionError(f"{pattern.name}: {name} stands nowhere")


EVENT = st.sampled_from(
    [
        ["2026-05-06T07:08:09.123Z INFO tick"],
        [
            "2026-05-06T07:08:09.123Z ERROR boom",
            "java.lang.IllegalStateException: no",
            "\tat a.B.c(B.java:1)",
            "Caused by: x.Y: z",
        ],
        [
            "2026-05-06T07:08:10.123Z ERROR failed",
            "Traceback (most recent call last):",
            '  File "a.py", line 1',
            "ValueError: bad",
        ],
        [
            "2026-05-06T07:08:11.123Z WARN crash",
            "panic: no",
            "",
            "goroutine 1 [running]:",
            "main.main()",
            "\t/a.go:1 +0x1",
        ],
        ["2026-05-06T07:08:12.123Z DEBUG sql", "SELECT *", "  FROM orders", " WHERE id = 1"],
    ]
)


@settings(max_examples=8, deadline=None, derandomize=True)
@given(events=st.lists(EVENT, min_size=1, max_size=12), size=st.integers(1, 600))
def test_where_chunks_end_changes_nothing(
    events: list[list[str]], size: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("chunks") / "app.log"
    text = "\n".join(line for event in events for line in event) + "\n"
    path.write_text(text)

    assert _read(path, size) == _read(path, len(text) + 1)


def _read(path: Path, size: int) -> list[tuple[int, str]]:
    chosen = detection.line_formats(pl.Series(path.read_text().splitlines()), KNOWN.formats)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.content, "lines", partial(content.lines, size=size))
        rows = [raw for _, raw in sources._line_rows(File(path.name, path, "", 1), chosen, KNOWN, Account())]
    whole = pl.concat(rows, how="diagonal_relaxed").sort("line")
    return list(zip(whole["line"].to_list(), whole["message"].to_list(), strict=True))


@settings(max_examples=3, deadline=None, derandomize=True)
@given(times=st.integers(2, 5))
def test_rows_written_again_below_a_table_come_out_again_of_every_csv_format(times: int) -> None:
    for each in FORMATS:
        for sample in each.samples if each.is_csv else ():
            head, body = csvs.unmarked(sample["text"].strip("\n") + "\n").split("\n", 1)
            once, again = (csvs.table_of(f"{head}\n{body * n}", []) for n in (1, times))
            if once is None or again is None:
                # The names of W3C logs stand in a comment, which another reader takes.
                assert sample["text"].strip().startswith("#Software")
                continue
            for (table, rows, _), (_, more, _) in zip(
                records.read_table(once, each, "f"), records.read_table(again, each, "f"), strict=True
            ):
                kept = [name for name in rows.columns if name not in ("record", "place")]
                expected = pl.concat([rows.select(kept)] * times)
                assert more.select(kept).sort(kept).equals(expected.sort(kept)), (each.name, table)
