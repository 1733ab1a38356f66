"""What somebody noticed, in words: when it began, where, and of what kind. Rules, and never evidence."""

import difflib
import re
from collections.abc import Sequence

from forensics import clock
from forensics.records.bundle import Symptom
from forensics.records.window import MINUTE, Micros, Window

KINDS: Sequence[tuple[str, str]] = (
    ("errors", r"\b5\d\d s?|\b5\d\ds?\b|error|fail|exception|crash|broken|refus|reject"),
    ("unavailable", r"\bdown\b|unavailable|unreachable|offline|outage|not respond|dead"),
    ("latency", r"slow|laten|timeout|timing out|hang|stuck|lag|delay"),
    ("saturation", r"full|out of|exhaust|overload|oom|memory|disk"),
    ("data", r"wrong|missing|stale|duplicate|corrupt|lost"),
)
TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?|\d{1,2}:\d\d(?::\d\d)?\s*(?:[ap]m)?|\d{1,2}\s*[ap]m"
WORDS = re.compile(r"[A-Za-z][\w.-]{2,}")
DAY = 24 * 60 * MINUTE


def understand(text: str, span: Window, zone: str, components: Sequence[str]) -> Symptom:
    """Time, component and kind in ``text``, and a sentence that says how it was understood.

    A clock time is the last one of its kind within the bundle's data.

    >>> understand("500s since 2 PM, checkout", Window(0, 20 * 3_600_000_000), "UTC", ["checkout"]).component
    'checkout'
    """
    since = _time(
        text, r"(?:since|from|after|starting|started at|at|around|about)\s+(?:about\s+|around\s+)?", span, zone
    )
    until = _time(text, r"(?:until|till|to|ended at)\s+", span, zone)
    if since is not None and until is not None and until <= since:
        until = None
    component = _component(text, components)
    kind = next((name for name, pattern in KINDS if re.search(pattern, text, re.IGNORECASE)), "")
    parts = [
        f"kind {kind}" if kind else "no kind of failure",
        f"component {component}" if component else "no component that the bundle names",
        f"since {clock.iso(since)}" if since is not None else "no time",
        *([f"until {clock.iso(until)}"] if until is not None else []),
    ]
    return Symptom(text, since, until, component, kind, f"The symptom “{text}” was understood as: {', '.join(parts)}.")


def _time(text: str, before: str, span: Window, zone: str) -> Micros | None:
    found = re.search(rf"\b{before}({TIME})", text, re.IGNORECASE)
    if not found:
        return None
    time = clock.instant(found[1], zone, span.end - 1)
    # "2 PM" said of data that ends at noon means the day before.
    return time - DAY if time > span.end and time - DAY >= span.start else time


def _component(text: str, components: Sequence[str]) -> str:
    """The component that the text names: exactly, as a part of a name, else nearly."""
    said = [word.lower().strip(".") for word in WORDS.findall(text)]
    lower = {name.lower(): name for name in sorted(components)}
    for word in said:
        if word in lower:
            return lower[word]
    for word in said:
        parts = [
            name
            for low, name in lower.items()
            if len(word) >= 4 and (word in re.split(r"[^a-z0-9]+", low) or low.startswith(word))
        ]
        if len(parts) == 1:
            return parts[0]
    for word in said:
        near = difflib.get_close_matches(word, lower, 1, 0.85)
        if near and len(word) >= 5:
            return lower[near[0]]
    return ""
