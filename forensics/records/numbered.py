"""The messages of a log by number: what tells the template of every line once templates are mined."""

from dataclasses import dataclass
from pathlib import Path

# The number of a line that has no message: it is blank, or no log.
NONE = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Numbered:
    """Arrow files of (line, number), and the message key of each number."""

    parts: tuple[tuple[str, Path], ...]
    keys: tuple[int, ...]
