"""Texts that are one event with other values become one template; what tells events apart stays."""

import random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from forensics import masking
from forensics.library import Library
from forensics.templates import parameters
from forensics.templates.refining import refine

MASKS = masking.load(Library())
NAMES = ("ann", "bob", "cy", "dee", "eve", "fay")


def templates(messages: list[str]) -> list[str]:
    masked = masking.mask(pl.Series(messages), MASKS)
    found = refine(masked.unique().to_list())
    return [found[text] for text in masked]


def test_a_word_with_many_values_is_a_variable_and_one_with_few_is_not() -> None:
    found = templates([f"session of {name} was closed" for name in NAMES] + ["link is up", "link is down"])

    assert found == ["session of <*> was closed"] * len(NAMES) + ["link is up", "link is down"]


def test_interfaces_with_one_digit_stay_apart() -> None:
    messages = ["found network via interface ee0", "found network via interface alt0"]

    assert templates(messages) == messages


def test_a_value_after_an_equals_sign_varies_freely_and_one_that_never_varies_stays() -> None:
    found = templates(["login tty=ssh shell=zsh", "login tty=ssh shell=bash"])

    assert found == ["login tty=ssh shell=<*>"] * 2


def test_lists_of_any_length_and_amounts_in_any_unit_are_one() -> None:
    found = templates(["asked to delete b_1", "asked to delete b_1 b_2 b_3", "sent 3 bytes now", "sent 3 KB now"])

    assert found == ["asked to delete <*>"] * 2 + ["sent <*> now"] * 2


def test_names_of_code_keep_what_they_share() -> None:
    found = templates(["node-D1 of rack is lost", "lost node-D1", "lost node-D4", "lost node-D7"])

    assert found == ["node-D1 of rack is lost"] + ["lost node-<*>"] * 3


def test_messages_that_look_like_placeholders_are_kept() -> None:
    assert templates(["<*>", "<NUM>", "<*> <*>"]) == ["<*>", "<NUM>", "<*> <*>"]


WORDS = st.sampled_from(
    ("login", "of", *NAMES, "12", "10.0.0.1", "k=v", "k=w", "(", ")", "nodeA", "nodeB", "a/b", "<ok>", "B", "3 MB")
)
MESSAGES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=25)


@settings(max_examples=30)
@given(MESSAGES)
def test_a_template_matches_every_message_it_stands_for(messages: list[str]) -> None:
    for message, template in zip(messages, templates(messages), strict=True):
        assert parameters.values(template, message) is not None


@settings(max_examples=30)
@given(MESSAGES, st.integers(0, 9))
def test_the_order_of_messages_changes_nothing(messages: list[str], seed: int) -> None:
    expected = dict(zip(messages, templates(messages), strict=True))
    shuffled = random.Random(seed).sample(messages, len(messages))

    assert dict(zip(shuffled, templates(shuffled), strict=True)) == expected


@settings(max_examples=30)
@given(MESSAGES)
def test_a_message_that_joins_no_group_changes_no_template(messages: list[str]) -> None:
    before = templates(messages)

    assert templates([*messages, "an event of its own kind happened"])[:-1] == before


def test_types_are_told_from_values_and_their_neighbours() -> None:
    kinds = parameters.load(Library())
    told = [
        ("took <*> ms for <*>", "took 12 ms for /api/v1"),
        ("exit code <*> from <*>", "exit code 137 from 10.0.0.1"),
        ("sent <*> to <*> at port <*>", "sent 4 KB to db.example.com at port 5432"),
        ("session opened for user <*> by <*>", "session opened for user ann by 0x7f"),
        ("retry in <*>, order <*>", "retry in 300ms, order 9b823e5b-3abb-4008-afd7-14cd864c365c"),
    ]

    assert [parameters.types(*each, kinds) for each in told] == [
        ("duration", "path"),
        ("code", "address"),
        ("size", "host", "port"),
        ("user", "hex"),
        ("duration", "uuid"),
    ]
