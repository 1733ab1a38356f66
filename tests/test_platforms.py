"""Reports are equal wherever they are made: locale, zone, console and order of files do not show."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"polars", "duckdb", "sklearn", "scipy", "numpy", "networkx", "weasyprint", "jinja2", "drain3", "rich"}
START = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)
MINUTES = 40
PLACES: Mapping[str, Mapping[str, str]] = {
    "C locale": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "cp1252 console": {"PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    # POSIX zone strings need no zone database: five and a half hours east, three and a half west, thirteen east.
    "Kolkata": {"TZ": "IST-5:30"},
    "St John's": {"TZ": "NST3:30NDT"},
    "Apia": {"TZ": "WST-13"},
}


def python(*arguments: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "TZ"))}
    # POLARS_MAX_THREADS keeps seven interpreters gentle to a small machine; it may not show in a report either.
    env = kept | {"POLARS_MAX_THREADS": "2", "PYTHONPATH": str(ROOT)} | settings
    return subprocess.run([sys.executable, *arguments], cwd=cwd, env=env, capture_output=True, check=False)


def log_line(minute: int, number: int) -> str:
    time = START + timedelta(minutes=minute, seconds=number * 6)
    fails = 20 <= minute < 30 and number % 3 == 0
    record = {
        "timestamp": time.isoformat(),
        "level": "ERROR" if fails else "INFO",
        "service": "checkout" if number % 2 else "payment",
        "message": f"Überweisung {number} für 注文 failed: pool timeout" if fails else f"order {number} paid → ok",
    }
    return json.dumps(record, ensure_ascii=False)


def files() -> dict[str, str]:
    lines = [log_line(minute, number) for minute in range(MINUTES) for number in range(10)]
    waiting = [9 if 20 <= minute < 30 else minute % 2 for minute in range(MINUTES)]
    rows = [
        f"{(START + timedelta(minutes=minute)).isoformat()},payment,pool_waiting,{value}"
        for minute, value in enumerate(waiting)
    ]
    window = {"start": (START + timedelta(minutes=20)).isoformat(), "end": (START + timedelta(minutes=30)).isoformat()}
    return {
        "app.log": "\n".join(lines) + "\n",
        "metrics.csv": "\n".join(["timestamp,service,metric,value", *rows]) + "\n",
        "incident.json": json.dumps({"title": "Überweisungen zu langsam", "window": window}, ensure_ascii=False),
    }


def bundle(folder: Path, *, backwards: bool = False) -> Path:
    made = folder / "bundle"
    made.mkdir()
    for name in sorted(files(), reverse=backwards):
        (made / name).write_text(files()[name], encoding="utf-8", newline="\n")
    return made


def analyze(folder: Path, out: str, **settings: str) -> dict[str, bytes]:
    """The documents that an analysis of ``folder/bundle`` writes, and what it prints."""
    done = python("-m", "forensics", "analyze", "bundle", "-o", out, "--format", "html,json,md", cwd=folder, **settings)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return {path.name: path.read_bytes() for path in sorted((folder / out).iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    bundle(folder)
    return folder


@pytest.fixture(scope="module")
def expected(home: Path) -> dict[str, bytes]:
    return analyze(home, "expected", LC_ALL="C.UTF-8", TZ="UTC", PYTHONHASHSEED="1")


@pytest.mark.parametrize("place", PLACES)
def test_reports_are_equal_in_every_place(place: str, home: Path, expected: dict[str, bytes]) -> None:
    assert analyze(home, place, PYTHONHASHSEED="2", **PLACES[place]) == expected


def test_reports_are_equal_in_any_order_of_files(tmp_path: Path, expected: dict[str, bytes]) -> None:
    bundle(tmp_path, backwards=True)

    assert analyze(tmp_path, "out", PYTHONHASHSEED="3", POLARS_MAX_THREADS="1") == expected


@pytest.mark.parametrize("place", PLACES)
def test_help_is_shown_in_every_place(place: str, tmp_path: Path) -> None:
    done = python("-m", "forensics", "--help", cwd=tmp_path, **PLACES[place])

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"forensics analyze ./incident-bundle/" in done.stdout


def test_help_imports_nothing_heavy(tmp_path: Path) -> None:
    say = (
        "import sys, forensics.cli\ntry: forensics.cli.main(['--help'])\nfinally: print(*sys.modules, file=sys.stderr)"
    )

    loaded = python("-c", say, cwd=tmp_path).stderr.decode().split()

    assert "click" in loaded
    assert HEAVY & set(loaded) == set()
