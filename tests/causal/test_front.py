"""Where users come in, on graphs that are made here."""

from forensics.causal.front import door, felt
from forensics.causal.graph import Graph
from forensics.records.signal import Signal

ROLES = {"shop": "service", "bank": "service", "mail": "service"}
CALLS = Graph((), {"shop": ("bank", "mail")}, {"bank": ("shop",), "mail": ("shop",)})


def flow(component: str, subject: str, size: float) -> Signal:
    return Signal("request_flow", component, subject, "latency", 1, size, None, 1.0, 1.0, 2.0, "s", amount=1.0)


def test_the_component_that_nobody_calls_is_the_door() -> None:
    assert door(CALLS, ROLES) == "shop"


def test_two_doors_alike_are_none() -> None:
    twins = Graph((), {"shop": ("bank",), "mail": ("bank",)}, {"bank": ("mail", "shop")})

    assert door(twins, ROLES) == ""


def test_no_topology_and_a_cycle_have_no_door() -> None:
    cycle = Graph((), {"shop": ("bank",), "bank": ("shop",)}, {"shop": ("bank",), "bank": ("shop",)})

    assert (door(Graph((), {}, {}), ROLES), door(cycle, ROLES)) == ("", "")


def test_what_moved_most_at_the_door_is_felt() -> None:
    signals = [flow("shop", "errors", 2.0), flow("shop", "latency_avg", 9.0), flow("bank", "errors", 20.0)]

    assert felt(signals, "shop") == "latency_avg"


def test_nothing_is_felt_where_nothing_moved() -> None:
    assert felt([flow("bank", "errors", 20.0)], "shop") == ""
