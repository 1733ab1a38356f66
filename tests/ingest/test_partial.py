"""Messages that a container runtime cut into several lines are one event again."""

from functools import partial
from pathlib import Path

import polars as pl
import pytest

from forensics import content, ingest
from forensics.ingest import detection, sources
from forensics.ingest.accounts import Account
from forensics.library import Library
from forensics.records.bundle import File
from forensics.records.options import Options

KNOWN = ingest.known(Library(), Options(), "UTC")
LINES = [
    '2026-05-06T07:08:09.000000001Z stdout F {"level":"info","msg":"up"}',
    '2026-05-06T07:08:10.000000001Z stdout P {"level":"error","msg":"the card ',
    "2026-05-06T07:08:10.000000002Z stderr F warning: slow",
    "2026-05-06T07:08:10.000000003Z stdout P was ",
    '2026-05-06T07:08:10.000000004Z stdout F refused"}',
    '2026-05-06T07:08:11.000000001Z stdout F {"level":"info","msg":"ok"}',
    '2026-05-06T07:08:12.000000001Z stdout P {"level":"info","msg":"cut off',
    '2026-05-06T09:08:12.000000001Z stdout F {"level":"info","msg":"up again"}',
]


def _read(path: Path, size: int) -> pl.DataFrame:
    chosen = detection.line_formats(pl.Series(path.read_text().splitlines()), KNOWN.formats)
    assert chosen[0].name == "logs/cri"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources.content, "lines", partial(content.lines, size=size))
        rows = [raw for _, raw in sources._line_rows(File(path.name, path, "", 1), chosen, KNOWN, Account())]
    return pl.concat(rows, how="diagonal_relaxed").sort("line")


@pytest.mark.parametrize("size", [40, 90, 200, 10_000])
def test_parts_are_joined_by_stream_wherever_a_chunk_ends(tmp_path: Path, size: int) -> None:
    path = tmp_path / "0.log"
    path.write_text("\n".join(LINES) + "\n")

    rows = _read(path, size)

    assert rows["line"].to_list() == [1, 2, 3, 6, 7, 8]
    assert rows["message"].to_list()[:4] == ["up", "the card was refused", "warning: slow", "ok"]
    assert rows["attributes"].to_list()[1] == '{"lines": [2, 5]}'
    assert rows["message"][4].endswith("cut off")
    assert rows["message"][5] == "up again"
