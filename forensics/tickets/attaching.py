"""Attaching a report to a ticket: looks what is there, and does what is missing, as often as it takes."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from forensics.errors import TicketError
from forensics.tickets.sending import Again
from forensics.tickets.summary import Summary, summary
from forensics.tickets.tracker import File, Tracker

KINDS: Mapping[str, str] = {
    "pdf": "application/pdf",
    "json": "application/json",
    "html": "text/html",
    "md": "text/markdown",
}
TRIES = 6
FIRST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: ``posted``, ``replaced`` or ``unchanged``; the files attached, and those left out with the reason."""

    comment: str
    attached: tuple[str, ...]
    left_out: tuple[str, ...]


def prepared(
    report: Mapping[str, Any], bodies: Mapping[str, bytes], link: str = ""
) -> tuple[Summary, tuple[File, ...]]:
    """The summary of a report and its files (by format); their names and the state tell contents apart."""
    whole = hashlib.sha256(report["seal"].encode() + link.encode())
    files = []
    for form, body in sorted(bodies.items()):
        digest = hashlib.sha256(body).hexdigest()
        whole.update(digest.encode())
        files.append(File(f"post-mortem-{report['bundle']['sha256'][:8]}-{digest[:8]}.{form}", KINDS[form], body))
    return summary(report, whole.hexdigest()[:16], link), tuple(files)


def attach(tracker: Tracker, said: Summary, files: Sequence[File], sleep: Callable[[float], None]) -> Done:
    """Attach ``files`` and ``said`` to a ticket, once each.

    What fails for a while (429, 5xx, a cut connection) is tried again from the beginning, with growing waits or as long as the
    server asks.

    Raises:
        TicketError: the ticket system refused, or did not answer for all the tries.
    """
    attached: list[str] = []
    for attempt in range(TRIES):
        try:
            return _once(tracker, said, files, attached)
        except Again as again:
            if attempt == TRIES - 1:
                raise TicketError(
                    f"gave up after {TRIES} tries: {again.message}",
                    hint="Try again later; what was done is not done twice.",
                ) from None
            sleep(again.wait_s if again.wait_s is not None else FIRST_WAIT_S * 2**attempt)
    raise AssertionError


def _once(tracker: Tracker, said: Summary, files: Sequence[File], attached: list[str]) -> Done:
    old = tracker.comment(said.key)
    most = tracker.largest_bytes
    why = f"it takes {most:,} bytes" if most else "it takes no files"
    left_out = tuple(f"{each.name} ({len(each.body):,} bytes; {why})" for each in files if len(each.body) > most)
    if old is not None and old.mark == said.mark:
        return Done("unchanged", tuple(attached), left_out)
    there = tracker.attached()
    links = list(said.links)
    for each in files:
        if len(each.body) > most:
            continue
        link = each.name
        if each.name not in there:
            link = tracker.attach(each)
            attached.append(each.name)
        links.append((each.name, link))
    whole = replace(said, links=tuple(links))
    if old is None:
        tracker.post(whole)
        return Done("posted", tuple(dict.fromkeys(attached)), left_out)
    tracker.replace(old, whole)
    return Done("replaced", tuple(dict.fromkeys(attached)), left_out)
