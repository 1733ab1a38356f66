"""What may not leave the machine: secrets always, people and ids when asked, in every output; and evidence still verifies."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from forensics import analysis, redaction, report, verification
from forensics.library import Library
from forensics.records.options import Options
from forensics.redaction import Redactor

RULES = redaction.rules(Library())
SECRETS = (
    "hunter2hunter2", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjMifQ.c2lnbmF0dXJl", "AKIAIOSFODNN7EXAMPLE", "4111 1111 1111 1111",
    "9f8e7d6c5b4a3f2e1d",
)  # fmt: skip
PEOPLE = ("jane.doe@shop.example", "10.9.8.7", "Jane Doe", "u-553311", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "jdoe77")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("dial postgres://app:hunter2@db:5432/shop", "dial postgres://app:[secret]@db:5432/shop"),
        ('{"password": "s3cr3t!x", "n": 1}', '{"password": "[secret]", "n": 1}'),
        ("Authorization: Bearer abc123def456ghi789", "Authorization: Bearer [secret]"),
        ("card 4111 1111 1111 1111 declined", "card [card] declined"),
        ("card 4111 1111 1111 1112 declined", "card 4111 1111 1111 1112 declined"),
        ("token expired, password incorrect", "token expired, password incorrect"),
        ("the token: invalid_signature_given", "the token: invalid_signature_given"),
        ("at 1778105663214000 in build 4.8.1.2", "at 1778105663214000 in build 4.8.1.2"),
        ("from jane@shop.example at 10.0.0.1", "from jane@shop.example at 10.0.0.1"),
    ],
)
def test_secrets_go_and_what_looks_alike_stays(text: str, left: str) -> None:
    assert Redactor(RULES).text(text) == left


def test_equal_people_get_equal_names_that_depend_on_the_key() -> None:
    text = "jane@shop.example wrote, then jane@shop.example called bob@shop.example"

    first, again, other = (Redactor(RULES, key).text(text) for key in (b"a", b"a", b"b"))
    names = redaction.PLACEHOLDER.findall(first)

    assert first == again != other
    assert names[0] == names[1] != names[2]


def test_a_name_that_was_seen_in_a_field_goes_everywhere() -> None:
    redactor = Redactor(RULES, b"key")
    redactor.learn(["Author: Jane Doe <jane@shop.example>"])

    assert "Jane" not in redactor.text("deploy by Jane Doe, said Jane Doe.")


def test_redacting_twice_is_redacting_once() -> None:
    redactor = Redactor(RULES, b"key")
    text = "user=jdoe77 from 10.9.8.7 with password=hunter2hunter2 wrote jane@shop.example"

    once = redactor.text(text)

    assert redactor.text(once) == once


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with secrets and people wherever a bundle has text."""
    folder = tmp_path_factory.mktemp("private") / "bundle"
    folder.mkdir()
    rows = [
        {
            "ts": f"2026-05-06T07:{minute:02d}:{second:02d}Z",
            "level": "info",
            "service": "pay",
            "msg": "fine",
            "user": "u-553311",
        }
        for minute in range(50)
        for second in range(0, 60, 5)
    ]
    for n in range(200):
        what = [*SECRETS, *PEOPLE][n % (len(SECRETS) + len(PEOPLE))]
        said = f"password={what}" if what == SECRETS[0] else f"refresh_token={what}" if what == SECRETS[4] else what
        said = f"user={what}" if what in ("jdoe77", "u-553311") else said
        rows.append(
            {
                "ts": f"2026-05-06T07:{50 + n % 10}:{n % 60:02d}Z", "level": "error", "service": "pay",
                "msg": f"charge failed for {said}", "user_name": "Jane Doe",
            }
        )  # fmt: skip
    (folder / "app.ndjson").write_text("\n".join(json.dumps(row) for row in rows))
    deploy = {
        "timestamp": "2026-05-06T07:49:00Z", "service": "pay", "commit_sha": "abcdef1234", "version": "1",
        "title": "Merged for jane.doe@shop.example with api_key=9f8e7d6c5b4a3f2e1d",
    }  # fmt: skip
    (folder / "deploys.json").write_text(json.dumps([deploy]))
    return folder


def outputs(found: dict[str, Any]) -> str:
    """Everything that would be written or shown, as one text; streams of the PDF inflated."""
    forms = {form: report.render(found, form, Library()) for form in ("json", "html", "md")}
    screen = report.terminal(found, width=100, color=False, written=())
    return "\n".join(each.decode() for each in forms.values()) + screen


@pytest.mark.parametrize("people", [False, True])
def test_nothing_survives_in_any_output_and_evidence_verifies(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, people: bool
) -> None:
    monkeypatch.setenv("FORENSICS_REDACTION_KEY", str(tmp_path / "key"))
    found = report.as_json(analysis.run(bundle, tmp_path / "case", Options(redact=people)))

    written = outputs(found)

    gone = [*SECRETS, *(PEOPLE if people else ())]
    assert [each for each in gone if each in written] == []
    assert found["redaction"]["secret"] > 0
    assert ("user" in found["redaction"]) == people
    assert verification.verify(found, bundle).mismatches == ()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::ResourceWarning",
    "ignore:HarfBuzz-Subset:DeprecationWarning",
)
def test_the_attachment_of_the_pdf_holds_nothing_either(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORENSICS_REDACTION_KEY", str(tmp_path / "key"))
    found = report.as_json(analysis.run(bundle, tmp_path / "case", Options(redact=True)))

    body = report.render(found, "pdf", Library())

    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
    plain = b"".join(inflated(each) for each in streams)
    assert b"charge failed" in plain
    assert [each for each in (*SECRETS, *PEOPLE) if each.encode() in plain + body] == []


def inflated(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return b""
