"""PromQL read into a tree, as far as service levels use it; what goes beyond says so.

Read are: selectors with ``=``, ``!=``, ``=~``, ``!~`` and a range; ``rate``, ``increase``, ``irate``, the ``_over_time`` of avg, min, max,
sum and last, ``histogram_quantile``, ``vector``; sum, avg, min, max and count, by or without labels; ``+ - * /``, ``or`` and numbers.
https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

import re
from dataclasses import dataclass

LONGEST = 4_000
DEEPEST = 40
TOKEN = re.compile(
    r"""\s*(?:(?P<duration>(?:\d+(?:ms|[smhdwy]))+(?![\w.]))
    |(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)
    |(?P<name>[a-zA-Z_:][\w:]*)
    |(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<op>=~|!~|!=|==|>=|<=|[-+*/%^(){}\[\],=<>@:]))""",
    re.VERBOSE,
)
UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_536_000}
AGGREGATES = ("sum", "avg", "min", "max", "count")
RANGED = (
    "rate",
    "increase",
    "irate",
    "avg_over_time",
    "min_over_time",
    "max_over_time",
    "sum_over_time",
    "last_over_time",
)
FUNCTIONS = (*RANGED, "histogram_quantile", "vector")
MATCHES = ("=", "!=", "=~", "!~")
# Weakest first.
LEVELS = (("or",), ("+", "-"), ("*", "/"))
# Windows that a tool fills in.
FILLED = re.compile(r"\{\{\s*\.?\w+\s*\}\}|\[\s*(?:\$\{?\w+\}?|window)\s*\]")


class Unread(Exception):
    """A query that is not evaluated; the message says what about it is beyond the subset, or is not in the bundle."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Selector:
    """Series by name and label tests (label, operator, value), over ``range_s`` seconds or at an instant."""

    name: str
    matchers: tuple[tuple[str, str, str], ...]
    range_s: float | None


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments."""

    name: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Series folded into one for each value of ``labels``, or of all others where ``is_without``."""

    name: str
    labels: tuple[str, ...]
    is_without: bool
    inner: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what is between them."""

    operator: str
    left: "Node"
    right: "Node"


Node = Number | Selector | Call | Aggregate | Binary


def parse(text: str) -> Node:
    """The tree of a query; windows that a tool fills in become five minutes.

    Raises:
        Unread: the query goes beyond the subset.

    >>> parse("sum(rate(x[5m]))").inner.arguments[0].range_s
    300.0
    """
    if len(text) > LONGEST:
        raise Unread("the query is too long")
    filled = FILLED.sub(lambda match: "[5m]" if match[0].startswith("[") else "5m", text)
    reader = _Reader(_tokens(re.sub(r"(?m)^\s*#.*$", "", filled)))
    node = reader.binary(0, 0)
    if reader.at < len(reader.tokens):
        raise Unread(f"it goes on with {reader.tokens[reader.at][1]!r}")
    return node


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise Unread(f"{text[at : at + 12].strip()!r} cannot be read")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at = tokens, 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "its end")

    def take(self, wanted: str = "") -> str:
        kind, text = self.peek()
        if kind == "end" or (wanted and text != wanted):
            raise Unread(f"{text!r} stands where {wanted or 'more'!r} was expected")
        self.at += 1
        return text

    def binary(self, level: int, depth: int) -> Node:
        if depth > DEEPEST:
            raise Unread("it is nested too deeply")
        if level == len(LEVELS):
            return self.single(depth + 1)
        left = self.binary(level + 1, depth)
        while self.peek()[1] in LEVELS[level]:
            operator = self.take()
            if self.peek()[1] in ("on", "ignoring", "bool", "group_left", "group_right"):
                raise Unread(f"{self.peek()[1]!r} is not evaluated")
            left = Binary(operator, left, self.binary(level + 1, depth))
        return left

    def single(self, depth: int) -> Node:
        kind, text = self.peek()
        if text == "(":
            self.take()
            inner = self.binary(0, depth)
            self.take(")")
            return inner
        if text == "-":
            self.take()
            return Binary("-", Number(0.0), self.single(depth + 1))
        if kind == "number":
            return Number(float(self.take()))
        if text == "{":
            return self.selector("")
        if kind != "name":
            raise Unread(f"{text!r} is not evaluated")
        self.take()
        following = self.peek()[1]
        if text in AGGREGATES and following in ("(", "by", "without"):
            return self.aggregate(text, depth)
        if following == "(":
            return self.call(text, depth)
        return self.selector(text)

    def call(self, name: str, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise Unread(f"the function {name!r} is not evaluated")
        self.take("(")
        arguments = [self.binary(0, depth)]
        while self.peek()[1] == ",":
            self.take()
            arguments.append(self.binary(0, depth))
        self.take(")")
        first = arguments[0]
        if name in RANGED and not (len(arguments) == 1 and isinstance(first, Selector) and first.range_s is not None):
            raise Unread(f"{name!r} needs a range such as [5m]")
        if len(arguments) != (2 if name == "histogram_quantile" else 1):
            raise Unread(f"{name!r} has {len(arguments)} arguments")
        return Call(name, tuple(arguments))

    def aggregate(self, name: str, depth: int) -> Node:
        how = self.grouping()
        self.take("(")
        inner = self.binary(0, depth)
        self.take(")")
        labels, is_without = how or self.grouping() or ((), False)
        return Aggregate(name, labels, is_without, inner)

    def grouping(self) -> tuple[tuple[str, ...], bool] | None:
        if self.peek()[1] not in ("by", "without"):
            return None
        is_without = self.take() == "without"
        self.take("(")
        labels = []
        while self.peek()[1] != ")":
            labels.append(self.take())
            if self.peek()[1] == ",":
                self.take()
        self.take(")")
        return tuple(sorted(labels)), is_without

    def selector(self, name: str) -> Node:
        matchers: list[tuple[str, str, str]] = []
        if self.peek()[1] == "{":
            self.take()
            while self.peek()[1] != "}":
                label, operator = self.take(), self.take()
                kind, value = self.peek()
                if operator not in MATCHES or kind != "string":
                    raise Unread(f"the test of {label!r} cannot be read")
                self.take()
                matchers.append((label, operator, _unquoted(value)))
                if self.peek()[1] == ",":
                    self.take()
            self.take("}")
        name = name or next((value for label, op, value in matchers if label == "__name__" and op == "="), "")
        if not name:
            raise Unread("a selector names no metric")
        seconds = self.range() if self.peek()[1] == "[" else None
        if self.peek()[1] in ("offset", "@"):
            raise Unread(f"{self.peek()[1]!r} is not evaluated")
        return Selector(name, tuple(each for each in matchers if each[0] != "__name__"), seconds)

    def range(self) -> float:
        self.take("[")
        kind, text = self.peek()
        if kind != "duration":
            raise Unread(f"the range {text!r} cannot be read")
        self.take()
        if self.peek()[1].startswith(":"):
            raise Unread("a sub-query is not evaluated")
        self.take("]")
        return sum(float(n) * UNITS_S[unit] for n, unit in re.findall(r"(\d+)(ms|[smhdwy])", text))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t"}.get(match[1], match[1]), text[1:-1])
