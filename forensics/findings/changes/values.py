"""Settings and their values in tokens: durations in seconds, sizes in bytes, plain numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.findings.changes.code import Line
from forensics.findings.changes.knowledge import snake
from forensics.findings.changes.tokens import Token

SECONDS = {
    "ns": 1e-9, "nanosecond": 1e-9, "nano": 1e-9, "us": 1e-6, "microsecond": 1e-6, "micro": 1e-6, "ms": 1e-3, "milli": 1e-3,
    "millisecond": 1e-3, "msec": 1e-3, "s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0,
    "hr": 3600.0, "hour": 3600.0, "d": 86400.0, "day": 86400.0, "week": 604800.0,
}  # fmt: skip
BYTES = {
    "b": 1.0, "byte": 1.0, "k": 1e3, "kb": 1e3, "ki": 1024.0, "kib": 1024.0, "mb": 1e6, "mi": 1048576.0, "mib": 1048576.0,
    "g": 1e9, "gb": 1e9, "gi": 1073741824.0, "gib": 1073741824.0, "tb": 1e12, "ti": 1099511627776.0,
}  # fmt: skip
ENDING = re.compile(
    r"_(ns|us|ms|millis|milliseconds?|msec|s|secs?|seconds?|mins?|minutes?|hours?|days?|bytes|kb|mb|gb|mib|gib)$"
)
NUMBER = re.compile(r"(-?\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)\s?([A-Za-z%]*)")


@dataclass(frozen=True, slots=True)
class Value:
    """A literal: its text, its number in ``unit`` (s, bytes, or "") where it is one, and the names of units it uses."""

    text: str
    number: float | None
    unit: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """A name that is given a value; ``around`` are the keys it stands under."""

    name: str
    value: Value
    line: Line
    around: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name without a unit at its end."""
        return ENDING.sub("", snake(self.name))


def settings(lines: Sequence[Line]) -> Iterator[Setting]:
    """Names that these lines give a literal value: ``a = 1``, ``a: 1``, ``"a": 1``, ``setA(1)``, and in pairs of name and value."""
    above: list[tuple[int, str]] = []
    named = ""
    for line in lines:
        while above and line.tokens and above[-1][0] >= line.indent:
            above.pop()
        around = tuple(name for _, name in above)
        for name, given in _assigned(line.tokens):
            value = literal(given)
            if name.lower() in ("value", "default") and named:
                name = named
            if name.lower() == "name" and len(given) == 1 and given[0].kind == "string":
                named = given[0].text
            elif value is not None:
                yield Setting(name, _in_unit_of(name, value), line, around)
            if not given:
                above.append((line.indent, name))


def _assigned(tokens: Sequence[Token]) -> Iterator[tuple[str, tuple[Token, ...]]]:
    for at, token in enumerate(tokens):
        if token.kind not in ("name", "string") or not re.fullmatch(r"[@$]?[\w./-]{1,80}", token.text):
            continue
        after = at + 1
        # A type may stand between a name and its value: ``timeout: int = 5``, ``maxConns int = 50``.
        typed = next((n for n in range(after, min(after + 3, len(tokens))) if tokens[n] == Token("sign", "=")), None)
        if typed is not None and all(
            tokens[n].kind in ("name", "keyword") or tokens[n].text in ":?" for n in range(after, typed)
        ):
            after = typed
        if after >= len(tokens) or tokens[after].kind != "sign" or tokens[after].text not in ("=", ":", "("):
            continue
        opens = tokens[after].text == "("
        while after < len(tokens) and tokens[after].text in ("=", ":", ">", "("):
            after += 1
        if not opens or token.kind == "name":
            yield token.text, tuple(_until_end(tokens[after:]))


def _until_end(tokens: Sequence[Token]) -> Iterator[Token]:
    depth = 0
    for token in tokens:
        if token.kind == "sign":
            if token.text in ",;}]" or (token.text == ")" and depth == 0):
                return
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        yield token


def literal(tokens: Sequence[Token]) -> Value | None:
    """The value of an expression made of literals and units alone; None for any other.

    >>> literal((Token("number", "2"), Token("sign", "*"), Token("name", "time"), Token("sign", "."), Token("name", "Minute")))
    Value(text='2*time.Minute', number=120.0, unit='s', units=('minute',))
    """
    text = "".join(each.text for each in tokens)
    if not 1 <= len(tokens) <= 12:
        return None
    if len(tokens) == 1 and tokens[0].kind in ("string", "constant"):
        match = NUMBER.fullmatch(tokens[0].text)
        return _number(match, text) if match else Value(text, None, "", ())
    total, unit, units, numbers = 1.0, "", list[str](), 0
    for at, each in enumerate(tokens):
        if each.kind == "number":
            match = NUMBER.fullmatch(each.text)
            if match is None:
                return None
            part = _number(match, "")
            numbers += 1
            total *= part.number if part.number is not None else 1.0
            total *= -1.0 if at and tokens[at - 1].text == "-" else 1.0
            unit, units = part.unit or unit, [*units, *part.units]
        elif each.kind in ("name", "keyword"):
            word = re.sub(r"^(of|from|to)?_?", "", snake(each.text)).removesuffix("s") or each.text.lower()
            if word in SECONDS:
                total, unit, units = total * SECONDS[word], "s", [*units, word]
            elif word not in (
                "time",
                "duration",
                "timedelta",
                "timeunit",
                "timespan",
                "chrono",
                "int64",
                "uint64",
                "int",
                "float64",
            ):
                return None
        elif each.text not in "*().=-<<_":
            return None
    return Value(text, total, unit, tuple(units)) if numbers else None


def _number(match: re.Match[str], text: str) -> Value:
    number, suffix = float(match[1].replace("_", "")), match[2]
    if suffix == "m" or suffix == "M":
        # Minutes, milli-cores, megabytes: only the same letter on the other side can be compared.
        return Value(text, number, "m", (suffix,))
    for unit, scale in (("s", SECONDS), ("bytes", BYTES)):
        if suffix.lower() in scale and suffix:
            return Value(text, number * scale[suffix.lower()], unit, (suffix.lower(),))
    return Value(text, number, "", (suffix,) if suffix else ())


def _in_unit_of(name: str, value: Value) -> Value:
    """The value in the unit that its name ends with (``timeout_ms``)."""
    ending = ENDING.search(snake(name))
    if ending is None or value.number is None or value.unit:
        return value
    word = ending[1].removesuffix("s") or ending[1]
    for unit, scale in (("s", SECONDS), ("bytes", BYTES)):
        if word in scale:
            return Value(value.text, value.number * scale[word], unit, (*value.units, word))
    return value
