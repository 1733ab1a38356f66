"""Canonical JSON: sorted keys, shortest floats, UTF-8, one trailing newline; and the seal over it."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from forensics.records.report import Report


def as_json(value: Report) -> dict[str, Any]:
    """The report as plain mappings and lists; ``for_`` becomes ``for``; numbers that are not finite become null."""
    found = _plain(value)
    assert isinstance(found, dict)
    return found


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name.rstrip("_"): _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def dumps(report: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a report."""
    text = json.dumps(report, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return (text + "\n").encode("utf-8", "backslashreplace")


def seal(report: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON without its seal: it detects damage, not forgery."""
    return hashlib.sha256(dumps({key: value for key, value in report.items() if key != "seal"})).hexdigest()
