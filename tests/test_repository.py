"""The repository keeps its own rules (STYLE sections 1 and 7), and the wheel carries what it needs."""

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from forensics.library import KINDS, Library

ROOT = Path(__file__).resolve().parent.parent
DATA = ("parsers", "models", "report_templates", "sample_data")
EMPTY_NAMES = {"utils", "helpers", "common", "misc", "manager", "base", *DATA}
MAX_FILE, MAX_FUNCTION = 300, 40
# Brackets keep these patterns from finding themselves.
FORBIDDEN = (
    r"https?://[^\s\"'<>]+/s[i]mple\b",
    r"index-u[r]l",
    r"p[y]pi\.org|p[y]thonhosted\.org|registry\.n[p]mjs|deb\.d[e]bian\.org|python\.p[k]g\.dev",
    r"(?<![\w.])/w[o]rk/(main|shared|\.library)\b",
    r"(?<![\w.])/r[o]ot/\.?(pyenv|config|cache)",
    r"(?<![\w.])/t[m]p/(v/|plan|chk|roots)",
)


def tracked() -> list[Path]:
    """Files under version control, or, in an exported tree, all that a build or a run has not made."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
        paths = [ROOT / name for name in listed.decode().split("\0") if name]
    else:
        made = re.compile(r"^\.(?!ci|git(ignore|attributes))|__pycache__|-report$|^dist$|^build$")
        paths = [path for path in ROOT.rglob("*") if not any(map(made.search, path.relative_to(ROOT).parts))]
    return sorted(path for path in paths if path.is_file())


def texts() -> Iterator[tuple[str, str]]:
    for path in tracked():
        body = path.read_bytes()
        if b"\0" not in body:
            yield path.relative_to(ROOT).as_posix(), body.decode("utf-8", errors="replace")


def modules() -> list[Path]:
    return sorted((ROOT / "forensics").rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Each function's name and its lines, docstring left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node) is not None:
                lines -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            yield node.name, lines


def test_no_registry_and_no_path_of_a_machine_is_named() -> None:
    pattern = re.compile("|".join(FORBIDDEN))

    found = [f"{name}: {match.group()}" for name, text in texts() for match in pattern.finditer(text)]

    assert found == []


def test_data_folders_hold_no_python() -> None:
    assert [path for kind in DATA for path in (ROOT / kind).rglob("*.py*")] == []


def test_files_stay_short() -> None:
    lengths = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}

    assert {name: lines for name, lines in lengths.items() if lines >= MAX_FILE} == {}


def test_functions_stay_short() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in modules()}

    long = [
        f"{path.relative_to(ROOT)}: {name} has {lines} lines"
        for path, tree in trees.items()
        for name, lines in functions(tree)
        if lines >= MAX_FUNCTION
    ]

    assert long == []


def test_every_module_has_a_name_that_says_something() -> None:
    names = {part for path in modules() for part in path.relative_to(ROOT).with_suffix("").parts}

    assert names & EMPTY_NAMES == set()


def test_relative_links_in_documents_lead_somewhere() -> None:
    link = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")

    broken = [
        f"{name}: {target}"
        for name, text in texts()
        if name.endswith(".md") and not name.startswith("sample_data/")
        for target in link.findall(text)
        if not ((ROOT / name).parent / target).exists()
    ]

    assert broken == []


def test_the_lock_pins_every_dependency_and_names_no_place() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pin = re.compile(r"[A-Za-z0-9._-]+==[\w.]+( ; .+)?")

    assert [line for line in lines if not line.startswith("#") and not pin.fullmatch(line)] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip does."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_the_data_folders(wheel: Path) -> None:
    listed = {path.relative_to(ROOT) for path in tracked() if path.relative_to(ROOT).parts[0] in DATA}

    package = wheel / "forensics"
    carried = {path.relative_to(package) for path in package.rglob("*") if path.is_file()}

    assert listed - carried == set()


def test_an_installed_wheel_finds_its_definitions(wheel: Path) -> None:
    say = "from forensics.library import Library, PACKAGE; print(PACKAGE, Library().sha256())"

    said = subprocess.run(
        [sys.executable, "-c", say],
        cwd=wheel,
        env=os.environ | {"PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.split() == [str(wheel / "forensics"), Library().sha256()]
    assert all((wheel / "forensics" / kind).is_dir() for kind in KINDS)


def test_the_wheel_offers_the_command(wheel: Path) -> None:
    (entry_points,) = wheel.glob("*.dist-info/entry_points.txt")

    assert "forensics = forensics.cli:main" in entry_points.read_text(encoding="utf-8")


def test_the_scripts_are_executable_shell() -> None:
    for script in ("dev", ".ci/run"):
        assert os.access(ROOT / script, os.X_OK)
    assert (ROOT / "dev").read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", "dev"], cwd=ROOT, check=False).returncode == 0
