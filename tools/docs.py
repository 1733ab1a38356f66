"""Generated documentation: ``python tools/docs.py`` writes it, ``--check`` fails when it is not current."""

import json
import sys
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forensics.ingest import definitions  # noqa: E402
from forensics.library import Library  # noqa: E402
from forensics.records.report import SCHEMA_VERSION, Report  # noqa: E402

PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: {},
}


def schema() -> str:
    """The JSON Schema of report.json."""
    known: dict[str, Any] = {}
    whole = _of(Report, known)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"forensics report, schema version {SCHEMA_VERSION}",
        **whole,
        "$defs": dict(sorted(known.items())),
    }
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def _of(kind: Any, known: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if kind in PLAIN:
        return PLAIN[kind]
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_of(each, known) for each in inner]}
    if origin is tuple and inner[-1] is Ellipsis:
        return {"type": "array", "items": _of(inner[0], known)}
    if origin is tuple:
        return {
            "type": "array",
            "prefixItems": [_of(each, known) for each in inner],
            "minItems": len(inner),
            "maxItems": len(inner),
        }
    if origin is dict:
        return {"type": "object", "additionalProperties": _of(inner[1], known)}
    if is_dataclass(kind) and isinstance(kind, type):
        name = kind.__name__.removesuffix("Out")
        if name not in known:
            known[name] = {}
            known[name] = _object(kind, known)
        return {"$ref": f"#/$defs/{name}"}
    raise TypeError(f"no schema for {kind}")


def _object(kind: type, known: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)]
    return {
        "type": "object",
        "description": " ".join((kind.__doc__ or "").split()),
        "properties": {name.rstrip("_"): _of(hints[name], known) for name in names},
        "required": [name.rstrip("_") for name in names],
        "additionalProperties": False,
    }


def formats() -> str:
    """The list of formats that are read."""
    lines = ["# What is read", "", "One definition each in `parsers/`; this page is made from them.", ""]
    lines += ["| format | what it is | source |", "|---|---|---|"]
    library = Library()
    said = library.load("parsers")
    for each in definitions.load(library):
        lines.append(f"| `{each.name}` | {each.title} | <{said[each.name]['source']}> |")
    return "\n".join(lines) + "\n"


PAGES = {"docs/report.schema.json": schema, "docs/formats.md": formats}


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; the exit code is 1 when some page is not current."""
    stale = []
    for name, make in PAGES.items():
        path, text = ROOT / name, make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if stale and "--check" in arguments:
        print(f"not current: {', '.join(stale)}; run 'python tools/docs.py'", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
