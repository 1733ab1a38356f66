import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from forensics.cli import gates
from forensics.cli.conditions import check, held, parse
from forensics.errors import ConditionError, UsageError

REPORT: dict[str, Any] = {
    "verdict": {"status": "identified", "confidence": 0.9, "summary": [{"text": "The pool | ran out."}]},
    "incident": {"title": "Pool <out>", "window": {"start": "2026-01-01T00:00:00Z", "end": "2026-01-01T01:00:00Z"}},
    "slo": [{"name": "availability", "met": True}],
    "bundle": {"coverage": {"rows": 90, "rejected": 10, "files_unread": 0}, "files": ["a"]},
    "remediation": {"immediate": [{"text": "Roll back."}]},
}


def test_junit_has_a_test_case_for_each_condition_and_fails_those_that_hold(tmp_path: Path) -> None:
    gates.write(REPORT, held(parse("identified,slo,unread=5%"), REPORT), tmp_path / "j.xml", None)

    suite = ElementTree.parse(tmp_path / "j.xml").getroot()
    failed = {case.get("name"): case.find("failure") is not None for case in suite}
    assert failed == {"identified": True, "slo": False, "unread": True}
    assert (suite.get("tests"), suite.get("failures")) == ("3", "2")


def test_what_xml_cannot_say_is_replaced() -> None:
    suite = ElementTree.fromstring(gates.as_junit({"slo": "not met: \x00\x1b<&>"}).encode())

    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "not met: \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}<&>"


def test_the_summary_says_the_verdict_and_each_condition_and_escapes(tmp_path: Path) -> None:
    gates.write(REPORT, held(parse("identified,slo"), REPORT), None, tmp_path / "s.md")

    said = (tmp_path / "s.md").read_text(encoding="utf-8")
    assert said.startswith("## Pool \\<out\\>\n")
    assert "| identified | failed: a root cause is identified |" in said
    assert "| slo | passed |" in said
    assert "The pool \\| ran out." in said


def test_a_summary_is_added_to_that_of_earlier_steps(tmp_path: Path) -> None:
    (tmp_path / "s.md").write_text("## Build\n", encoding="utf-8")

    gates.write(REPORT, {}, None, tmp_path / "s.md")

    assert (tmp_path / "s.md").read_text(encoding="utf-8") == f"## Build\n\n{gates.as_summary(REPORT, {})}"


def test_all_conditions_that_hold_are_named() -> None:
    with pytest.raises(ConditionError, match=r"a root cause is identified; 10\.0% was not read"):
        check(held(parse("identified,slo,unread=5%"), REPORT))
    check(held(parse("slo,unread=20%"), REPORT))


def test_junit_without_a_condition_is_refused_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="condition"):
        gates.wanted("", tmp_path / "j.xml")
    done = subprocess.run(
        [sys.executable, "-m", "forensics", "analyze", str(tmp_path), "-o", str(tmp_path / "o"), "--junit", str(tmp_path / "j.xml")],
        capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert not (tmp_path / "j.xml").exists()
