"""``forensics why`` and ``why-not`` on a sample incident."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forensics", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "report"
    done = run("analyze", SAMPLE, "-o", folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    return folder


def test_why_shows_every_test_and_what_would_turn_the_verdict(out: Path) -> None:
    told = json.loads(run("why", out, "9c44d1e7", "--json").stdout)

    assert (told["verdict"], told["first_failed"], told["turned_to"]) == ("guilty", None, "cleared")
    assert [each["test"] for each in told["tests"]] == [
        "shipped", "time", "in force", "reach", "effect", "mechanism", "nothing explains it better",
    ]  # fmt: skip


def test_why_of_something_unknown_says_what_can_be_asked(out: Path) -> None:
    done = run("why-not", out, "nobody")

    assert (done.returncode, "no change, component or failure mode nobody" in done.stderr) == (2, True)
