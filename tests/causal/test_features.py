"""What speaks for a component, from signals that are made here."""

from forensics.causal.features import clues
from forensics.causal.graph import Graph
from forensics.records.signal import Signal


def flow(component: str, amount: float, during: float = 2.0, quantity: str = "latency") -> Signal:
    metric = f"{quantity}_average"
    return Signal("request_flow", component, metric, quantity, 1, 50.0, None, 60.0, 1.0, during, "s", amount=amount)


def graph(*calls: tuple[str, str]) -> Graph:
    callees: dict[str, tuple[str, ...]] = {}
    callers: dict[str, tuple[str, ...]] = {}
    for source, target in calls:
        callees[source] = (*callees.get(source, ()), target)
        callers[target] = (*callers.get(target, ()), source)
    return Graph((), callees, callers)


def values(signals: list[Signal], known: Graph, **options: str) -> dict[tuple[str, str], float]:
    return {
        (each.component, each.kind): round(each.value, 3)
        for each in clues(signals, known, symptom_metric=options.get("symptom_metric", ""))
    }


def test_what_a_callee_adds_is_taken_off_its_caller() -> None:
    found = values([flow("shop", 10.0), flow("pay", 10.0)], graph(("shop", "pay")))

    assert list(found) == [("pay", "extra_time")]


def test_what_a_caller_adds_beyond_its_callee_is_left() -> None:
    found = values([flow("shop", 30.0), flow("pay", 10.0)], graph(("shop", "pay")))

    assert round(found["shop", "extra_time"] / found["pay", "extra_time"], 2) == 2.0


def test_callees_that_all_fail_alike_point_at_their_caller() -> None:
    known = graph(("shop", "pay"), ("shop", "mail"), ("shop", "stock"))
    failing = [flow(name, 5.0, 2.0, "errors") for name in ("pay", "mail", "stock")]

    assert [name for name, _ in values([flow("shop", 15.0, 2.0, "errors"), *failing], known)] == ["shop"]


def test_slowness_explains_no_failure() -> None:
    signals = [flow("shop", 10.0), flow("pay", 10.0, quantity="availability")]

    found = values(signals, graph(), symptom_metric="availability_average")

    assert found["shop", "extra_time"] == round(found["pay", "extra_failures"] / 10, 3)


def test_time_lost_on_an_edge_is_what_the_callees_own_edges_do_not_explain() -> None:
    def edge(source: str, target: str, amount: float) -> Signal:
        return Signal(
            "level_shift", source, "edge_ms", "latency", 1, 50.0, None, 1.0, 1.0, 2.0, "s", target, amount=amount
        )

    found = values([edge("shop", "pay", 10.0), edge("pay", "bank", 10.0)], graph())

    assert list(found) == [("bank", "gap_into")]
