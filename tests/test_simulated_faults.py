"""The simulated single faults: read to the last line, the same on every run, each with an innocent change; and their scorers."""

import hashlib
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from benchmarks import fault_cases, ordinary_logs
from forensics import analysis
from forensics.library import Library
from forensics.records.options import Options, silent
from tools.simulate.faults.truth import FAULTS, WRITERS, Fault, make

ONE_EACH = {each.estate: each for each in reversed(FAULTS)}
TRUTH = {
    "components": ["ledger"], "categories": ["certificate"], "guilty": "", "guilty_sha": "", "decoys": ["dep-37"],
    "decoy_shas": ["c0ffee12aa"], "related": ["ledger", "bookings"],
}  # fmt: skip


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_there_are_thirty_faults_with_names_of_their_own() -> None:
    assert Counter(each.name for each in FAULTS).most_common(1)[0][1] == 1
    assert len(FAULTS) == 30


@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.name)
def test_a_fault_has_an_innocent_change_beside_what_is_to_blame(fault: Fault) -> None:
    world = WRITERS[fault.estate][0](fault.name, 7)

    fault.build(world)

    changes = {each.id for each in world.changes}
    assert changes - {fault.guilty}
    assert not fault.guilty or fault.guilty in changes


@pytest.mark.parametrize("fault", ONE_EACH.values(), ids=lambda each: each.estate)
def test_an_estate_exports_the_same_bytes_and_every_file_is_read(fault: Fault, tmp_path: Path) -> None:
    make(fault, tmp_path / "one")
    make(fault, tmp_path / "two")

    _, store = analysis.read(
        tmp_path / "one", tmp_path / "case", tmp_path, Options(), Library(()), over=analysis.threads, progress=silent
    )

    assert hashes(tmp_path / "one") == hashes(tmp_path / "two")
    files = store.scan("files").select("path", "format", "rows", "rejected").collect().sort("path")
    unread = [row for row in files.rows() if not row[1] or not row[2] or row[3]]
    assert unread == []


def test_a_right_report_scores_in_full() -> None:
    verdict = {"first_failing_component": "ledger", "category": "certificate", "change": None}

    assert fault_cases.score({"verdict": verdict, "health": []}, TRUTH) == {
        "component": True, "category": True, "change": True, "decoy": False, "unrelated": [],
    }  # fmt: skip


def test_a_blamed_innocent_and_a_far_critical_check_are_seen() -> None:
    verdict = {"first_failing_component": "auth", "category": "unknown", "change": "c0ffee12"}
    health = [
        {"status": "critical", "component": "auth", "check": "cpu"},
        {"status": "critical", "component": "bookings", "check": "errors"},
    ]

    assert fault_cases.score({"verdict": verdict, "health": health}, TRUTH) == {
        "component": False, "category": False, "change": False, "decoy": True, "unrelated": ["auth: cpu"],
    }  # fmt: skip


def test_the_labels_of_ordinary_logs_name_what_they_match_once() -> None:
    labels = tomllib.loads(ordinary_logs.LABELS.read_text(encoding="utf-8"))

    entries = [each for said in labels.values() for each in (*said.get("wrong", ()), *said.get("looks", ()))]

    assert len(labels) == 10
    assert all(re.compile(each["match"]) and each["lines"] > 0 and each["what"] for each in entries)


def test_a_label_with_a_wrong_count_is_told() -> None:
    entry = {"what": "A disk is full", "match": "is full", "lines": 2}

    assert list(ordinary_logs.miscounted([entry], ["disk sda is full", "disk sda is half empty"])) == [
        "A disk is full: 1 lines, not 2"
    ]


def test_a_finding_counts_as_listed_by_its_lines_and_its_mode() -> None:
    wrong = [{"what": "A disk is full", "match": "is full", "lines": 1, "modes": ["storage_full"]}]

    assert ordinary_logs.listed("storage_full", ["disk sda is full"], wrong)
    assert ordinary_logs.listed("", ["disk sda is full"], wrong)
    assert not ordinary_logs.listed("dns_failure", ["disk sda is full"], wrong)
    assert not ordinary_logs.listed("storage_full", ["disk sda is new"], wrong)
