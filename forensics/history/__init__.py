"""Past incidents: kept one file each, found by words and by likeness, and what they teach."""

from forensics.history.causes import Cause, load
from forensics.history.digesting import digest
from forensics.history.keeping import History, opened
from forensics.history.learning import learn
from forensics.history.postmortems import written
from forensics.history.prechecking import kinship, precheck
from forensics.history.resembling import resembling

__all__ = ["Cause", "History", "digest", "kinship", "learn", "load", "opened", "precheck", "resembling", "written"]
