"""Events minute by minute from queries that count: sums of rates, increases or counters, and sums of those."""

from collections.abc import Callable

from forensics.impact.gains import gained, resets
from forensics.impact.queries.parsing import Aggregate, Binary, Call, Node, Number, Selector, Unread
from forensics.impact.queries.selecting import Bundled

Minutely = dict[int, float]
"""Events by minute since 1970; a minute that nothing was measured in is absent."""
COUNTING = ("rate", "increase", "irate")


class Counter:
    """Counts a query, remembering which functions it used and how many resets it saw."""

    def __init__(self, bundled: Bundled) -> None:
        self.bundled = bundled
        self.kinds: set[str] = set()
        self.resets = 0

    def count(self, node: Node) -> Minutely:
        """The events of each minute: a rate is linear, so its window does not matter to how many there were.

        Raises:
            Unread: the query does not count events.
        """
        if isinstance(node, Selector):
            self.kinds.add("counter")
            return self._gains(node)
        if isinstance(node, Call) and node.name in COUNTING:
            self.kinds.add("rate" if node.name == "irate" else node.name)
            (selector,) = node.arguments
            assert isinstance(selector, Selector)
            return self._gains(selector)
        if isinstance(node, Aggregate) and node.name == "sum":
            return self.count(node.inner)
        if isinstance(node, Binary):
            return self._binary(node)
        raise Unread("it does not count events")

    def _binary(self, node: Binary) -> Minutely:
        if node.operator == "or":
            if node.right not in (Number(0.0), Call("vector", (Number(0.0),))):
                raise Unread("'or' is evaluated with vector(0) only")
            return self.count(node.left)
        if node.operator in ("*", "/") and isinstance(node.right, Number) and node.right.value:
            factor = node.right.value if node.operator == "*" else 1 / node.right.value
            return {minute: value * factor for minute, value in self.count(node.left).items()}
        if node.operator == "*" and isinstance(node.left, Number):
            return self._binary(Binary("*", node.right, node.left))
        if node.operator in ("+", "-"):
            return _joined(
                self.count(node.left),
                self.count(node.right),
                lambda a, b: a + b if node.operator == "+" else a - b,
            )
        raise Unread(f"{node.operator!r} between these does not count events")

    def _gains(self, selector: Selector) -> Minutely:
        found = self.bundled.select(selector)
        rows = gained(self.bundled.store, [key for _, key in found])
        self.resets += resets(rows)
        total: Minutely = {}
        for minute, gain in rows.sort("minute", "series_id", "gain").select("minute", "gain").rows():
            total[minute] = total.get(minute, 0.0) + gain
        return total


def _joined(left: Minutely, right: Minutely, how: Callable[[float, float], float]) -> Minutely:
    """Both sides of each minute; a side without series in the bundle counts nothing."""
    minutes = left.keys() & right.keys() if left and right else left.keys() | right.keys()
    return {minute: how(left.get(minute, 0.0), right.get(minute, 0.0)) for minute in sorted(minutes)}
