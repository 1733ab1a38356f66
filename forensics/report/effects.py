"""What a guilty change does, as the report keeps it."""

import re

from forensics.records.finding import Change
from forensics.records.report.investigation import FactOut

QUANTITY = re.compile(r"-?\d[\w.*:%, ]{0,40}|true|false|on|off|yes|no", re.IGNORECASE)


def facts(change: Change) -> tuple[FactOut, ...]:
    """The facts of a change; of their values only quantities: another may be a secret whose key no longer stands beside it."""
    return tuple(
        FactOut(each.kind, each.subject, quantity(each.before), quantity(each.after), each.path, each.causes, each.risk)
        for each in change.facts
    )


def quantity(value: str) -> str:
    """``value`` where it is a number, a duration, a version or a switch, else "".

    >>> quantity("50"), quantity("120*time.Second"), quantity("hunter2")
    ('50', '120*time.Second', '')
    """
    return value if QUANTITY.fullmatch(value) else ""
