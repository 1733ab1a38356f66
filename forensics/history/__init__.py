"""Past incidents: kept one file each, found by words and by likeness, and what they teach."""

from forensics.history.causes import Cause, load
from forensics.history.digesting import digest
from forensics.history.keeping import History, opened
from forensics.history.postmortems import written

__all__ = ["Cause", "History", "digest", "load", "opened", "written"]
