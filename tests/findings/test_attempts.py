"""Failed sign-ins of many accounts are an attack; those of one account are a credential that is wrong."""

from pathlib import Path

import polars as pl
import pytest

from forensics.findings import attempts
from forensics.records.evidence import LineEvidence
from forensics.records.signal import Signal, Windows
from forensics.records.tables import TABLES
from forensics.records.window import Marks, Window
from forensics.store import Store

INCIDENT = Window(0, 3_600_000_000)
WINDOWS = Windows(INCIDENT, "declared", (), Marks())
FORMS = (
    "Failed password for invalid user u{n} from 203.0.113.{m} port 5022 ssh2",
    "authentication failure for account u{n} (invalid credentials), client 203.0.113.{m}",
    "login failed for u{n}@mail.example from 203.0.113.{m}: wrong password",
    "sign-in failed: username=u{n} ip=203.0.113.{m} reason=invalid_password",
)


def found(folder: Path, form: str, accounts: int) -> list[str]:
    store = Store(folder)
    lines = [form.format(n=number % accounts, m=number % 3) for number in range(60)]
    rows = [
        {
            **dict.fromkeys(TABLES["logs"]),
            "time": number,
            "component": "auth",
            "message": line,
            "file": "a",
            "line": number,
        }
        for number, line in enumerate(lines)
    ]
    store.write("logs", pl.DataFrame(rows, schema_overrides=dict.fromkeys(["time", "line"], pl.Int64)))
    signal = Signal(
        "template_rate", "auth", lines[0], "template", 1, 20.0, 0, 1.0, 0.0, 60.0, "/min", "", (LineEvidence("a", 0, 0, lines[0]),)
    )  # fmt: skip
    return [each.subject for each in attempts.facts(store, WINDOWS, [signal])]


@pytest.mark.parametrize("form", FORMS)
def test_many_accounts_are_an_attack(tmp_path: Path, form: str) -> None:
    assert found(tmp_path, form, 60) == ["failed sign-ins of 60 accounts from 3 addresses"]


@pytest.mark.parametrize("form", FORMS)
def test_one_account_is_none(tmp_path: Path, form: str) -> None:
    assert found(tmp_path, form, 1) == []
