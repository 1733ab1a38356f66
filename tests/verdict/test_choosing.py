"""Which failure mode is the one that failed first, where one explains the others."""

from dataclasses import replace

from forensics.records.cause import Candidate, Edge, Ranking
from forensics.records.evidence import Statement
from forensics.records.finding import Finding, Findings
from forensics.verdict import choosing

EDGES = (
    Edge("web", "shop", "calls", "declared", 1.0),
    Edge("shop", "db", "calls", "declared", 1.0),
    Edge("shop", "node-1", "runs_on", "declared", 1.0),
    Edge("shop", "node-2", "runs_on", "declared", 1.0),
)
PLACES = ("shop", "node-1", "node-2", "web", "db", "resolver")


def finding(mode: str, component: str, fit: float = 1.0, *, is_seated: bool = False, **definition: bool) -> Finding:
    fits = (Statement("findings.fits", {"kind": "template"}),)
    return Finding(mode, "infrastructure", component, fit, None, fits, (), (), definition, is_seated)


def ranking() -> Ranking:
    candidates = tuple(
        Candidate(rank, name, "component", 1 / rank, 0.5 / rank, None, "", (), ())
        for rank, name in enumerate(PLACES, 1)
    )
    return Ranking(candidates, (), EDGES, ())


def chosen(*modes: Finding) -> tuple[str, str] | None:
    best = choosing.mode(Findings(modes, (), (), ()), ranking(), frozenset({"db"}))
    return None if best is None else (best.mode, best.component)


def test_what_the_part_itself_shows_wins_over_what_its_clients_say() -> None:
    assert chosen(finding("dns", "shop"), finding("dns", "resolver", is_seated=True)) == ("dns", "resolver")


def test_a_seat_counts_only_where_a_leading_candidate_shows_the_same() -> None:
    assert chosen(finding("dns", "shop"), finding("clock", "resolver", is_seated=True)) == ("dns", "shop")


def test_what_befell_a_component_on_several_nodes_is_its_own() -> None:
    both = (finding("oom", "shop"), finding("oom", "node-1"), finding("oom", "node-2"))

    assert chosen(*both) == ("oom", "shop")
    assert chosen(*both[:2]) == ("oom", "node-1")


def test_an_attack_explains_what_it_wears_out_below() -> None:
    worn = finding("cpu", "node-1", symptom=True)

    assert chosen(worn, finding("attack", "web", presses=True)) == ("attack", "web")
    assert chosen(worn, finding("attack", "db", presses=True)) == ("cpu", "node-1")


def test_a_symptom_yields_to_the_store_that_it_waits_for() -> None:
    assert chosen(finding("slow", "shop", symptom=True), finding("credits", "db")) == ("credits", "db")


def test_the_chance_of_a_seat_holds_what_its_clients_show_of_the_same() -> None:
    clients = (finding("dns", "shop"), finding("dns", "web"))
    seat = finding("dns", "resolver", is_seated=True)
    found = Findings((*clients, seat), (), (), ())

    assert round(choosing.chance(ranking(), found, "resolver", seat), 6) == round(0.5 + 0.125 + 0.5 / 6, 6)
    assert round(choosing.chance(ranking(), found, "resolver", replace(seat, is_seated=False)), 6) == round(0.5 / 6, 6)
