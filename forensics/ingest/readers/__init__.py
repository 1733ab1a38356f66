"""Formats that neither a line pattern nor a mapping of records can say: each with a test and a reader."""

from collections.abc import Mapping

from forensics.ingest.readers import describe, git, journal, notes, series, sysstat
from forensics.ingest.readers.reader import Reader

__all__ = ["READERS"]

READERS: Mapping[str, Reader] = {
    "kubectl_describe": Reader(describe.fits, describe.read),
    "journal": Reader(journal.fits, journal.read),
    "series": Reader(series.fits, series.read),
    "git_log": Reader(git.fits, git.read),
    "incident_notes": Reader(notes.fits, notes.read),
    "sysstat": Reader(sysstat.fits, sysstat.read),
}
