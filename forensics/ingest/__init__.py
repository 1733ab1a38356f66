"""Files to case tables, by the format definitions in ``parsers/``."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from forensics import masking
from forensics.ingest import definitions, reading, sources, strictness
from forensics.library import Library
from forensics.records.bundle import Bundle, File
from forensics.records.options import Map, Options, Progress
from forensics.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["read"]
VERSION = "1"


def read(bundle: Bundle, store: Store, library: Library, options: Options, over: Map, progress: Progress) -> None:
    """Read every file of ``bundle`` into ``store``; what was read before with the same definitions is kept.

    Raises:
        DefinitionError: a format or mask is broken; found before any data is read.
    """
    formats = strictness.ordered(definitions.load(library))
    zones = {**bundle.declared.timezones, **options.timezones}
    known = sources.Known(formats, masking.load(library), replace(options, timezones=zones), bundle.declared.timezone)
    said = library.sha256(("parsers",)) + repr(known.masks)
    parts = {_part(file, said, known): file for file in bundle.files}
    store.drop(parts)
    done = {path.stem.rsplit("-", 1)[0] for path in store.parts("files")}
    fresh = [(part, file) for part, file in parts.items() if part not in done]

    def one(item: tuple[str, File]) -> int:
        part, file = item
        reading.read(file, part, store, known)
        return file.size_bytes

    sizes: Sequence[int] = over(one, fresh)
    progress("reading files", f"{len(bundle.files)} files, {sum(sizes) / 1e6:,.1f} MB new")


def _part(file: File, said: str, known: sources.Known) -> str:
    """The name of a file's part: it changes with the file, the definitions and the options that bear on reading."""
    options = replace(known.options, start=None, end=None, symptom="", slo=(), include=(), exclude=(), definitions=())
    body = "\0".join((VERSION, file.path, file.sha256, said, known.zone, repr(options)))
    return hashlib.blake2b(body.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
