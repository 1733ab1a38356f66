"""Every line gets the message that reading gives it, without times being read."""

import random
from pathlib import Path

import polars as pl
import pytest

from forensics import analysis, bundle, ingest
from forensics.ingest import kinds
from forensics.library import Library
from forensics.records.numbered import NONE
from forensics.records.options import Options, silent
from forensics.store import Store

TRACE = "\njava.io.IOException: reset by peer {n}\n\tat com.shop.Pay.call(Pay.java:{n})\n\tat com.shop.Main.run(Main.java:7)"
TEXTS = (
    "2026-05-06 10:00:{s:02d} INFO web: took {n} ms for user{n}",
    "2026-05-06 10:00:{s:02d} INFO web: accepted password from 10.0.0.{s} port {n} ssh{v}",
    "2026-05-06 10:00:{s:02d} INFO web: order {u} accepted by ssh{v}",
    "2026-05-06 10:00:{s:02d} ERROR pay: charge failed" + TRACE,
    "2026-05-06 10:00:{s:02d} ERROR pay: session of jk{v}_init() failed" + TRACE,
    "",
    "2026-05-06 10:00:{s:02d} WARN db: \u00fcber ssh{v} \u202e {h}:8080 {h}",
    "2026-05-06 10:00:{s:02d} WARN db: <*> <NUM> \x07 \U0001f525 {n}",
)
JSON = (
    '{{"time":"2026-05-06T10:00:{s:02d}Z","level":"info","msg":"took {n} ms","pod":"web-{h}"}}',
    '{{"time":"2026-05-06T10:00:{s:02d}Z","level":"info","msg":"sent by \\u004{v} and ssh{v}","pod":"web-{h}"}}',
    '{{"time":"2026-05-06T10:00:{s:02d}Z","level":"info","msg":"say \\"pod\\" of {h}","pod":"a"}}',
)


def _lines(texts: tuple[str, ...], seed: int, n: int = 400) -> str:
    draw = random.Random(seed)
    rows = []
    for at in range(n):
        values = {
            "s": at % 60,
            "n": draw.randrange(10_000),
            "v": draw.randrange(1, 6),
            "h": f"{draw.getrandbits(32):08x}",
        }
        values["u"] = f"{draw.getrandbits(32):08x}-{draw.getrandbits(16):04x}-4abc-9def-{draw.getrandbits(48):012x}"
        rows.append(draw.choice(texts).format(**values))
    return "\n".join(rows) + "\n"


def _both(path: Path, scratch: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Line and masked message of a log: as numbered, and as read."""
    library = Library()
    opened = bundle.open_bundle(path, scratch / "bundle", Options())
    short, whole = Store(scratch / "short"), Store(scratch / "whole")
    numbered = ingest.number(opened, short, scratch, library, Options())
    ingest.read(opened, whole, library, Options(), analysis.threads, silent)
    columns = {"number": range(len(numbered.keys)), "message_key": numbered.keys}
    keys = pl.DataFrame(columns, schema={"number": pl.UInt32, "message_key": pl.UInt64})
    found = pl.concat([pl.read_ipc(part) for _, part in numbered.parts]).join(
        keys, on="number", how="left", maintain_order="left"
    )
    return found, whole.raw("logs").select("line", "message_key").sort("line").collect()


@pytest.mark.parametrize("texts", [TEXTS, JSON], ids=["lines", "json"])
def test_numbers_are_those_of_the_messages_that_reading_gives(texts: tuple[str, ...], tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text(_lines(texts, 7), encoding="utf-8")

    numbered, read = _both(log, tmp_path)

    joined = read.join(numbered, on="line", how="left", suffix="_n").sort("line")
    assert joined["message_key_n"].to_list() == joined["message_key"].to_list()
    assert read.height > 100


def test_events_that_two_chunks_share_are_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "app.log"
    log.write_text(_lines(TEXTS, 3), encoding="utf-8")
    monkeypatch.setattr("forensics.ingest.numbering.CHUNK", 4_000)

    numbered, read = _both(log, tmp_path)

    joined = read.join(numbered, on="line", how="left", suffix="_n").sort("line")
    assert joined["message_key_n"].to_list() == joined["message_key"].to_list()
    assert numbered["line"].to_list() == list(range(1, log.read_text(encoding="utf-8").count("\n") + 1))


def test_only_blank_lines_have_no_number(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    text = _lines(TEXTS, 5)
    log.write_text(text, encoding="utf-8")

    numbered, _ = _both(log, tmp_path)

    blank = [n for n, line in enumerate(text.split("\n")[:-1], 1) if not line.strip()]
    assert numbered.filter(pl.col("number") == NONE)["line"].to_list() == blank


def test_templates_do_not_depend_on_order_or_on_files(tmp_path: Path) -> None:
    rows = [row.format(s=n % 60, n=n, v=n % 5, u="x", h=f"{n * 7919:08x}") for n in range(300) for row in TEXTS[:3]]
    shuffled = random.Random(1).sample(rows, len(rows))
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    (tmp_path / "one" / "app.log").write_text("\n".join(shuffled) + "\n", encoding="utf-8")
    for n in range(20):
        (tmp_path / "many" / f"{n}.log").write_text("\n".join(rows[n::20]) + "\n", encoding="utf-8")

    found = [analysis.identify(tmp_path / name, tmp_path / f"ids-{name}", Options()) for name in ("one", "many")]

    assert found[0].sort("template_id").equals(found[1].sort("template_id"))
    written = pl.scan_parquet(tmp_path / "ids-many" / "*.parquet").select(pl.len()).collect().item()
    assert written == found[1]["lines"].sum() == len(rows)


def test_identifiers_that_masks_take_whole_are_folded_and_others_stay() -> None:
    text = pl.Series(["of df0000e by 0x0a0f", "at api-e0bec", "to a000b00c:0000", "took 0000 ms"])

    found = kinds.folded(text, "")

    assert found.to_list() == ["of 0a0a0a0a by 0a0a0a0a", "at api-e0bec", "to a000b00c:0000", "took 0000 ms"]
