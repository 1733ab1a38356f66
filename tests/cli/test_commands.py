import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forensics", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("out") / "report"
    done = run("analyze", SAMPLE, "-o", folder, "--format", "json")
    assert done.returncode == 0, done.stderr
    return folder


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['forensics', '--help']\nfrom forensics.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'polars', 'duckdb', 'sklearn', 'networkx', 'weasyprint', 'jinja2', 'numpy', 'yaml', 'drain3'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )

    assert subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False).returncode == 0


def test_a_wrong_word_is_answered_with_the_nearest() -> None:
    done = run("anlyze", SAMPLE)

    assert done.returncode == 2
    assert "Did you mean 'analyze'?" in done.stderr


def test_a_report_is_not_overwritten_without_force(out: Path) -> None:
    before = (out / "report.json").read_bytes()

    done = run("analyze", SAMPLE, "-o", out, "--format", "json")

    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (out / "report.json").read_bytes() == before


def test_query_answers_in_sql_and_touches_nothing_else(out: Path) -> None:
    done = run("query", out, "SELECT count(*) AS n FROM requests WHERE is_error", "--format", "json")
    refused = run("query", out, "COPY (SELECT 1) TO '/tmp/stolen.csv'")

    assert json.loads(done.stdout)["n"] > 4_000
    assert refused.returncode == 2
    assert not Path("/tmp/stolen.csv").exists()


def test_show_prints_the_lines_behind_evidence(out: Path) -> None:
    evidence = json.loads((out / "report.json").read_text())["evidence"]
    name = next(key for key, row in evidence.items() if row["kind"] == "line")

    done = run("show", out, name)

    assert f"{evidence[name]['file']}:{evidence[name]['first']}" in done.stdout
    assert evidence[name]["text"][:40] in done.stdout


def test_log_is_one_stream_in_order(out: Path) -> None:
    done = run("log", out, "--at", "2026-05-06T22:13:00Z", "--around", "30s", "--format", "jsonl")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["datetime"] for each in events] == sorted(each["datetime"] for each in events)
    assert {"changes", "logs"} <= {each["timestamp_desc"] for each in events}


def test_doctor_says_how_files_were_read_without_their_content() -> None:
    done = run("doctor", SAMPLE, "--json")

    files = {row["path"]: row for row in json.loads(done.stdout)["files"]}
    assert files["nginx/access.log.gz"]["format"] == "logs/nginx_access"
    assert all(row["format"] and row["rows"] for row in files.values())
    assert "Connection is not available" not in done.stdout


def test_render_makes_other_outputs_from_the_json(out: Path, tmp_path: Path) -> None:
    done = run("render", out / "report.json", "--format", "html,md", "-o", tmp_path)

    assert done.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "report.md"}


def test_verify_says_what_was_checked(out: Path) -> None:
    done = run("verify", out, SAMPLE)

    assert (done.returncode, done.stdout.startswith("checked 18 files")) == (0, True)


def test_a_condition_that_holds_gives_exit_code_8(tmp_path: Path) -> None:
    done = run("analyze", SAMPLE, "-o", tmp_path / "out", "--format", "json", "--fail-on", "identified")

    assert done.returncode == 8
    assert (tmp_path / "out" / "report.json").exists()


BAD = {
    "missing": (lambda path: None, 3),
    "empty folder": (lambda path: path.mkdir(), 3),
    "zero bytes": (lambda path: path.write_bytes(b""), 3),
    "broken gzip": (lambda path: path.write_bytes(b"\x1f\x8bgarbage"), 3),
    "invalid UTF-8": (lambda path: path.write_bytes(b"2026-05-06T07:08:09Z ERROR \xff\xfe\n" * 9), 0),
    "one endless line": (lambda path: path.write_bytes(b"x" * 50_000_000), 0),
    "cut JSON": (
        lambda path: path.write_text('[{"service": "a", "version": "1", "timestamp": "2026-05-06T07:08:09Z"}, {"ser'),
        0,
    ),
    "no times": (lambda path: path.write_text("something failed\nsomething else failed\n"), 0),
    "binary": (lambda path: path.write_bytes(bytes(range(256)) * 9), 3),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_well(name: str, tmp_path: Path) -> None:
    make, code = BAD[name]
    make(tmp_path / "bundle")

    done = run("analyze", tmp_path / "bundle", "-o", tmp_path / "out", "--format", "json")

    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out").exists() == (code == 0)
    if code == 0:
        found = json.loads((tmp_path / "out" / "report.json").read_text())
        assert found["verdict"]["status"] in ("inconclusive", "no_incident")
    else:
        assert len(done.stderr.splitlines()) >= 2


def test_a_window_outside_of_the_data_is_said(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_text("".join(f"2026-05-06T07:{minute:02d}:00Z INFO tick\n" for minute in range(60)))

    done = run(
        "analyze",
        tmp_path / "app.log",
        "-o",
        tmp_path / "out",
        "--start",
        "2027-01-01T00:00Z",
        "--end",
        "2027-01-01T01:00Z",
    )

    assert done.returncode == 0
    gaps = json.loads((tmp_path / "out" / "report.json").read_text())["data_gaps"]
    assert any("window" in gap["what"] for gap in gaps)


def test_formats_are_listed_detected_learned_and_checked(tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    log.write_text("2026-05-06 07:08:09,1 INFO [main] a.B: up\n2026-05-06 07:08:10,1 WARN [io-2] a.C: slow\n")
    draft = tmp_path / "app.toml"

    listed = json.loads(run("formats", "list", "--json").stdout)
    found = json.loads(run("formats", "detect", log, "--json").stdout)
    draft.write_text(run("formats", "learn", log).stdout)
    checked = run("formats", "check", draft)
    draft.write_text(draft.read_text().replace("title", "titel"))
    broken = run("formats", "check", draft)

    assert {"logs/haproxy", "metrics/exposition"} <= {each["format"] for each in listed}
    assert found["format"].startswith("logs/")
    assert checked.returncode == 0
    assert (broken.returncode, "did you mean title?" in broken.stderr) == (4, True)
