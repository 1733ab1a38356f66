"""``forensics templates``: what was logged how often, before and during the incident, and how two bundles differ."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forensics", "templates", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def bundle(folder: Path, failing: bool) -> Path:
    folder.mkdir()
    lines = [f"2026-05-06T10:{minute:02d}:00Z INFO web: served {minute} pages" for minute in range(30)]
    if failing:
        lines += [
            f"2026-05-06T10:{minute:02d}:30Z ERROR web: no answer from 10.0.0.{minute}" for minute in range(20, 30)
        ]
    (folder / "web.log").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundle(tmp_path_factory.mktemp("templates") / "failing", True)


def test_templates_are_listed_with_what_they_were_before_and_during(failing: Path) -> None:
    done = run(failing, "--start", "2026-05-06T10:20Z", "--end", "2026-05-06T10:30Z", "--json")

    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [
        (row["template"], row["count"], row["before"], row["during"], row["lift"], row["types"]) for row in rows
    ] == [
        ("no answer from <*>", 10, 0.0, 1.0, None, "address"),
        ("served <*> pages", 30, 1.0, 1.0, 1.0, "number"),
    ]
    assert rows[0]["components"] == ["web"]
    assert rows[0]["sparkline"].strip() == rows[0]["sparkline"][16:]


def test_two_bundles_and_two_windows_of_one_are_compared(failing: Path, tmp_path: Path) -> None:
    calm = bundle(tmp_path / "calm", False)
    bundles = run("--diff", calm, failing, "--csv")
    windows = run(
        failing, "--diff", "2026-05-06T10:00Z/2026-05-06T10:10Z", "2026-05-06T10:20Z/2026-05-06T10:30Z", "--csv"
    )

    assert [line.split(",")[0] for line in bundles.stdout.splitlines()] == ["change", "new"]
    assert bundles.stdout.splitlines()[1].endswith("no answer from <*>")
    assert windows.stdout.splitlines()[1].startswith("new,0.0,1.0")


def test_a_window_of_nothing_and_a_folder_without_logs_are_said(tmp_path: Path) -> None:
    nothing = run("--diff", "2026-05-06T10:00Z/2026-05-06T10:10Z", "2026-05-06T10:20Z/2026-05-06T10:30Z")
    (tmp_path / "a.json").write_text("{}", encoding="utf-8")
    empty = run(tmp_path)

    assert nothing.returncode == 2
    assert "is a window of nothing" in nothing.stderr
    assert empty.returncode == 2
    assert "no log messages" in empty.stderr
