"""The truth of a history: one file an incident, never changed once written.

``incidents/YEAR/ID.HASH.json``, the hash being that of the file, so that damage shows, and a file that another clone
brings is never mistaken for one that is there. Everything else in the folder can be made again.
"""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forensics.clock import iso
from forensics.errors import ForensicsError, OutputError, UsageError
from forensics.records.history import FORMAT, Incident, as_json, from_json

NAME = re.compile(r"(?P<id>[\w.-]+)\.(?P<hash>[0-9a-f]{8})")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MARKER = {"format": "forensics history", "version": FORMAT}


def found(folder: Path) -> Path:
    """A history that exists.

    Raises:
        UsageError: there is none, or a newer program made it.
    """
    try:
        said = json.loads((folder / "history.json").read_text(encoding="utf-8"))
        version = int(said["version"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        if (folder / "incidents").is_dir():
            # The marker says nothing that the incidents do not: a lost one does no harm.
            return folder
        raise UsageError(
            f"there is no history in {folder}", hint="Name the folder given to 'forensics history add --history DIR'."
        ) from error
    if version > FORMAT:
        raise UsageError(
            f"the history {folder} has format {version}; this program reads up to {FORMAT}",
            hint="Use a newer version of forensics.",
        )
    return folder


def created(folder: Path) -> Path:
    """The history at ``folder``, begun when there is none.

    Raises:
        UsageError: the folder holds something else, or a newer history.
        OutputError: it cannot be written to.
    """
    if (folder / "history.json").exists() or (folder / "incidents").is_dir():
        return found(folder)
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is not empty and no history", hint="Name a new folder for the history.")
        (folder / "incidents").mkdir(parents=True, exist_ok=True)
        write(folder / "history.json", _bytes(MARKER))
        write(folder / ".gitignore", b"/index/\n/.lock\n")
    except OSError as error:
        raise _refused(folder, error) from error
    return folder


def years(folder: Path) -> list[Path]:
    """The folders that hold incidents, in order."""
    try:
        return sorted(each for each in (folder / "incidents").iterdir() if each.is_dir())
    except OSError as error:
        raise ForensicsError(f"cannot read {folder}: {error.strerror}", hint="Make the history readable.") from error


def names(year: Path) -> list[str]:
    """``YEAR/ID.HASH`` of every incident in a folder, in order."""
    listed = (each.name.removesuffix(".json") for each in os.scandir(year) if each.name.endswith(".json"))
    return sorted(f"{year.name}/{each}" for each in listed if NAME.fullmatch(each))


def id_of(name: str) -> str:
    """The id of an incident stored as ``name``.

    >>> id_of("2026/2026-05-06-checkout.0a1b2c3d")
    '2026-05-06-checkout'
    """
    return name.rpartition("/")[2].rpartition(".")[0]


def read(folder: Path, name: str) -> Incident:
    """The incident stored as ``name``.

    Raises:
        ForensicsError: the file is missing, damaged, or of a newer program.
    """
    path = folder / "incidents" / f"{name}.json"
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ForensicsError(f"cannot read {path}: {error.strerror}", hint="Restore the file, or forget it.") from error
    if hashlib.sha256(body).hexdigest()[:8] != name.rpartition(".")[2]:
        raise ForensicsError(f"{path} is damaged: its content is not what was written", hint="Restore the file.")
    try:
        said = json.loads(body)
        if int(said["format"]) > FORMAT:
            raise ForensicsError(f"{path} was written by a newer forensics", hint="Use that version.")
        return from_json(said)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForensicsError(f"{path} is no incident: {error}", hint="Restore the file, or forget it.") from error


def store(folder: Path, incident: Incident) -> str:
    """Write an incident and give its name; the file appears whole or not at all.

    Raises:
        UsageError: the id cannot be a file name.
        OutputError: there is no room, or the folder is read-only.
    """
    if not ID.fullmatch(incident.id):
        raise UsageError(
            f"{incident.id!r} cannot be an id", hint="Use letters, digits, dots, dashes and underscores, 100 at most."
        )
    body = _bytes(as_json(incident))
    year = iso(incident.start)[:4] if incident.start is not None else "undated"
    name = f"{year}/{incident.id}.{hashlib.sha256(body).hexdigest()[:8]}"
    try:
        (folder / "incidents" / year).mkdir(parents=True, exist_ok=True)
        write(folder / "incidents" / f"{name}.json", body)
    except OSError as error:
        raise _refused(folder, error) from error
    return name


def remove(folder: Path, name: str) -> None:
    """Delete the file of an incident.

    Raises:
        OutputError: the folder is read-only.
    """
    try:
        (folder / "incidents" / f"{name}.json").unlink(missing_ok=True)
    except OSError as error:
        raise _refused(folder, error) from error


def write(path: Path, body: bytes) -> None:
    """Write a file beside its place, flush it to the disk, and move it there."""
    handle, half = tempfile.mkstemp(prefix=".half-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(half).chmod(0o644)
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


def _bytes(said: Mapping[str, Any]) -> bytes:
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


def _refused(folder: Path, error: OSError) -> OutputError:
    return OutputError(
        f"cannot write to the history {folder}: {error.strerror or error}",
        hint="Free some space, or name a folder you may write to; nothing was lost.",
    )
