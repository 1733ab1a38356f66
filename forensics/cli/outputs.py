"""Writing outputs: all of them are ready before the first appears, and each appears whole or not at all."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forensics.errors import OutputError, UsageError
from forensics.records.outputs import SUFFIXES

ARCHIVES = (".tar.gz", ".tar.xz", ".tar.zst", ".tgz", ".txz", ".zip", ".tar")


def default_folder(bundle: Path) -> Path:
    """``BUNDLE-report`` in the working folder, without an archive's suffix."""
    name = bundle.resolve().name
    for suffix in ARCHIVES:
        name = name.removesuffix(suffix)
    return Path(f"{name}-report")


def formats(text: str) -> tuple[str, ...]:
    """The formats of ``html,pdf,md,json,rules,dashboard``, in that order whatever the order asked for; json always comes along.

    Raises:
        UsageError: a format that there is not.
    """
    asked = {word.strip().lower() for word in text.split(",") if word.strip()}
    unknown = sorted(asked - SUFFIXES.keys())
    if unknown:
        raise UsageError(f"no such format: {', '.join(unknown)}", hint=f"Choose from {', '.join(SUFFIXES)}.")
    return tuple(name for name in SUFFIXES if name in asked or name == "json")


def refuse_overwriting(folder: Path, names: tuple[str, ...], *, force: bool) -> None:
    """Stop before any work when a report would be overwritten.

    Raises:
        UsageError: a file is in the way and ``force`` is off, or ``folder`` is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", hint="Name a folder with -o.")
    taken = [name for name in names if (folder / name).exists()]
    if taken and not force:
        raise UsageError(
            f"{folder} already holds {', '.join(taken)}",
            hint="Add --force to replace the reports (review.yaml is kept), or name another folder with -o.",
        )


def write(folder: Path, outputs: Mapping[str, bytes]) -> tuple[Path, ...]:
    """Write every output beside the others; none appears when one cannot be written.

    Raises:
        OutputError: the folder cannot be written to.
    """
    waiting: list[tuple[Path, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, body in outputs.items():
            handle, half = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
            waiting.append((Path(half), folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(body)
            # mkstemp makes files for the owner alone; a report is read by others.
            Path(half).chmod(0o644)
        for half_path, target in waiting:
            half_path.replace(target)
    except OSError as error:
        for half_path, _ in waiting:
            half_path.unlink(missing_ok=True)
        raise OutputError(
            f"cannot write to {folder}: {error.strerror or error}", hint="Name a folder you may write to with -o."
        ) from error
    return tuple(target for _, target in waiting)
