"""Files to case tables, by the format definitions in ``parsers/``."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from forensics import masking
from forensics.errors import BundleError
from forensics.ingest import definitions, messages, numbering, reading, sources, strictness
from forensics.library import Library
from forensics.records.bundle import Bundle, File
from forensics.records.numbered import Numbered
from forensics.records.options import Map, Options, Progress
from forensics.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["known", "number", "read"]
# Changes when reading gives other rows for the same file and definitions, so that older rows are not kept.
VERSION = "4"


def read(bundle: Bundle, store: Store, library: Library, options: Options, over: Map, progress: Progress) -> None:
    """Read every file of ``bundle`` into ``store``; what was read before with the same definitions is kept.

    Raises:
        DefinitionError: a format or mask is broken; found before any data is read.
    """
    zones = {**bundle.declared.timezones, **options.timezones}
    asked = known(library, replace(options, timezones=zones), bundle.declared.timezone)
    said = library.sha256(("parsers",)) + repr(asked.masks)
    parts = {_part(file, said, asked): file for file in bundle.files}
    store.drop(parts)
    done = {path.stem.rsplit("-", 1)[0] for path in store.parts("files")}
    fresh = [(part, file) for part, file in parts.items() if part not in done]

    def one(item: tuple[str, File]) -> int:
        part, file = item
        reading.read(file, part, store, asked)
        return file.size_bytes

    sizes: Sequence[int] = over(one, fresh)
    progress("reading files", f"{len(bundle.files)} files, {sum(sizes) / 1e6:,.1f} MB new")


def number(bundle: Bundle, store: Store, folder: Path, library: Library, options: Options) -> Numbered:
    """The number of the message of every line, in ``folder``, and the ``messages`` of ``store``; nothing else is read.

    Raises:
        DefinitionError: a format or mask is broken; found before any data is read.
    """
    zones = {**bundle.declared.timezones, **options.timezones}
    asked = known(library, replace(options, timezones=zones), bundle.declared.timezone)
    said = library.sha256(("parsers",)) + repr(asked.masks)
    found = messages.Messages()
    parts = [
        part
        for file in bundle.files
        for part in numbering.number(file, _part(file, said, asked), store, asked, found, folder)
    ]
    if found.masked:
        store.write("messages", found.frame(""))
    return Numbered(tuple(parts), tuple(found.numbers))


def refuse_unread(store: Store) -> None:
    """Stop where not one file of the bundle has a format that reads it: a report of nothing would have no time either.

    Raises:
        BundleError: every file ended without a format.
    """
    files = store.raw("files").select("path", "format", "note").sort("path").collect()
    if files.height and (files["format"] == "").all():
        path, _, note = files.row(0)
        raise BundleError(
            f"nothing in the bundle can be read: {path}: {note}"
            + (f" (and {files.height - 1} more)" if files.height > 1 else ""),
            hint="Run 'forensics doctor BUNDLE' to see what each file was taken for.",
        )


def known(library: Library, options: Options, zone: str) -> sources.Known:
    """What reading needs to know: formats in order, masks, options, and the zone of stamps that name none.

    Raises:
        DefinitionError: a format or mask is broken.
    """
    return sources.Known(strictness.ordered(definitions.load(library)), masking.load(library), options, zone)


def _part(file: File, said: str, known: sources.Known) -> str:
    """The name of a file's part: it changes with the file, the definitions and the options that bear on reading."""
    options = replace(known.options, start=None, end=None, symptom="", slo=(), include=(), exclude=(), definitions=())
    body = "\0".join((VERSION, file.path, file.sha256, said, known.zone, repr(options)))
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
