from forensics.records.cause import Candidate, Edge, Ranking
from forensics.records.evidence import Statement
from forensics.records.finding import Finding, Findings
from forensics.verdict import choosing


def finding(mode: str, component: str, fit: float = 1.0, *, symptom: bool = False) -> Finding:
    fits = (Statement("findings.fits", {"kind": "template"}),)
    return Finding(mode, "infrastructure", component, fit, None, fits, (), (), {"symptom": symptom})


def chosen(*modes: Finding) -> tuple[str, str] | None:
    candidates = tuple(
        Candidate(rank, name, "component", 1 / rank, 0.5, None, "", (), ())
        for rank, name in enumerate(("shop", "mail", "host", "db"), 1)
    )
    edges = (
        Edge("shop", "mail", "calls", "declared", 1.0),
        Edge("shop", "host", "runs_on", "declared", 1.0),
        Edge("shop", "db", "calls", "declared", 1.0),
    )
    best = choosing.mode(Findings(modes, (), (), ()), Ranking(candidates, (), edges, ()), frozenset({"db"}))
    return None if best is None else (best.mode, best.component)


def test_a_symptom_yields_to_what_fits_beside_it() -> None:
    assert chosen(finding("a_symptom", "shop", symptom=True), finding("probe", "shop")) == ("probe", "shop")


def test_a_symptom_alone_is_told() -> None:
    assert chosen(finding("a_symptom", "shop", symptom=True), finding("probe", "shop", 0.5)) == ("a_symptom", "shop")


def test_a_failure_that_fits_at_the_node_as_well_began_there() -> None:
    assert chosen(finding("full", "shop", 0.67), finding("full", "host", 0.67)) == ("full", "host")
    assert chosen(finding("full", "shop", 0.67), finding("full", "mail", 0.67)) == ("full", "shop")


def test_a_failure_that_fits_at_a_store_as_well_began_there() -> None:
    assert chosen(finding("full", "shop", 0.67), finding("full", "db", 0.67)) == ("full", "db")
    assert chosen(finding("full", "shop", 0.67), finding("full", "db", 0.5)) == ("full", "shop")


def test_nothing_fits_nothing_is_told() -> None:
    assert chosen() is None
