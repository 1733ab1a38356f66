"""What an order rests on, from clues that are made here."""

from collections.abc import Sequence

from forensics.causal.features import Clue
from forensics.causal.graph import Graph
from forensics.causal.scoring import Scored, load, scored
from forensics.causal.why import rests_on, rests_on_topology, separates
from forensics.library import Library
from forensics.records.signal import Signal


def clue(component: str, kind: str, signal: str, value: float) -> Clue:
    return Clue(component, kind, value, Signal(signal, component, "x", "cpu", 1, 10.0, None, 1.0, 1.0, 2.0, ""))


FOUND = (
    clue("a", "new_error", "template_rate", 4.0),
    clue("a", "cpu", "level_shift", 1.0),
    clue("b", "cpu", "level_shift", 3.0),
)


def score(clues: Sequence[Clue]) -> tuple[Scored, ...]:
    return scored(clues, {"a": "service", "b": "service"}, Graph((), {}, {}), "", load(Library()))


def test_the_first_rests_on_the_source_without_which_another_leads() -> None:
    (said,) = rests_on(score(FOUND)[0], FOUND, score)

    assert said.values == {"source": "logs", "rank": 2, "other": "b"}


def test_what_leads_in_every_source_rests_on_none() -> None:
    assert rests_on(score(FOUND[:2])[0], FOUND[:2], score) == ()


def test_the_kind_furthest_ahead_separates_two() -> None:
    said = separates("a", "b", FOUND, load(Library()))

    assert said is not None
    assert said.values["what"] == "new error"


def test_nothing_separates_the_second_from_the_first() -> None:
    assert separates("b", "a", FOUND[:1], load(Library())) is None


def test_the_first_rests_on_topology_where_another_leads_without_it() -> None:
    flat = score(FOUND[1:])

    (said,) = rests_on_topology(score(FOUND)[0], FOUND, flat)

    assert said.values == {"source": "topology", "rank": 2, "other": "b"}
    assert rests_on_topology(score(FOUND)[0], FOUND, score(FOUND)) == ()
