"""What stands on the pages of the PDF: the text that a reader sees, read back with Poppler."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from forensics import analysis, report
from forensics.library import Library
from forensics.records.options import Options
from forensics.report.view import view

pytestmark = [
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs Poppler's pdftotext"),
    # WeasyPrint leaves the file of its colour profile to the collector.
    pytest.mark.filterwarnings(
        "ignore::pytest.PytestUnraisableExceptionWarning",
        "ignore::ResourceWarning",
        "ignore:HarfBuzz-Subset:DeprecationWarning",
    ),
]


def pages(said: dict[str, Any], folder: Path) -> list[str]:
    """The text of each page, without white space: lines wrap where the paper ends."""
    path = folder / "report.pdf"
    path.write_bytes(report.render(said, "pdf", Library()))
    text = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True).stdout.decode()
    return ["".join(each.split()) for each in text.split("\f")[:-1]]


def test_the_pages_say_what_the_report_says_and_tell_the_story_first(sample: dict[str, Any], tmp_path: Path) -> None:
    printed = pages(sample, tmp_path)
    shown = view(sample)["show"]
    wanted = [tile["value"] for tile in shown["tiles"]] + [each[1] for each in shown["facts"]]
    wanted += [each["text"] for each in sample["verdict"]["summary"]]

    assert 6 <= len(printed) <= 12
    assert [text for text in wanted if "".join(text.split()) not in printed[0]] == []
    assert "Timeline" in printed[1]
    assert "Whattodo" in "".join(printed[:3])
    assert [each["title"] for each in sample["actions"] if "".join(each["title"].split()) not in "".join(printed)] == []


def test_nothing_redacted_stands_on_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORENSICS_REDACTION_KEY", str(tmp_path / "key"))
    private = ("jane.doe@shop.example", "10.9.8.7", "hunter2hunter2", "jdoe77", "4111111111111111")
    said = (*private[:2], f"password={private[2]}", f"user={private[3]}", "card 4111 1111 1111 1111")
    rows = [
        {"ts": f"2026-05-06T07:{n // 60:02d}:{n % 60:02d}Z", "level": "info", "service": "pay", "msg": "fine"}
        for n in range(0, 3000, 5)
    ]
    rows += [
        {"ts": f"2026-05-06T07:{50 + n % 10}:{n % 60:02d}Z", "level": "error", "service": "pay",
         "msg": f"charge failed for {said[n % len(said)]}"}
        for n in range(200)
    ]  # fmt: skip
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "app.ndjson").write_text("\n".join(json.dumps(row) for row in rows))
    found = report.as_json(analysis.run(tmp_path / "bundle", tmp_path / "case", Options(redact=True)))

    printed = "".join(pages(found, tmp_path))

    assert "chargefailed" in printed
    assert [each for each in private if each in printed] == []


def test_hostile_text_is_only_text_on_a_page(sample: dict[str, Any], tmp_path: Path) -> None:
    hostile = "<script>alert(1)</script> {{ 7 * 7 }} \u202egnp \x1b[31m javascript:alert(1)"
    sample["incident"]["title"] = hostile
    sample["verdict"]["summary"][0]["text"] = hostile
    sample["timeline"][0]["text"] = f"{hostile} {'a' * 10_000}"

    printed = "".join(pages(sample, tmp_path))
    body = (tmp_path / "report.pdf").read_bytes()

    assert "<script>alert(1)</script>{{7*7}}[U+202E]gnp" in printed
    assert not re.search("[\x1b\u202e]", printed)
    assert b"/JavaScript" not in body
    assert b"/URI (javascript" not in body
