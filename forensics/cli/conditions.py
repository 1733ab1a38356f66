"""``--fail-on``: conditions on a report that end a run with exit code 8."""

import re
from collections.abc import Mapping
from typing import Any

from forensics.errors import ConditionError, UsageError

NAMES = ("identified", "slo", "unread")


def parse(text: str) -> Mapping[str, float]:
    """Conditions by name with their limit (a ratio; only ``unread`` has one).

    >>> parse("identified,unread=5%")
    {'identified': 0.0, 'unread': 0.05}

    Raises:
        UsageError: a condition that there is not.
    """
    found: dict[str, float] = {}
    for word in filter(None, (part.strip() for part in text.split(","))):
        name, _, limit = word.partition("=")
        number = re.fullmatch(r"(\d+(?:\.\d+)?)%", limit) if limit else None
        if name not in NAMES or (limit and (name != "unread" or number is None)):
            raise UsageError(
                f"--fail-on does not know {word!r}",
                hint="Use identified, slo, unread or unread=5%, with commas between.",
            )
        found[name] = float(number[1]) / 100 if number else 0.0
    return found


def held(conditions: Mapping[str, float], found: Mapping[str, Any]) -> dict[str, str]:
    """What each condition found, in the order asked for; "" where it does not hold."""
    missed = [slo["name"] for slo in found["slo"] if slo["met"] is False]
    coverage = found["bundle"]["coverage"]
    rows, rejected = coverage["rows"], coverage["rejected"]
    share = max(_share(rejected, rows + rejected), _share(coverage["files_unread"], len(found["bundle"]["files"])))
    said = {
        "identified": "a root cause is identified" if found["verdict"]["status"] == "identified" else "",
        "slo": f"not met: {', '.join(missed)}" if missed else "",
        "unread": f"{share:.1%} was not read" if share > conditions.get("unread", 0.0) else "",
    }
    return {name: said[name] for name in conditions}


def check(outcome: Mapping[str, str]) -> None:
    """End the run where a condition holds.

    Raises:
        ConditionError: one or more hold; all are named.
    """
    said = [text for text in outcome.values() if text]
    if said:
        raise ConditionError("; ".join(said), hint="Read the report; it was written.")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
