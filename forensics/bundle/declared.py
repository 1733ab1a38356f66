"""``incident.yaml``, ``.yml`` or ``.json``: what the owner of a bundle says about the incident."""

import difflib
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from forensics import clock, content
from forensics.errors import BundleError, UsageError
from forensics.records.bundle import Declared, File
from forensics.records.window import Window

NAMES = ("incident.yaml", "incident.yml", "incident.json")
BIGGEST = 1 << 20
# Keys that label a bundle for its owner and say nothing about the incident.
LABELS = {"case_id", "id", "dataset", "system", "has", "description", "links"}


class _Loader(yaml.SafeLoader):
    """YAML without references: a few lines of them can stand for gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references (*name) are not allowed")
        return super().compose_node(parent, index)


def read(files: tuple[File, ...]) -> tuple[Declared, tuple[File, ...]]:
    """What is declared, and the other files; the file nearest to the root counts.

    Raises:
        BundleError: the file is not YAML or a value in it cannot be read.
    """
    own = [each for each in files if each.path.rsplit("/", 1)[-1] in NAMES]
    if not own:
        return Declared(), files
    chosen = min(own, key=lambda each: (each.path.count("/"), NAMES.index(each.path.rsplit("/", 1)[-1]), each.path))
    rest = tuple(each for each in files if each != chosen)
    return parse(_value(chosen), chosen.path), rest


def _value(file: File) -> Any:
    notes: list[str] = []
    text = content.text(file.location, notes)
    if len(text) > BIGGEST:
        raise BundleError(
            f"{file.path} is larger than 1 MB", hint="Keep only what DESIGN lists for incident.yaml in it."
        )
    try:
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BundleError(
            f"{file.path} is not YAML: {error}", hint="Correct it, or take it out of the bundle."
        ) from error


def parse(said: Any, path: str) -> Declared:
    """``Declared`` from a parsed file; unknown keys become notices that name the nearest known one.

    Raises:
        BundleError: a value cannot be read.
    """
    if said is None:
        return Declared(file=path)
    if not isinstance(said, Mapping):
        raise BundleError(f"{path} holds no keys", hint="Write it as 'key: value' lines.")
    zone = str(said.get("timezone") or "")
    values: dict[str, Any] = {}
    notices: list[str] = []
    for key, value in said.items():
        if key in READERS:
            try:
                values[key] = READERS[key](value, zone) if value is not None else None
            except (UsageError, TypeError, ValueError, KeyError, AttributeError) as error:
                detail = error.message if isinstance(error, UsageError) else repr(error)
                raise BundleError(f"{path}: cannot read {key}: {detail}", hint=HINTS[key]) from error
        elif key not in LABELS:
            near = difflib.get_close_matches(str(key), READERS, 1)
            notices.append(f"{path}: {key} is not known" + (f"; did you mean {near[0]}?" if near else ""))
    known = {key: value for key, value in values.items() if value is not None}
    return Declared(file=path, **known, notices=tuple(notices))


def _text(value: Any, zone: str) -> str:
    if isinstance(value, Mapping | list):
        raise TypeError("a text is expected")
    return str(value)


def _zone(value: Any, zone: str) -> str:
    clock.zone_of(str(value))
    return str(value)


def _zones(value: Any, zone: str) -> Mapping[str, str]:
    """``file: zone`` for stamps of that file that name none."""
    return {str(path): _zone(name, zone) for path, name in sorted(value.items())}


def _window(value: Any, zone: str) -> Window:
    """``{start, end}``, or the pair as a list."""
    start, end = value if isinstance(value, list) else (value["start"], value["end"])
    window = Window(_instant(start, zone), _instant(end, zone))
    if window.start >= window.end:
        raise ValueError("the end is not after the start")
    return window


def _instant(value: Any, zone: str) -> int:
    # YAML reads bare timestamps itself, as a datetime with or without a zone.
    if hasattr(value, "utcoffset") and value.utcoffset() is not None:
        return clock.micros(value)
    return clock.instant(value.isoformat() if hasattr(value, "isoformat") else str(value), zone or "UTC")


def _windows(value: Any, zone: str) -> tuple[Window, ...]:
    return tuple(sorted(_window(each, zone) for each in value))


def _aliases(value: Any, zone: str) -> Mapping[str, str]:
    """``alias: name``, or ``name: [alias, ...]``."""
    pairs: dict[str, str] = {}
    for key, other in value.items():
        if isinstance(other, list):
            pairs.update({str(each): str(key) for each in other})
        else:
            pairs[str(key)] = str(other)
    return dict(sorted(pairs.items()))


def _slos(value: Any, zone: str) -> tuple[Mapping[str, Any], ...]:
    found = value if isinstance(value, list) else [value]
    if not all(isinstance(each, Mapping) for each in found):
        raise TypeError("each SLO is a mapping")
    return tuple(found)


def _mapping(value: Any, zone: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError("keys with values are expected")
    return dict(value)


READERS: Mapping[str, Callable[[Any, str], Any]] = {
    "title": _text,
    "window": _window,
    "baseline_windows": _windows,
    "other_incidents": _windows,
    "symptom_service": _text,
    "symptom_metric": _text,
    "severity": _text,
    "timezone": _zone,
    "timezones": _zones,
    "aliases": _aliases,
    "slos": _slos,
    "business": _mapping,
}
_WINDOW_HINT = "Write it as {start: 2026-05-06T14:00:00Z, end: 2026-05-06T15:00:00Z}."
HINTS: Mapping[str, str] = {
    "title": "Write a text.",
    "window": _WINDOW_HINT,
    "baseline_windows": f"Write a list of windows. {_WINDOW_HINT}",
    "other_incidents": f"Write a list of windows. {_WINDOW_HINT}",
    "symptom_service": "Write the name of a component.",
    "symptom_metric": "Write the name of a metric.",
    "severity": "Write a text such as SEV2.",
    "timezone": "Use an IANA name such as Europe/Berlin, or UTC.",
    "timezones": "Write 'path/of/file.log: Europe/Berlin' lines.",
    "aliases": "Write 'alias: name' lines.",
    "slos": "Write a list of SLOs.",
    "business": "Write 'key: value' lines.",
}
