import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forensics import batch
from forensics.batch import working
from forensics.errors import UsageError
from forensics.library import Library
from forensics.records.options import Options

ROOT = Path(__file__).resolve().parent.parent.parent
LINE = "2026-05-06T07:{minute:02}:{second:02}Z {level} {text}\n"


def bundle(folder: Path, text: str = "no space left on device") -> Path:
    folder.mkdir(parents=True)
    lines = [
        LINE.format(minute=n // 60, second=n % 60, level="ERROR" if n > 1500 else "INFO", text=text if n > 1500 else "served")
        for n in range(0, 2400, 12)
    ]  # fmt: skip
    (folder / "app.log").write_text("".join(lines))
    return folder


@pytest.fixture
def both(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        bundle(tmp_path / "in" / name)
    (tmp_path / "in" / "empty").mkdir()
    (tmp_path / "in" / "empty" / "nothing.log").write_text("")
    return tmp_path / "in"


def plan(out: Path) -> batch.Plan:
    return batch.Plan(batch.prepared(out), ("json",), Options(), 2, 1 << 30)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def command(both: Path, out: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "forensics",
        "batch",
        str(both),
        "-o",
        str(out),
        "--workers",
        "2",
        "--format",
        "json",
    ]


def test_bundles_are_found_wherever_they_stand(tmp_path: Path) -> None:
    bundle(tmp_path / "a" / "plain")
    bundle(tmp_path / "a" / "cased" / "bundle")
    bundle(tmp_path / "a" / "split" / "logs")
    bundle(tmp_path / "b" / "plain")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "packed.tar.gz").write_bytes(b"x")
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "report.json").write_text("{}")

    found = batch.seek([tmp_path])

    assert [each.name for each in found] == ["cased", "packed", "plain", "plain-2", "split"]
    assert next(each for each in found if each.name == "split").path == tmp_path / "a" / "split"


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no bundles in"):
        batch.seek([tmp_path])


def test_a_broken_bundle_fails_alone_and_an_interrupted_run_comes_to_the_same(both: Path, tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    done = subprocess.run(command(both, whole), cwd=ROOT, capture_output=True, text=True, check=False)
    started = subprocess.Popen(command(both, cut), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while (
        started.poll() is None
        and not (cut / "one" / "report.json").exists()
        and not (cut / "two" / "report.json").exists()
    ):
        time.sleep(0.01)
    started.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGKILL)
    started.wait()

    again = subprocess.run(command(both, cut), cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == again.returncode == 1
    assert "failed empty" in again.stderr
    assert "(0 of them before)" not in again.stdout
    assert contents(cut) == contents(whole)
    said = json.loads((whole / "index.json").read_text())
    assert (said["counts"]["bundles"], said["counts"]["failed"]) == (3, 1)
    assert said["recurs"]["incidents"] == 2
    assert b"Not analyzed" in (whole / "index.html").read_bytes()


def test_an_archive_of_random_bytes_fails_alone(tmp_path: Path) -> None:
    bundle(tmp_path / "in" / "one")
    (tmp_path / "in" / "packed").mkdir()
    (tmp_path / "in" / "packed" / "noise.zip").write_bytes(bytes(n * 7919 % 251 for n in range(5000)))

    noise, one = batch.run(batch.seek([tmp_path / "in"]), plan(tmp_path / "out"), lambda *_: None)

    assert (noise.bundle.name, noise.row, one.error) == ("noise", None, "")
    assert "noise.zip" in noise.error


def test_a_process_that_dies_fails_its_bundle_alone(
    both: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fatal = tmp_path / "sitecustomize.py"
    fatal.write_text(
        "import os\nfrom forensics.batch import working\nwas = working.analyzed\n"
        "def now(job):\n    if job.bundle.name == 'two': os._exit(9)\n    return was(job)\nworking.analyzed = now\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{ROOT}")
    found = [each for each in batch.seek([both]) if each.name != "empty"]

    outcomes = batch.run(found, plan(tmp_path / "out"), lambda *_: None)

    assert {each.bundle.name: each.row is not None for each in outcomes} == {"one": True, "two": False}
    assert "exit code 9" in next(each.error for each in outcomes if each.row is None)


def test_changed_content_is_done_again_and_the_review_is_kept(tmp_path: Path) -> None:
    place = bundle(tmp_path / "in" / "one")
    found = batch.seek([tmp_path / "in"])
    out = batch.prepared(tmp_path / "out")
    job = working.Job(found[0], out, ("json",), Options(), "key", keeps_case=False)
    working.analyzed(job)
    assert working.done(job) is not None
    (out / "one" / "review.yaml").write_text("verdict: {}\n")

    (place / "app.log").write_text((place / "app.log").read_text() + "2026-05-06T08:00:00Z INFO more\n")

    assert working.done(job) is None
    working.analyzed(job)
    assert (out / "one" / "review.yaml").exists()


def test_a_folder_of_something_else_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"x")

    with pytest.raises(UsageError, match="not empty and no batch"):
        batch.prepared(tmp_path)


def test_a_cell_is_never_a_formula(tmp_path: Path) -> None:
    found = batch.seek([bundle(tmp_path / "x")])
    outcome = batch.Outcome(found[0], None, "=cmd|' /C calc'!A0")

    files = batch.index([outcome], tmp_path, ("json",), Library())

    (row,) = csv.DictReader(files["index.csv"].decode().splitlines())
    assert row["error"] == "'=cmd|' /C calc'!A0"
