"""Scores and the chance of being right."""

from forensics.causal.features import Clue
from forensics.causal.graph import Graph
from forensics.causal.scoring import Scored, load, scored
from forensics.library import Library
from forensics.records.signal import Signal

NOTHING = Graph((), {}, {})


def clue(component: str, value: float) -> Clue:
    signal = Signal("level_shift", component, "cpu", "cpu", 1, 10.0, None, 1.0, 1.0, 2.0, "")
    return Clue(component, "cpu", value, signal)


def ranking(
    first: float, second: float, names: tuple[str, str] = ("a", "b"), asserted: float = 1.0
) -> tuple[Scored, ...]:
    roles = dict.fromkeys((*names, "silent"), "service")
    return scored((clue(names[0], first), clue(names[1], second)), roles, NOTHING, "", load(Library()), asserted)


def test_a_larger_lead_is_a_larger_chance() -> None:
    close, far = ranking(4.0, 3.9), ranking(4.0, 0.1)

    assert [each.component for each in close] == [each.component for each in far] == ["a", "b"]
    assert close[0].chance < 0.6 < 0.75 < far[0].chance


def test_no_candidate_is_surer_than_the_first() -> None:
    for first, second in ((4.0, 4.0), (1.0, 0.9), (5.0, 0.1)):
        a, b = ranking(first, second)
        assert b.chance <= a.chance
        assert a.chance + b.chance <= 1.0 or a.score == b.score


def test_what_nobody_called_an_incident_is_never_identified() -> None:
    assert ranking(5.0, 0.0, asserted=load(Library()).undeclared)[0].chance < 0.5


def test_renaming_every_component_changes_nothing_but_names() -> None:
    plain, renamed = ranking(4.0, 1.0), ranking(4.0, 1.0, ("z", "m"))

    assert [each.chance for each in plain] == [each.chance for each in renamed]


def test_nothing_unusual_gives_no_candidate() -> None:
    assert scored((), {"a": "service"}, NOTHING, "", load(Library())) == ()
