"""The collection script: it reads only, it runs, and each command fills what it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from forensics import clock, collection
from forensics.library import Library
from forensics.records.tables import TABLES
from forensics.records.window import Window

WINDOW = Window(clock.instant("2026-05-06T14:00Z"), clock.instant("2026-05-06T14:30Z"))
COMMANDS = [
    pytest.param(source, each, id=each.writes) for source in collection.sources(Library()) for each in source.commands
]
# Verbs by which the tools of models/collection only look.
READS = {
    "kubectl": r"kubectl (get|logs|rollout history|describe|top|version)\b",
    "promtool": r"promtool query\b",
    "git": r"git -C \S+ (log|show|status)\b",
    "aws": r"aws [\w-]+ (describe|get|list|filter|lookup)-",
    "gcloud": r"gcloud logging read\b",
    "az": r"az monitor [\w -]*\blist\b",
    "psql": r"psql \S+ --csv -c \"SELECT\b",
    "journalctl": r"journalctl --utc --output",
    "docker": r"docker (ps|logs|inspect)\b",
}


@pytest.mark.parametrize(("source", "each"), COMMANDS)
def test_a_command_only_reads_and_fills_a_table(source: collection.Source, each: collection.Command) -> None:
    uses = re.findall(rf"(?<![\w/-]){source.needs} [^|;)]*", each.run)

    assert each.gives in TABLES
    assert uses
    assert all(re.match(READS[source.needs], use) for use in uses)
    assert not re.search(r"(?<![2&])>(?!&|=)", re.sub(r"2>/dev/null|2>&1|timestamp>=", "", each.run))


def test_the_script_is_valid_shell_and_the_declaration_is_read(tmp_path: Path) -> None:
    files = collection.written(Library(), WINDOW)
    script = tmp_path / "collect.sh"
    script.write_text(files["collect.sh"])

    said = yaml.safe_load(files["incident.yaml"])

    assert subprocess.run([shutil.which("sh") or "sh", "-n", script], check=False).returncode == 0
    assert said["window"]["start"].isoformat() == "2026-05-06T14:00:00+00:00"


def test_the_script_keeps_what_a_tool_prints(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "journalctl"
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)
    script = tmp_path / "collect.sh"
    script.write_text(collection.written(Library(), WINDOW)["collect.sh"])

    done = subprocess.run(
        [shutil.which("sh") or "sh", script, tmp_path / "bundle"],
        env={"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin"}, capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip

    assert "kept    logs/journal.json" in done.stdout
    assert "2026-05-06 14:00:00 UTC" in (tmp_path / "bundle/logs/journal.json").read_text()


def test_what_would_settle_a_question_has_its_times_written_in() -> None:
    found = collection.settling(Library(), "alerts", WINDOW)

    assert any("--start=2026-05-06T14:00:00Z --end" in each.run.replace('"', "") for each in found)
