"""Which folders and archives below a folder are bundles."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from forensics.errors import BundleError, UsageError

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst")
DECLARED = ("incident.yaml", "incident.yml", "incident.json")
# Folders of these names are parts of a bundle, not bundles beside one another.
PARTS = frozenset(
    [
        "alerts", "app", "business", "changes", "cloud", "cluster", "commits", "config", "db", "deploys", "diffs", "events", "flags", "git",
        "k8s", "kubernetes", "log", "logs", "metrics", "monitoring", "network", "notes", "prometheus", "state", "system", "topology",
        "traces", "tracing",
    ]
)  # fmt: skip
DEEPEST = 12
BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A bundle: where it is, the name its report gets, and its bytes on disk."""

    name: str
    path: Path
    size_bytes: int


def seek(roots: Sequence[Path]) -> tuple[Found, ...]:
    """The bundles at or below ``roots``, by name; names that clash get a number.

    A folder is a bundle when it holds incident.yaml, a plain file, or folders named as parts of one (logs, metrics); a folder
    named ``bundle`` in it is the bundle instead. A folder of archives holds a bundle in each. Reports of ours are none.

    Raises:
        UsageError: a root is missing, or nothing is found.
    """
    paths: list[Path] = []
    for root in roots:
        if not root.exists():
            raise UsageError(f"there is no {root}", hint="Name folders that hold bundles.")
        paths += [root] if root.is_file() else _below(root, 0)
    if not paths:
        raise UsageError(
            f"no bundles in {', '.join(map(str, roots))}",
            hint="Name folders whose folders or archives hold exported data.",
        )
    unique = sorted({path.resolve(): path for path in paths}.values(), key=lambda path: path.resolve().as_posix())
    return tuple(sorted(_named(unique), key=lambda each: each.name))


def _below(folder: Path, depth: int) -> list[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError as error:
        raise UsageError(f"cannot read {folder}: {error.strerror}", hint="Make it readable for your user.") from error
    hidden = {each.name for each in entries if each.name.startswith(".")}
    entries = [each for each in entries if each.name not in hidden]
    folders = [Path(each.path) for each in entries if each.is_dir(follow_symlinks=False)]
    files = [each.name for each in entries if each.is_file()]
    names = {each.name.casefold() for each in folders}
    if "report.json" in files or ".batch" in hidden or depth > DEEPEST:
        return []
    if "bundle" in names:
        return [each for each in folders if each.name.casefold() == "bundle"]
    if any(name.casefold() in DECLARED for name in files) or names & PARTS:
        return [folder]
    archives = [name for name in files if name.casefold().endswith(ARCHIVES)]
    if files and len(archives) < len(files):
        return [folder]
    return [folder / name for name in archives] + [path for each in folders for path in _below(each, depth + 1)]


def _named(paths: Sequence[Path]) -> Iterator[Found]:
    taken: set[str] = set()
    for path in paths:
        base = _name(path)
        name, n = base, 1
        while name.casefold() in taken:
            n += 1
            name = f"{base}-{n}"
        taken.add(name.casefold())
        yield Found(name, path, sum(each.stat().st_size for each in files(path)))


def _name(path: Path) -> str:
    whole = path.resolve()
    name = whole.parent.name if whole.name.casefold() == "bundle" and whole.is_dir() else whole.name
    for suffix in ARCHIVES:
        name = name.removesuffix(suffix)
    plain = "".join(each if each.isalnum() or each in "-_." else "-" for each in name).strip(".-")
    return plain[:100] or "bundle"


def files(path: Path) -> list[Path]:
    """The plain files of a bundle, in order; links are not followed."""
    if path.is_file():
        return [path]
    found: list[Path] = []
    for folder, inner, names in os.walk(path):
        inner.sort()
        found += [Path(folder) / name for name in sorted(names)]
    return [each for each in found if each.is_file() and not each.is_symlink()]


def content_sha256(path: Path) -> str:
    """A hash over the names and bytes of a bundle.

    Raises:
        BundleError: a file cannot be read.
    """
    total = hashlib.sha256()
    for each in files(path):
        try:
            with each.open("rb") as file:
                name = os.fsencode(each.relative_to(path)) if path.is_dir() else os.fsencode(each.name)
                total.update(name + b"\0" + hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise BundleError(f"cannot read {each}: {error.strerror}", hint="Make the bundle readable.") from error
    return total.hexdigest()
