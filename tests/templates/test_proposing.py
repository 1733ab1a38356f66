"""What Drain proposes becomes a template only where every place that differs is free."""

from forensics.templates.proposing import proposals
from forensics.templates.refining import refine

NAMES = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy")
CITIES = ("Oslo", "Rome", "Bern", "Paris", "Cairo", "Lima", "Quito", "Delhi", "Tokyo", "Accra")


def test_words_that_vary_together_are_variables() -> None:
    texts = [f"user {name} moved home to {city} today" for name, city in zip(NAMES, CITIES, strict=True)]

    assert set(refine(texts).values()) == {"user <*> moved home to <*> today"}


def test_a_telling_word_that_takes_two_values_stays_apart() -> None:
    texts = [
        f"{what} packet from host {name} to host {city} on port"
        for what in ("accepted", "denied")
        for name, city in zip(NAMES, CITIES, strict=True)
    ]

    assert set(refine(texts).values()) == {
        "accepted packet from host <*> to host <*> on port",
        "denied packet from host <*> to host <*> on port",
    }


def test_a_few_are_left_alone() -> None:
    texts = [f"user {name} moved home to {city} today" for name, city in zip(NAMES[:4], CITIES[:4], strict=True)]

    assert proposals(sorted(texts)) == {}


def test_what_is_told_by_few_words_is_left_alone() -> None:
    texts = sorted(f"{name} {city} done" for name, city in zip(NAMES, CITIES, strict=True))

    assert proposals(texts) == {}
