"""Masks are data: every one has examples, none tells digits apart, and masking twice is masking once."""

from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forensics import masking, stacks
from forensics.errors import DefinitionError
from forensics.library import Library

MASKS = masking.load(Library())
DEFINITIONS = Library().load("models", "masking")
ROWS = [(f"{name}: {row['name']}", row) for name, said in DEFINITIONS.items() for row in said.get("mask", ())]
PIECES = (
    "user", "10.0.0.1:80", "<*>", "<NUM>", "blk_-17", "/var/log/x.log", "=", "=12ms", "'bob'", '"', "(", ")", "[]", ",", ":",
    "java.io.IOException:", "a.b.c.d", "7f9dd8b6c4", "ssh2", "true", "\t", "\n", "  ", "at com.shop.Main.run(Main.java:3)",
    "€", "\u202eabc", "\U0001f525", "0", "-1", "1,234.5", "00:11:43:e3:ba:c3", "2026-01-02T03:04:05Z", "\x1f", "\x00", "..",
)  # fmt: skip


def masked(text: str) -> str:
    return str(masking.mask(pl.Series([text]), MASKS)[0])


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_a_mask_changes_its_examples_and_leaves_near_misses_alone(name: str, row: dict[str, Any]) -> None:
    step = [next(each for each in MASKS.steps if each.name == row["name"])]
    changed = pl.Series(row["match"]).str.replace_all(step[0].pattern, step[0].replacement)
    same = pl.Series(row["miss"]).str.replace_all(step[0].pattern, step[0].replacement)

    assert (changed != pl.Series(row["match"])).all()
    assert same.to_list() == row["miss"]


@pytest.mark.parametrize(("name", "row"), ROWS, ids=[name for name, _ in ROWS])
def test_no_shipped_mask_tells_one_digit_from_another(name: str, row: dict[str, Any]) -> None:
    assert masking.is_digit_blind(masking.Mask(name, row["pattern"], ""))


@settings(max_examples=30)
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12))
@example(["at com.shop.Main.run()"])
@example(["<*>", "<NUM>", "<*>"])
def test_masking_twice_is_masking_once(pieces: list[str]) -> None:
    once = masked(" ".join(pieces))

    assert masked(once) == once


@pytest.mark.parametrize("sample", DEFINITIONS["stacks"]["sample"])
def test_a_stack_trace_becomes_its_errors_and_first_own_frames(sample: dict[str, str]) -> None:
    assert stacks.condensed(sample["text"].strip("\n"), MASKS.stacks) == sample["condensed"]


def test_a_name_of_an_error_and_a_frame_survive_masking() -> None:
    text = "failed\njava.net.ConnectException: to 10.0.0.1:80\n\tat com.shop.pay.Gateway.charge(Gateway.java:77)"

    assert masked(text) == "failed java.net.ConnectException: to <*> at com.shop.pay.Gateway.charge()"


def test_structure_stays_where_values_go() -> None:
    texts = [
        "SELECT * FROM orders WHERE id = 17 AND name = 'bob' AND x IN (1, 2, 3)",
        '{"state":"open","n":3}',
        "GET https://api.example.com/v1/charges?id=4 took 17.5ms",
        "retry attempt=3 user=ann host=web-1.eu.example.com",
    ]

    assert [masked(each) for each in texts] == [
        "SELECT * FROM orders WHERE id = <*> AND name = '<*>' AND x IN (<*>, <*>, <*>)",
        '{"state":"<*>","n":<*>}',
        "GET <*> took <*>",
        "retry attempt=<*> user=<*> host=<*>",
    ]


def test_all_faults_of_masks_are_listed_at_once(tmp_path: Any) -> None:
    folder = tmp_path / "models" / "masking"
    folder.mkdir(parents=True)
    rows = '[[mask]]\nname = "a"\npattern = "("\n[[mask]]\nname = "b"\npattern = "x"\nreplace = "y"\n'
    (folder / "50-own.toml").write_text(rows, encoding="utf-8")

    with pytest.raises(DefinitionError) as caught:
        masking.load(Library((tmp_path,)))

    assert "50-own: mask a" in str(caught.value)
    assert "50-own: mask b: unknown key replace" in str(caught.value)
