"""Words: sentence templates, and numbers ready to show."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from forensics.clock import EPOCH
from forensics.errors import DefinitionError
from forensics.library import Library
from forensics.records.evidence import Statement

BARS = "▁▂▃▄▅▆▇█"
NARROW = "\N{NARROW NO-BREAK SPACE}"


def number(value: float | None, digits: int = 3) -> str:
    """A number with at most ``digits`` significant digits, thousands apart.

    >>> number(0.04567), number(12.0), number(None)
    ('0.0457', '12', 'unknown')
    """
    if value is None:
        return "unknown"
    if not math.isfinite(value):
        return "not finite"
    if abs(value) >= 10 ** (digits - 1) or value == int(value):
        return f"{value:,.0f}".replace(",", NARROW)
    return f"{value:.{digits}g}" if abs(value) >= 1e-3 else f"{value:.2e}" if value else "0"


def percent(value: float | None) -> str:
    r"""A ratio as a percentage; near 100 % as many nines as it has.

    >>> percent(0.123), percent(0.9995)
    ('12.3\u202f%', '99.95\u202f%')
    """
    if value is None:
        return "unknown"
    share = 100 * value
    if 99 < share < 100:
        gap = min(5, max(1, 1 - math.floor(math.log10(100 - share))))
        return f"{share:.{gap}f}".rstrip("0").rstrip(".") + f"{NARROW}%"
    if 0 < share < 0.1:
        return f"under 0.1{NARROW}%"
    return f"{share:.0f}{NARROW}%" if share >= 99.95 or share == 0 else f"{share:.3g}{NARROW}%"


def duration(seconds: float | None) -> str:
    r"""Seconds in the unit that a person would say.

    >>> duration(0.0042), duration(95), duration(8100)
    ('4.2\u202fms', '1\u202fmin 35\u202fs', '2\u202fh 15\u202fmin')
    """
    if seconds is None:
        return "unknown"
    if seconds < 0:
        return "-" + duration(-seconds)
    if seconds < 1:
        return f"{number(seconds * 1000)}{NARROW}ms"
    if seconds < 90:
        return f"{number(seconds)}{NARROW}s"
    whole = round(seconds)
    for size, big, small, unit in ((86_400, "d", "h", 3_600), (3_600, "h", "min", 60), (60, "min", "s", 1)):
        if whole >= size:
            rest = whole % size // unit
            return f"{whole // size}{NARROW}{big}" + (f" {rest}{NARROW}{small}" if rest else "")
    return f"{whole}{NARROW}s"


def count(value: float | None) -> str:
    """A whole number, thousands apart."""
    return "unknown" if value is None else f"{value:,.0f}".replace(",", NARROW)


def clock(micros: int | None) -> str:
    """The time of day in UTC."""
    return "unknown" if micros is None else (EPOCH + timedelta(microseconds=micros)).strftime("%H:%M:%S")


def instant(micros: int | None) -> str:
    """Date and time in UTC."""
    return "unknown" if micros is None else (EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%d %H:%M:%S UTC")


def money(value: float | None, currency: str = "") -> str:
    """An amount with its currency."""
    return "unknown" if value is None else f"{value:,.2f}".replace(",", NARROW) + (f" {currency}" if currency else "")


def size(value: float | None) -> str:
    """Bytes in binary units."""
    if value is None:
        return "unknown"
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(value) < 1024:
            return f"{number(value)}{NARROW}{unit}"
        value /= 1024
    return f"{number(value)}{NARROW}TiB"


def spark(values: Sequence[float | None], longest: int = 60) -> str:
    """A line of bars, the highest value as the highest bar."""
    step = max(1, -(-len(values) // longest))
    known = [max((value or 0.0) for value in values[index : index + step]) for index in range(0, len(values), step)]
    most = max(known, default=0.0)
    return "".join(BARS[min(7, int(value / most * 7.999))] for value in known) if most else ""


FILTERS: Mapping[str, Callable[..., str]] = {
    "number": number,
    "percent": percent,
    "duration": duration,
    "count": count,
    "clock": clock,
    "instant": instant,
    "money": money,
    "bytes": size,
}
LONGEST_VALUE = 300


class Words:
    """The sentences of ``report_templates/sentences``, compiled once."""

    def __init__(self, library: Library) -> None:
        """Load every sentence of the library."""
        environment = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
        environment.filters.update(FILTERS)
        self._sentences = {
            f"{stage}.{name}": environment.from_string(text)
            for stage, said in library.load("report_templates", "sentences").items()
            for name, text in said.items()
        }

    def say(self, statement: Statement) -> str:
        """The sentence of a statement.

        Raises:
            DefinitionError: no template has its name, or it names a value that the statement lacks.
        """
        template = self._sentences.get(statement.say)
        if template is None:
            raise DefinitionError(f"no sentence {statement.say}", hint="Add it to report_templates/sentences/.")
        values: dict[str, Any] = {key: _short(value) for key, value in statement.values.items()}
        # Not str.split(): the narrow spaces that keep a number with its unit are no white space to fold.
        return re.sub(r"[ \t\r\n]+", " ", template.render(values)).strip()


def _short(value: Any) -> Any:
    """Texts from logs in a length that a sentence can hold."""
    if isinstance(value, str) and len(value) > LONGEST_VALUE:
        return value[: LONGEST_VALUE - 1] + "…"
    return value
