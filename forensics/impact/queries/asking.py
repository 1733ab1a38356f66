"""A definition's queries as minutes with good and bad events."""

import operator
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from forensics.impact import telemetry
from forensics.impact.asked import Asked
from forensics.impact.minutes import LONGEST, Minutes
from forensics.impact.queries import parsing
from forensics.impact.queries.events import Counter, Minutely
from forensics.impact.queries.parsing import Binary, Node, Number, Unread
from forensics.impact.queries.selecting import Bundled
from forensics.impact.queries.values import Row, Values
from forensics.records.window import MINUTE, Micros, Window
from forensics.store import Store

# A share has no events behind it: each minute weighs the same, in millionths.
WHOLE = 1_000_000
TESTS: Mapping[str, Callable[[float, float], bool]] = {
    "lt": operator.lt,
    "lte": operator.le,
    "gt": operator.gt,
    "gte": operator.ge,
}
CITED = 3


def measure(store: Store, asked: Asked, component: str, window: Window) -> Minutes:
    """The minutes of an SLI from its queries; evidence cites its series over ``window``.

    Events are counted minute by minute, whatever window the queries rate over. A ratio or value is taken at each full minute
    for the minute before it.

    Raises:
        Unread: something about the queries cannot be evaluated on the bundle.
    """
    if asked.why:
        raise Unread(asked.why)
    bundled = Bundled(store)
    if asked.value:
        found = _of_value(bundled, asked, component)
    elif asked.ratio:
        found = _of_ratio(bundled, asked, component)
    elif bool(asked.good) + bool(asked.bad) + bool(asked.total) > 1:
        good, bad, total = (parsing.parse(text) if text else None for text in (asked.good, asked.bad, asked.total))
        found = _of_events(bundled, good, bad, total, component)
    else:
        raise Unread("it needs two of good, bad and all events")
    ids = sorted(bundled.used)
    rows = [row for row in bundled.rows if row["series_id"] in ids]
    return Minutes(
        found.source, found.component, found.start, found.bad, found.total, found.known,
        tuple(telemetry.cited(store, rows[:CITED], window)), found.remarks,
    )  # fmt: skip


def _of_events(bundled: Bundled, good: Node | None, bad: Node | None, total: Node | None, component: str) -> Minutes:
    counter = Counter(bundled)
    goods, bads, totals = (counter.count(each) if each is not None else None for each in (good, bad, total))
    if len(counter.kinds) > 1:
        raise Unread(f"it sets {' and '.join(sorted(counter.kinds))} against each other")
    if totals is None:
        assert goods is not None
        assert bads is not None
        totals = {minute: goods.get(minute, 0.0) + bads.get(minute, 0.0) for minute in goods.keys() | bads.keys()}
    if bads is None:
        assert goods is not None
        bads = {minute: max(0.0, value - goods.get(minute, 0.0)) for minute, value in totals.items()}
    if not totals:
        raise Unread("the series that it names have no two samples in the bundle")
    remarks = ("resets",) if counter.resets else ()
    return _laid(component, totals, bads, remarks)


def _laid(component: str, totals: Minutely, bads: Minutely, remarks: tuple[str, ...]) -> Minutes:
    """Whole events, carried over so that sums stay; a minute with more bad events than all (not scraped at once) has all."""
    last = max(totals)
    first = max(min(totals), last - LONGEST)
    every, wrong = [], []
    seen = [0.0, 0.0]
    told = [0, 0]
    for minute in range(first, last + 1):
        for i, values in enumerate((totals, bads)):
            seen[i] += max(0.0, values.get(minute, 0.0))
        here = round(seen[0]) - told[0]
        failed = min(max(0, round(seen[1]) - told[1]), here)
        told = [told[0] + here, told[1] + failed]
        every.append(here)
        wrong.append(failed)
    known = tuple(minute in totals for minute in range(first, last + 1))
    return Minutes("query", component, first * MINUTE, tuple(wrong), tuple(every), known, (), remarks)


def _of_ratio(bundled: Bundled, asked: Asked, component: str) -> Minutes:
    node = parsing.parse(asked.ratio)
    is_error = asked.is_error
    shares = node
    if isinstance(node, Binary) and node.operator == "-" and node.left == Number(1.0):
        shares, is_error = node.right, not is_error
    if isinstance(shares, Binary) and shares.operator == "/":
        try:
            part, whole = shares.left, shares.right
            return _of_events(bundled, None if is_error else part, part if is_error else None, whole, component)
        except Unread:
            bundled.used.clear()
    start, row = _at_minutes(bundled, node)
    errors = [None if each is None else min(1.0, max(0.0, each if asked.is_error else 1 - each)) for each in row]
    bad = tuple(0 if each is None else round(each * WHOLE) for each in errors)
    known = tuple(each is not None for each in errors)
    return Minutes("ratio", component, start, bad, tuple(WHOLE * each for each in known), known)


def _of_value(bundled: Bundled, asked: Asked, component: str) -> Minutes:
    if asked.limit is None or asked.op not in TESTS:
        raise Unread(f"the limit {asked.op} {asked.limit} cannot be read")
    start, row = _at_minutes(bundled, parsing.parse(asked.value))
    known = tuple(each is not None for each in row)
    bad = tuple(int(each is not None and not TESTS[asked.op](each, asked.limit)) for each in row)
    return Minutes("value", component, start, bad, tuple(map(int, known)), known)


def _at_minutes(bundled: Bundled, node: Node) -> tuple[Micros, Row]:
    """The start of the first minute, and the query's value at the end of each; nothing before and after its samples."""
    marks = _marks(bundled.store)
    row = Values(bundled, marks).single(node)
    inside = [i for i, each in enumerate(row) if each is not None]
    if not inside:
        raise Unread("the series that it names have no samples to evaluate")
    low, high = inside[0], inside[-1] + 1
    return marks[low] - MINUTE, row[low:high]


def _marks(store: Store) -> Sequence[Micros]:
    times = pl.col("time").to_physical()
    first, last = store.scan("metrics").select(times.min().alias("a"), times.max().alias("b")).collect().row(0)
    if first is None:
        raise Unread("the bundle holds no metrics")
    low, high = -(-first // MINUTE), -(-last // MINUTE)
    return range(max(low, high - LONGEST) * MINUTE, high * MINUTE + 1, MINUTE)
