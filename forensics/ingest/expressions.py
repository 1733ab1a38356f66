"""Expressions of record formats: where in a record a column's value stands.

``a.b.0`` a path in the record; ``^.a`` in the record one ``*`` further up; ``$.a`` in the whole document; ``@key`` the
key or index under which the record was found (``@key.1`` one ``*`` further up); ``@file`` the name of the file;
``a[name]`` in a list of attributes; ``'text'`` itself; ``a|b`` the first that gives something; ``a:json``, ``a:lower`` a
value through a function; ``'{a}/{b}'`` values set into a text.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from forensics.documents import escaped

Value = Any
# What a workload's name goes on with in the names of its pods.
INSTANCE = r"-[0-9a-f]{7,10}(-[a-z0-9]{5})?$|-[a-z0-9]{5}$"

# Jobs and services of Prometheus that name who was asked, not whom the answer is about.
SCRAPER = (
    r"(.*-)?(node|node[-_]exporter|windows[-_]exporter|kubelet|cadvisor|kube-state-metrics|blackbox([-_]exporter)?|snmp([-_]exporter)?"
    r"|pushgateway|federate|cloudwatch[-_]exporter|yace|kubernetes-(pods|nodes|services|service-endpoints|cadvisor|apiservers))"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A record, the records above it, the keys that led to it, and its JSON Pointer."""

    record: Value
    above: tuple[Value, ...] = ()
    keys: tuple[str, ...] = ()
    pointer: str = ""


def places(document: Value, path: str) -> Iterator[Place]:
    """Every record that ``path`` (``alerts/*``, ``a/*/b/*``, ``""`` for the document itself) names; ``[*]`` is for lists."""
    steps = [step for step in path.split("/") if step]
    yield from _walk(Place(document, (document,)), steps)


def _walk(place: Place, steps: Sequence[str]) -> Iterator[Place]:
    if not steps:
        yield place
        return
    step, rest = steps[0], steps[1:]
    if step == "[*]" and not isinstance(place.record, list):
        return
    if step not in ("*", "[*]"):
        inner = _get(place.record, step)
        if inner is not None:
            pointer = f"{place.pointer}/{escaped(step)}"
            yield from _walk(Place(inner, place.above, place.keys, pointer), rest)
        return
    for key, inner in _items(place.record):
        above = (*place.above, inner)
        yield from _walk(Place(inner, above, (*place.keys, key), f"{place.pointer}/{escaped(key)}"), rest)


def _items(value: Value) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping):
        yield from ((str(key), inner) for key, inner in value.items())
    elif isinstance(value, list):
        yield from ((str(index), inner) for index, inner in enumerate(value))


def _get(value: Value, step: str) -> Value:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.lstrip("-").isdigit():
        index = int(step)
        return value[index] if -len(value) <= index < len(value) else None
    return None


def _path(value: Value, steps: Sequence[str]) -> Value:
    """Follow a path; a key that itself holds dots (``service.name``) is tried as a whole first."""
    for index in range(len(steps)):
        if isinstance(value, Mapping):
            for end in range(len(steps), index + 1, -1):
                joined = ".".join(steps[index:end])
                if joined in value:
                    return _path(value[joined], steps[end:])
        value = _get(value, steps[index])
        if value is None:
            return None
    return value


# Where lists of attributes put the name: OTLP, AWS tags, CloudWatch Logs Insights.
NAMED = ("key", "Key", "name", "Name", "field")


def _attribute(value: Value, name: Any) -> Value:
    """A value of an OTLP attribute list ``[{key, value: {stringValue: ...}}]``, or of a plain mapping."""
    if isinstance(value, Mapping):
        return value.get(name)
    for row in value if isinstance(value, list) else ():
        if isinstance(row, Mapping) and next((row[each] for each in NAMED if each in row), None) == name:
            inner = row.get("value", row.get("Value"))
            return next(iter(inner.values()), None) if isinstance(inner, Mapping) else inner
    return None


def _flat(value: Value) -> Value:
    """An attribute list or mapping as a plain mapping."""
    if not isinstance(value, list):
        return value
    pairs = [(row.get("key"), row) for row in value if isinstance(row, Mapping) and "key" in row]
    return {key: _attribute([row], key) for key, row in pairs} or value


def _inside(value: Value) -> Value:
    """The value of a JSON text inside a JSON text."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return None


FUNCTIONS: Mapping[str, Callable[[Value], Value]] = {
    "json": lambda value: json.dumps(_flat(value), ensure_ascii=False, sort_keys=True, default=str),
    "lower": lambda value: str(value).lower(),
    "last": lambda value: value[-1] if value else None,
    "join": lambda value: " ".join(map(str, value)) if isinstance(value, list) else value,
    "number": lambda value: match[0] if (match := re.search(r"-?\d+(?:\.\d+)?", str(value))) else None,
    "name": lambda value: str(value).rstrip("/").rsplit("/", 1)[-1],
    "named": lambda value: None if re.fullmatch(SCRAPER, str(value)) else value,
    "owner": lambda value: re.sub(INSTANCE, "", str(value)),
    "parsed": _inside,
    "lines": lambda value: value if isinstance(value, list) else str(value).splitlines(),
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; call it with a place and the document."""

    alternatives: tuple[Callable[[Place, Value], Value], ...] = field(default=())

    def __call__(self, place: Place, document: Value) -> Value:
        """The first alternative that gives something other than None or ""."""
        for each in self.alternatives:
            value = each(place, document)
            if value is not None and value != "":
                return value
        return None


@cache
def compiled(text: str) -> Expression:
    """An expression, ready to call."""
    return Expression(tuple(_alternative(part.strip()) for part in _split(text)))


def _split(text: str) -> list[str]:
    return re.findall(r"(?:'[^']*'|[^|'])+", text)


def _alternative(text: str) -> Callable[[Place, Value], Value]:
    if text.startswith("'") and "{" not in text:
        return lambda place, document: text[1:-1]
    if "{" in text:
        text = text.strip("'")
        parts = [
            (before, compiled(inner) if inner else None)
            for before, inner in re.findall(r"([^{]*)(?:\{([^}]*)\})?", text)
        ]
        return lambda place, document: _filled(parts, place, document)
    path, *functions = text.split(":")
    get = _source(path)
    # ``a:parsed.b.c`` goes on inside what a function gave.
    calls = [call for each in functions for call in _calls(each)]

    def value(place: Place, document: Value) -> Value:
        found = get(place, document)
        for call in calls:
            if found is None:
                return None
            found = call(found)
        return found

    return value


def _calls(text: str) -> list[Callable[[Value], Value]]:
    name, _, rest = text.partition(".")
    steps = rest.split(".") if rest else []
    return [FUNCTIONS[name], *([lambda value: _path(value, steps)] if steps else [])]


def _filled(parts: Sequence[tuple[str, Expression | None]], place: Place, document: Value) -> str:
    texts = [before + str((each(place, document) if each else None) or "") for before, each in parts]
    return "".join(texts).strip()


def _source(path: str) -> Callable[[Place, Value], Value]:
    if path.startswith("@key"):
        depth = int(path[5:] or 0)
        return lambda place, document: place.keys[-1 - depth] if len(place.keys) > depth else None
    if "[" in path:
        base, _, name = path.rstrip("]").partition("[")
        get = _source(base)
        return lambda place, document: _attribute(get(place, document), name)
    ups = len(path) - len(path.lstrip("^"))
    steps = [step for step in path.lstrip("^$").split(".") if step]
    if path.startswith("$"):
        return lambda place, document: _path(document, steps)
    return lambda place, document: _path(
        place.record if not ups else place.above[-1 - ups] if len(place.above) > ups else None, steps
    )
