"""Each change gets the verdict that its time, reach, effect and mechanism bear out, with the one reason that decides."""

from collections import Counter
from dataclasses import replace

import pytest

from forensics.library import Library
from forensics.records.cause import Judgement
from forensics.records.finding import Change, CodeFact, Finding, Findings
from forensics.records.window import MINUTE
from forensics.verdict import judging, shipping
from forensics.verdict.trial import Scene

ONSET = 600 * MINUTE
KINDS = Library().load("models", "causal")["change_effects"]["kind"]
POOL = CodeFact("pool_lowered", "maxConns", "50", "5", "db/pool.go", ("pool", "limit"), 0.9)
IDLE = CodeFact("idle_time_raised", "maxIdle", "5s", "50s", "db/pool.go", ("leak",), 0.9)
GROWS = CodeFact("unbounded_growth", "seen", "", "", "shop/a.go", ("memory", "unbounded_growth"), 0.9, is_slow=True)
MODE = Finding(
    "db_pool_exhausted", "resource_exhaustion", "shop", 1.0, ONSET, (), (), (), {"causes": ["pool", "holds_connection"]}
)


def commit(
    name: str, *facts: CodeFact, at: int = 590, effect: str = "x", path: str = "services/shop/db/pool.go"
) -> Change:
    return Change(name * 10, at * MINUTE, "commit", "", name * 10, "", name, (path,), (), effect, (), 0.9, facts)


def deploy(name: str, *ships: str, at: int = 592, component: str = "shop", kind: str = "deploy") -> Change:
    return Change(
        name, at * MINUTE, kind, component, "", "", name, (), tuple(each * 10 for each in ships), "", (), 0.15
    )


def judged(
    *changes: Change, mode: Finding | None = MODE, words: dict[str, float] | None = None
) -> dict[str, Judgement]:
    causes = dict.fromkeys(mode.definition["causes"], 1.0) if mode else {}
    scene = Scene(
        "shop",
        frozenset({"store"}),
        ONSET,
        causes,
        frozenset({"pool"}),
        words or {"pool": 3.0},
        (),
        KINDS,
        shipping.index(changes),
    )
    tried = judging.trials(Findings((), changes, (), ()), scene, {each.id: Counter({"pool": 1}) for each in changes})
    found = judging.guilty(tried, mode, scene)
    return {each.change_id: each for each in judging.judge(tried, found, scene)}


def test_what_was_live_reaches_and_can_do_it_is_guilty_and_so_is_what_carried_it() -> None:
    found = judged(commit("a", POOL), deploy("d1", "a"))

    assert {name: (each.verdict, each.reason.say) for name, each in found.items()} == {
        "aaaaaaaaaa": ("guilty", "verdict.fits"),
        "d1": ("guilty", "verdict.carried"),
    }


# What else happened beside the deploy d1, the change that is asked about, and the reason that clears it.
CLEARED = {
    "never deployed": ((deploy("d1"), commit("b", POOL, at=595)), "bbbbbbbbbb", "never_live"),
    "after the onset": ((commit("b", POOL), deploy("d2", "b", at=610)), "bbbbbbbbbb", "too_late"),
    "another service": ((commit("b", POOL, path="services/mail/a.go"), deploy("d2", "b", component="mail")), "bbbbbbbbbb", "no_reach"),
    "no effect": ((replace(commit("b"), effect="none: only comments"), deploy("d2", "b")), "bbbbbbbbbb", "no_effect"),
    "another mechanism": ((commit("b", GROWS), deploy("d2", "b")), "bbbbbbbbbb", "no_mechanism"),
    "the other way": ((commit("b", IDLE), deploy("d2", "b")), "bbbbbbbbbb", "wrong_direction"),
    "a flag turned back": (
        (replace(deploy("f1", kind="flag", at=500), undone_by="f2"), deploy("f2", kind="flag", at=520)), "f1", "taken_back"),
    "a time in the future": ((deploy("d2", at=9_000),), "d2", "too_late"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "name", "reason"), CLEARED.values(), ids=CLEARED.keys())
def test_a_change_is_cleared_with_the_one_reason_that_clears_it(
    changes: tuple[Change, ...], name: str, reason: str
) -> None:
    found = judged(*changes)[name]

    assert (found.verdict, found.reason.say) == ("cleared", f"verdict.{reason}")
    assert [each.holds for each in found.tests] == [True] * (len(found.tests) - 1) + [False]


def test_a_revert_that_is_reverted_leaves_the_change_in_force() -> None:
    first = replace(commit("a", POOL, at=500), undone_by="bbbbbbbbbb")
    second = replace(commit("b", at=520, effect="other"), undone_by="cccccccccc")
    third = commit("c", POOL, at=590)
    found = judged(
        first, deploy("d1", "a", at=501), second, deploy("d2", "b", at=521), third, deploy("d3", "c", at=591)
    )

    assert [found[name * 10].verdict for name in "abc"] == ["cleared", "cleared", "guilty"]


def test_two_that_explain_it_alike_are_both_possible() -> None:
    found = judged(commit("a", POOL), commit("b", POOL), deploy("d1", "a", "b"))

    assert {name: each.verdict for name, each in found.items()} == {
        "aaaaaaaaaa": "possible",
        "bbbbbbbbbb": "possible",
        "d1": "possible",
    }


def test_of_two_the_one_that_the_failure_names_is_guilty() -> None:
    bumps = [
        CodeFact("dependency_minor", name, "1.1", "1.2", "go.mod", ("pool",), 0.5, silent=0.3)
        for name in ("x.io/pgdriver", "x.io/cloud")
    ]

    found = judged(commit("a", bumps[0]), commit("b", bumps[1]), deploy("d1", "a", "b"), words={"pgdriver": 3.0})

    assert (found["aaaaaaaaaa"].verdict, found["bbbbbbbbbb"].verdict) == ("guilty", "cleared")


def test_a_commit_shipped_by_a_migration_is_as_guilty_as_by_a_deploy() -> None:
    found = judged(commit("a", POOL, path="db/7.sql"), deploy("m1", "a", kind="migration"))

    assert (found["aaaaaaaaaa"].verdict, found["m1"].verdict) == ("guilty", "guilty")


def test_a_commit_without_a_time_is_at_most_possible() -> None:
    found = judged(replace(commit("a", POOL), time=None), deploy("d1", at=400, component="mail"))

    assert (found["aaaaaaaaaa"].verdict, found["aaaaaaaaaa"].tests[0].holds) == ("possible", None)


def test_deploys_of_one_second_and_of_unknown_commits_are_all_judged() -> None:
    found = judged(deploy("d1", "q"), deploy("d2", "z"), deploy("d3"))

    assert sorted(found) == ["d1", "d2", "d3"]
    assert {each.verdict for each in found.values()} <= {"cleared", "possible"}


def test_a_failure_from_outside_is_not_blamed_on_what_fits_it_less() -> None:
    expired = replace(MODE, mode="certificate_expired", category="certificate", definition={"causes": ["certificate"]})
    ciphers = CodeFact("tls_changed", "ciphers", "", "", "tls.go", ("certificate",), 0.4)

    found = judged(commit("a", ciphers), deploy("d1", "a"), mode=expired)

    assert "guilty" not in {each.verdict for each in found.values()}


def test_what_fills_up_may_show_long_after_it_went_live() -> None:
    full = replace(MODE, definition={"causes": ["memory", "unbounded_growth"]})
    found = judged(commit("a", GROWS, at=100, path="services/shop/a.go"), deploy("d1", "a", at=101), mode=full)

    assert found["aaaaaaaaaa"].verdict == "guilty"


def test_many_changes_are_judged_each_once() -> None:
    changes = [commit("a", POOL), deploy("d1", "a")]
    changes += [
        replace(changes[0], id=f"{at:040x}", ref=f"{at:040x}", facts=(), effect="other", risk=0.15)
        for at in range(3_000)
    ]
    found = judged(*changes)

    assert (len(found), sum(each.verdict == "guilty" for each in found.values())) == (3_002, 2)
