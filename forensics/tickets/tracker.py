"""What every ticket system must be able to do, and where a target stands in it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from forensics.errors import UsageError
from forensics.tickets.sending import Sender, checked
from forensics.tickets.summary import WORD, Summary


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach; its name carries the hash of the content, so that the same one is known again."""

    name: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Comment:
    """A summary of ours that is there; ``mark`` is its last line."""

    id: str
    mark: str


class Tracker(Protocol):
    """A ticket in a ticket system."""

    largest_bytes: int

    def comment(self, key: str) -> Comment | None:
        """Our comment on the bundle ``key``, the newest; None where there is none."""
        ...

    def attached(self) -> set[str]:
        """The names of the files that the ticket has."""
        ...

    def attach(self, file: File) -> str:
        """Attach a file; the address or name that a comment can link, "" where it cannot."""
        ...

    def post(self, said: Summary) -> None:
        """Comment on the ticket."""
        ...

    def replace(self, old: Comment, said: Summary) -> None:
        """Put the summary in the place of an old one; where comments cannot be changed, say it again."""
        ...


Maker = Callable[[str, bool], tuple[Sender, Tracker]]


def place(tracker: str, address: str, default: str, shapes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Scheme and host of an address, and the parts of its path that one of ``shapes`` (patterns with groups) gives.

    Raises:
        UsageError: the address has none of the shapes.
        TicketError: it would carry a token unencrypted.
    """
    parts = urlsplit(address)
    base = f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.netloc else default
    path = unquote(parts.path) if parts.netloc else address
    for shape in shapes:
        match = re.fullmatch(shape, path)
        if match and base:
            return checked(base), match.groups()
    raise UsageError(
        f"{address!r} is no ticket of {tracker}", hint="See 'forensics attach --help' for how targets are written."
    )


def marked(id: object, text: str, key: str) -> Comment | None:
    """A comment as ours if it carries the mark of the bundle ``key``."""
    match = re.search(rf"{WORD} {re.escape(key)} [0-9a-f]+", text)
    return Comment(str(id), match[0]) if match else None
