"""Runs the examples of docs/commands.md and compares, or with ``--write`` replaces, what they print.

An example is a ``console`` block: lines that start with ``$ forensics`` and, below each, its output. Where that ends
in a line of ``...``, only the first lines are shown. All run in order in one folder that holds the sample incident as
``incident-bundle``, and a diff as ``change.diff``.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "commands.md"
SAMPLE = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)
SHOWN = 12
CHANGE = """--- a/migrations/0042_drop_slow_index.sql
+++ b/migrations/0042_drop_slow_index.sql
@@ -0,0 +1,1 @@
+DROP INDEX orders_by_customer_idx;
"""


def outcome(command: str, folder: Path) -> str:
    """What ``command`` (a line without its ``$ ``) prints in ``folder``, and its exit code unless that is 0."""
    program, *arguments = shlex.split(command)
    if program != "forensics":
        raise SystemExit(f"{PAGE}: examples run forensics only: {command}")
    done = subprocess.run(
        [sys.executable, "-m", "forensics", *arguments],
        cwd=folder,
        env=os.environ | {"COLUMNS": "100", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = "\n".join(line.rstrip() for line in done.stdout.decode().splitlines()).strip("\n")
    return said if done.returncode == 0 else f"{said}\n[exit code {done.returncode}]".lstrip("\n")


def examples(block: str) -> Iterator[tuple[str, str]]:
    """The commands of a block, each with the output written below it."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, said = part.partition("\n")
        yield command, said.rstrip("\n")


def renewed(block: str, folder: Path) -> str:
    """The block with the output that its commands have now, cut where it was cut."""
    parts: list[str] = []
    for command, old in examples(block):
        lines = outcome(command, folder).splitlines()
        if old.endswith("..."):
            lines = [*lines[:SHOWN], "..."]
        parts.append("\n".join([f"$ {command}", *lines]))
    return "\n\n".join(parts) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Check the page, or write it anew; 1 when it is out of date."""
    old = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(SAMPLE, Path(place) / "incident-bundle")
        (Path(place) / "change.diff").write_text(CHANGE, encoding="utf-8")
        new = BLOCK.sub(lambda found: renewed(found.group(), Path(place)), old)
    if "--write" in arguments:
        PAGE.write_text(new, encoding="utf-8", newline="\n")
    elif new != old:
        print(f"{PAGE.relative_to(ROOT)} is out of date: run 'python tools/examples.py --write'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
