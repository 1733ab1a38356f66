"""Which removed line became which added one."""

from collections import Counter
from collections.abc import Iterator, Sequence

from forensics.findings.changes.code import Line, Place, Token

ALIKE = 0.4
MOST = 120


def pairs(place: Place) -> Iterator[tuple[Line, Line]]:
    """Removed lines with the added line most like them, where at least two fifths of their tokens are the same."""
    left = list(place.added[:MOST])
    for old in place.removed[:MOST]:
        best = max(left, key=lambda new: likeness(old.tokens, new.tokens), default=None)
        if best is not None and likeness(old.tokens, best.tokens) >= ALIKE:
            left.remove(best)
            yield old, best


def likeness(a: Sequence[Token], b: Sequence[Token]) -> float:
    """The share of tokens that two lines have in common; literals of one kind count as half the same."""
    if not a or not b:
        return 0.0
    same = sum((Counter(a) & Counter(b)).values())
    masked = sum((Counter(map(_masked, a)) & Counter(map(_masked, b))).values())
    return (same + masked) / (2.0 * max(len(a), len(b)))


def _masked(token: Token) -> str:
    return token.text if token.kind not in ("number", "string", "constant") else token.kind
