"""Settings that a diff lowers, raises, removes or adds, switches that it flips, and units that it mixes up."""

import math
import re
from collections.abc import Iterator, Sequence

from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.knowledge import Knowledge, snake
from forensics.findings.changes.values import Setting, Value, settings
from forensics.records.finding import CodeFact

LEVELS = ("trace", "debug", "info", "notice", "warn", "warning", "error", "critical", "fatal")
DIGITS = re.compile(r"\d[\d_.]*")
TRUE, FALSE = ("true", "yes", "on", "enabled"), ("false", "no", "off", "disabled")


def read(place: Place, still_named: frozenset[str], known: Knowledge) -> Iterator[CodeFact]:
    """What happens to settings in one place; ``still_named`` are all names that the diff keeps or adds anywhere."""
    old, new = _changed(place.old, place.removed), _changed(place.new, place.added)
    left = list(new)
    for before in old:
        after = next((each for each in left if each.key == before.key and each.around[-1:] == before.around[-1:]), None)
        if after is None:
            yield from _gone(before, place, still_named, known)
            continue
        left.remove(after)
        yield from _moved(before, after, place.path, known)
    # Code that is new as a whole sets nothing anew for what ran before.
    if any(line.mark == " " and line.tokens for line in place.new) or place.removed:
        for after in left:
            family = known.setting(after.name, after.around)
            if family and after.value.number is not None and not _in(after.key, place.old):
                yield known.moved(family, "added", after.name, place.path, ("", after.value.text), 0.0)
    yield from _unnamed(place, {each.key for each in (*old, *new)}, known)


def _changed(side: Sequence[Line], lines: Sequence[Line]) -> list[Setting]:
    """Settings of the lines that changed, read with the lines around them."""
    ids = {id(line) for line in lines}
    return [each for each in settings(side) if id(each.line) in ids]


def _in(key: str, lines: Sequence[Line]) -> bool:
    return any(token.kind == "name" and key == snake(token.text) for line in lines for token in line.tokens)


def _gone(before: Setting, place: Place, still_named: frozenset[str], known: Knowledge) -> Iterator[CodeFact]:
    family = known.setting(before.name, before.around)
    if family is not None and before.value.number is not None and before.key not in still_named:
        yield known.moved(family, "removed", before.name, place.path, (before.value.text, ""), 0.0)


def _moved(before: Setting, after: Setting, path: str, known: Knowledge) -> Iterator[CodeFact]:
    old, new = before.value, after.value
    family = known.setting(after.name, after.around)
    values = (old.text, new.text)
    if family is not None and family.name == "log_level" and {old.text.lower(), new.text.lower()} <= set(LEVELS):
        if LEVELS.index(new.text.lower()) < LEVELS.index(old.text.lower()):
            yield known.moved(family, "lowered", after.name, path, values, 2.0)
    elif old.number is None or new.number is None:
        yield from _switched(after.name, old, new, path, known)
    elif old.units != new.units and old.number != new.number and DIGITS.findall(old.text) == DIGITS.findall(new.text):
        yield known.fact("unit_changed", after.name, path, *values)
    elif old.number != new.number and old.unit == new.unit:
        size = ratio(old.number, new.number)
        if family is None:
            yield known.fact("constant_changed", after.name, path, *values)
        else:
            yield known.moved(family, "raised" if size > 0 else "lowered", after.name, path, values, size)


def _switched(name: str, old: Value, new: Value, path: str, known: Knowledge) -> Iterator[CodeFact]:
    sides = (old.text.lower(), new.text.lower())
    if not all(side in TRUE + FALSE for side in sides) or (sides[0] in TRUE) == (sides[1] in TRUE):
        return
    plain = snake(name)
    if "cache" in plain and sides[1] in FALSE:
        yield known.fact("cache_removed", name, path, *sides)
    elif any(word in plain for word in ("verify", "insecure", "tls", "ssl")):
        yield known.fact("tls_changed", name, path, *sides)
    else:
        yield known.fact("switch_flipped", name, path, *sides)


def ratio(before: float, after: float) -> float:
    """The binary logarithm of ``after`` over ``before``; to or from zero, and below it, counts as the largest.

    >>> ratio(50, 10) < -2, ratio(0, 5)
    (True, 4.0)
    """
    if before > 0 and after > 0:
        return math.log2(after / before)
    return 4.0 if after > before else -4.0


def _unnamed(place: Place, keys: set[str], known: Knowledge) -> Iterator[CodeFact]:
    """A number that changed within a line that is else the same, and is no setting: an argument, a bound in a condition."""
    for old, new in place.pairs:
        if old.shape() != new.shape():
            continue
        for at, (a, b) in enumerate(zip(old.tokens, new.tokens, strict=True)):
            if a == b or a.kind != "number":
                continue
            names = [each.text for each in old.tokens[:at] if each.kind == "name"]
            if any(snake(name) in keys for name in names[-2:]):
                continue
            from forensics.findings.changes.values import literal

            before, after = literal((a,)), literal((b,))
            family = next((found for name in reversed(names) if (found := known.setting(name)) is not None), None)
            subject = names[-1] if names else "a number"
            if family is None or not before or not after or before.number is None or after.number is None:
                yield known.fact("constant_changed", subject, place.path, a.text, b.text)
            elif before.number != after.number:
                size = ratio(before.number, after.number)
                yield known.moved(
                    family, "raised" if size > 0 else "lowered", subject, place.path, (a.text, b.text), size
                )
