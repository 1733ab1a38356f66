"""Text from a bundle, safe to show: control characters and direction marks made visible, very long words breakable."""

import re
from collections.abc import Mapping
from typing import Any

# Bidirectional overrides can make a line read as another; controls can steer a terminal.
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    r"""``text`` with what cannot be seen written out.

    >>> visible("a\x1b[31mb")
    'a␛[31mb'
    """
    return HIDDEN.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"[U+{code:04X}]"


def shown(value: Any) -> Any:
    """Every text in a report, made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: shown(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [shown(inner) for inner in value]
    return value
