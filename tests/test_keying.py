"""Keys of messages are those of masking each message for itself, however many are read at once."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics import keying, masking
from forensics.library import Library

MASKS = masking.load(Library())
PIECES = (
    "ssh2",
    "ssh1",
    "port 22",
    "v1.2",
    "10.0.0.1",
    "jk2_init()",
    "C1",
    "C2",
    "é7",
    "\U0001f525",
    "\r",
    "",
    "\n",
    "L3 L4",
    "x" * 50,
    "٣",
)
MESSAGES = st.lists(
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=8).map(" ".join), max_size=20
)


@settings(max_examples=40)
@given(MESSAGES)
def test_folding_digits_changes_no_masked_message(messages: list[str]) -> None:
    column = pl.Series(messages, dtype=pl.String)

    assert keying.keyed(column, MASKS)["masked"].to_list() == masking.mask(column, MASKS).to_list()


def test_digits_that_masks_leave_are_each_message_s_own() -> None:
    found = keying.keyed(
        pl.Series(["Failed ssh2 from 1.2.3.4", "Failed ssh1 from 9.2.3.5", "Failed ssh1 from 9.2.3.6"]), MASKS
    )

    assert found["masked"].to_list() == ["Failed ssh2 from <*>", "Failed ssh1 from <*>", "Failed ssh1 from <*>"]
    assert found["message_key"].n_unique() == 2


def test_a_mask_that_tells_digits_apart_is_followed() -> None:
    own = masking.Masks((masking.Mask("own", "v2", "<two>"),), MASKS.stacks)

    assert keying.keyed(pl.Series(["v1", "v2", "v3"]), own)["masked"].to_list() == ["v1", "<two>", "v3"]


def test_messages_with_thousands_of_digits_are_masked_for_themselves() -> None:
    column = pl.Series(["ssh2 " + "a1 " * 1_200, "ssh3 " + "a1 " * 1_200])

    assert keying.keyed(column, MASKS)["masked"].to_list() == masking.mask(column, MASKS).to_list()
