import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forensics import history
from forensics.errors import DefinitionError
from forensics.findings.changes import facts, knowledge
from forensics.history.prechecking import Match
from forensics.library import Library
from forensics.records.finding import Change, CodeFact
from forensics.records.history import Blame, Incident, as_json, from_json
from forensics.report import effects

KIN = history.kinship(Library())
KNOWN = knowledge.load(Library())


def diff(path: str, body: str) -> str:
    return f"--- a/{path}\n+++ b/{path}\n@@ -1,3 +1,3 @@\n{body}\n"


def read(path: str, body: str) -> tuple[CodeFact, ...]:
    return facts.read(diff(path, body), (path,), KNOWN)[1]


def past(path: str, body: str, **changed: object) -> Incident:
    blame = Blame("identified", "code_defect", change="c0ffee")
    made = Incident(
        id="INC-12", title="Out of connections", start=0, end=1, severity="", text="", machine=blame, reviewed=None,
        fixed_by=("Roll back.",), actions=(), components=(), facts={}, figures={}, budgets=(), effects=(), source={},
        code=read(path, body),
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


def matches(new: tuple[str, str], incident: Incident) -> tuple[Match, ...]:
    return history.precheck(read(*new), [incident], KIN)


LOWERED = ("settings.yaml", "-db_pool_size: 50\n+db_pool_size: 5")


def test_a_bound_lowered_again_under_another_name_matches() -> None:
    (match,) = matches(("ledger/conf.py", "-MAX_POOL_CONNS = 40\n+MAX_POOL_CONNS = 8"), past(*LOWERED))

    assert (match.new.kind, match.past.subject, match.incident.id) == ("pool_lowered", "db_pool_size", "INC-12")


@pytest.mark.parametrize(
    "harmless",
    [
        ("settings.yaml", "-db_pool_size: 50\n+db_pool_size: 80"),
        ("settings.yaml", "-db_pool_size: 50\n+db_pool_size: 48"),
        ("settings.yaml", "-# a pool of 50\n+# a pool of 5"),
        ("settings.yaml", "-greeting_length: 50\n+greeting_length: 5"),
        ("worker.go", '+log.Info("pool lowered")'),
    ],
)
def test_what_does_not_do_the_same_is_left_alone(harmless: tuple[str, str]) -> None:
    assert matches(harmless, past(*LOWERED)) == ()


def test_a_fact_that_needs_a_name_matches_only_a_kindred_one() -> None:
    incident = past("q.py", '-row["invoice_total"]\n+row["invoice_sum"]')

    assert matches(("z.py", '-x["invoice_tax"]\n+x["invoice_vat"]'), incident) != ()
    assert matches(("z.py", '-x["shelf_width"]\n+x["shelf_breadth"]'), incident) == ()


def test_people_who_blamed_something_else_are_heard() -> None:
    elsewhere = past(*LOWERED, reviewed=Blame("identified", "infrastructure"))
    agreed = past(*LOWERED, reviewed=Blame("identified", "code_defect", change="c0ffee"))

    assert matches(LOWERED, elsewhere) == ()
    assert len(matches(LOWERED, agreed)) == 1


def test_what_only_came_along_with_the_cause_is_not_flagged() -> None:
    incident = past(*LOWERED)
    slight = replace(incident.code[0], kind="retry_added", causes=("retry",), risk=0.3)

    assert [
        fact.kind for fact in history.prechecking.caused(replace(incident, code=(*incident.code, slight)), KIN)
    ] == ["pool_lowered"]


def test_facts_survive_being_stored_and_older_incidents_have_none() -> None:
    incident = past(*LOWERED)
    stored = json.loads(json.dumps(as_json(incident)))
    assert from_json(stored) == incident

    del stored["code"]
    assert from_json(stored) == replace(incident, code=())


def test_a_broken_kinship_file_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "models" / "history"
    place.mkdir(parents=True)
    (place / "kinship.toml").write_text('named = []\nmute = []\ncommon = []\nrisk_share = "much"\nguilty_share = 1.0\n')

    with pytest.raises(DefinitionError, match=r"kinship\.toml"):
        history.kinship(Library((tmp_path,)))


def run(folder: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forensics", "precheck", *arguments, "--history", str(folder)],
        input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("past") / "h"
    history.opened(place, new=True).add(past(*LOWERED))
    return place


def test_the_command_shows_both_sides_and_ends_with_eight(folder: Path) -> None:
    done = run(folder, "-", given=diff("conf.py", "-MAX_POOL_CONNS = 40\n+MAX_POOL_CONNS = 8"))

    assert done.returncode == 8, done.stderr
    assert "pool lowered: MAX_POOL_CONNS 40 to 8: like what caused INC-12" in done.stdout
    assert "line 4 of the diff: -MAX_POOL_CONNS = 40" in done.stdout
    assert "db_pool_size 50 to 5 in settings.yaml (c0ffee)" in done.stdout


def test_json_has_the_match_and_harmless_ends_with_zero(folder: Path) -> None:
    guilty = run(folder, "-", "--json", given=diff("conf.py", "-MAX_POOL_CONNS = 40\n+MAX_POOL_CONNS = 8"))
    harmless = run(folder, "-", "--json", given=diff("conf.py", "-# forty\n+# eight"))

    (match,) = json.loads(guilty.stdout)["matches"]
    assert (match["incident"]["id"], match["now"]["line"], match["then"]["path"]) == ("INC-12", 4, "settings.yaml")
    assert (harmless.returncode, json.loads(harmless.stdout)["matches"]) == (0, [])


@pytest.mark.parametrize("arguments", [("-",), ("there-is-none.diff",)])
def test_what_is_no_diff_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    done = run(folder, *arguments, given="hello\n")

    assert done.returncode == 2
    assert "diff" in done.stderr


def test_a_report_carries_the_facts_of_its_guilty_change_into_a_history(sample: dict[str, Any]) -> None:
    guilty = [each for each in sample["changes"] if each["verdict"] == "guilty" and each["kind"] == "commit"]
    kept = history.digest(sample, history.load(Library()), "INC-1")

    assert {fact["kind"] for each in guilty for fact in each["facts"]} == {"index_dropped"}
    assert not any(each["facts"] for each in sample["changes"] if each["verdict"] != "guilty")
    assert kept.effects == ("index_dropped",)
    assert len(matches(("m.sql", "+DROP INDEX orders_by_day;"), kept)) == 1
    assert matches(("m.sql", "+CREATE INDEX orders_by_day ON orders (day);"), kept) == ()


def test_values_that_may_be_secrets_stay_out_of_reports() -> None:
    change = Change(
        "c", 0, "commit", "", "", "", "", (), (), "", (), facts=read("c.yaml", "-token: abcdef\n+token: ghijkl")
    )

    assert [(fact.before, fact.after) for fact in effects.facts(change)] == [("", "")]
