"""Finding a report and its case from what a user names: the folder OUT, or its report.json."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forensics.errors import UsageError

if TYPE_CHECKING:
    from forensics.store import Store


def load(place: Path) -> tuple[Path, Mapping[str, Any]]:
    """The path of ``report.json`` and what it holds.

    Raises:
        UsageError: there is none, or it is no report of ours.
    """
    path = place / "report.json" if place.is_dir() else place
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"there is no report at {path}", hint="Name the folder that 'forensics analyze' wrote, or its report.json."
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}", hint="Name the report.json, or analyze again.") from error
    if not isinstance(found, dict) or "schema_version" not in found:
        raise UsageError(f"{path} is not a report", hint="Name a report.json that 'forensics analyze' wrote.")
    return path, found


def case(place: Path) -> "Store":
    """The case tables of the folder ``place``.

    Raises:
        UsageError: there are none.
    """
    from forensics.store import existing

    return existing((place if place.is_dir() else place.parent) / "case")
