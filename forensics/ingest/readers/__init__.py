"""Formats that neither a line pattern nor a mapping of records can say: each with a test and a reader."""

from collections.abc import Mapping

from forensics.ingest.readers import git, notes, sysstat
from forensics.ingest.readers.reader import Reader

__all__ = ["READERS"]

READERS: Mapping[str, Reader] = {
    "git_log": Reader(git.fits, git.read),
    "incident_notes": Reader(notes.fits, notes.read),
    "sysstat": Reader(sysstat.fits, sysstat.read),
}
