"""Rankings where there is little to rank by."""

from forensics.causal.features import Clue, clues
from forensics.causal.graph import Graph
from forensics.causal.scoring import load, scored
from forensics.library import Library
from forensics.records.signal import Signal

CYCLE = Graph((), {"a": ("b",), "b": ("a",)}, {"a": ("b",), "b": ("a",)})


def flow(component: str, before: float, during: float, amount: float) -> Signal:
    return Signal(
        "request_flow", component, "latency_avg", "latency", 1, 9.0, None, 1.0, before, during, "s", amount=amount
    )


def test_a_cycle_of_calls_ends() -> None:
    found = clues([flow("a", 1.0, 3.0, 2.0), flow("b", 1.0, 2.0, 1.0)], CYCLE)

    assert [each.component for each in found] == ["a"]


def test_a_graph_of_components_that_no_signal_mentions_changes_nothing() -> None:
    signals = [flow("c", 1.0, 3.0, 2.0)]

    assert clues(signals, CYCLE) == clues(signals, Graph((), {}, {}))


def test_a_clue_at_an_unknown_component_is_no_candidate() -> None:
    ghost = Clue("ghost", "cpu", 3.0, flow("ghost", 1.0, 2.0, 1.0))

    assert scored((ghost,), {"a": "service"}, CYCLE, "a", load(Library())) == ()


def test_the_order_of_signals_changes_nothing() -> None:
    signals = [flow("a", 1.0, 3.0, 2.0), flow("b", 1.0, 9.0, 8.0), flow("c", 1.0, 2.0, 1.0)]

    assert clues(signals, CYCLE) == clues(signals[::-1], CYCLE)
