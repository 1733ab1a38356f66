"""A history opened for use: adding, finding, showing and forgetting incidents."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from forensics.errors import ForensicsError, UsageError
from forensics.history import files, lock, searching, upkeep
from forensics.history.causes import Cause, told
from forensics.history.features import entry
from forensics.history.index import Index
from forensics.records.history import Hit, Incident, Wanted


@dataclass(slots=True)
class History:
    """Past incidents in a folder."""

    folder: Path
    index: Index

    @property
    def faults(self) -> Sequence[str]:
        """What could not be read."""
        return self.index.faults

    def names(self) -> list[str]:
        """The names of all incidents, by year and id."""
        return sorted(self.index.names())

    def incidents(self, names: Sequence[str] | None = None) -> Iterator[Incident]:
        """Incidents in the order of their names; those that cannot be read are passed over (see ``faults``)."""
        for name in self.names() if names is None else names:
            try:
                yield files.read(self.folder, name)
            except ForensicsError as error:
                if error.message not in self.index.faults:
                    self.index.faults.append(error.message)

    def named(self, reference: str) -> str:
        """The name of the incident with an id, or the one whose id begins so.

        Raises:
            UsageError: there is none, or more than one.
        """
        ids = {name: files.id_of(name) for name in self.names()}
        found = [name for name, each in ids.items() if reference in (each, name, name.partition("/")[2])]
        found = found or [name for name, each in ids.items() if each.startswith(reference)]
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(
                f"the history has no incident {reference}", hint="See 'forensics history list' for the ids."
            )
        raise UsageError(
            f"{reference} is the id of {len(found)} incidents: {', '.join(found[:5])}",
            hint="Name one of them in full; two clones may each have added one.",
        )

    def add(self, new: Incident, *, replacing: bool = False) -> str:
        """Store an incident; its name, or "" when it is there already, as it is.

        Raises:
            UsageError: another incident has this id, and ``replacing`` is off.
            OutputError: the folder cannot be written to.
        """
        with lock.writing(self.folder):
            self._refresh()
            same = searching.of_id(self.index, new.id)
            if any(files.read(self.folder, name) == new for name in same):
                return ""
            if same and not replacing:
                raise UsageError(
                    f"the history has another incident {new.id}",
                    hint="Add --replace when this is a new version of it, or --id to give it an id of its own.",
                )
            name = files.store(self.folder, new)
            upkeep.record(self.index, self.folder, new=entry(name, new))
            for old in same:
                files.remove(self.folder, old)
                upkeep.record(self.index, self.folder, gone=old)
            if self.index.is_full():
                self.index = upkeep.folded(self.folder, self.index)
            return name

    def forget(self, name: str) -> None:
        """Delete an incident for good.

        Raises:
            OutputError: the folder cannot be written to.
        """
        with lock.writing(self.folder):
            self._refresh()
            files.remove(self.folder, name)
            upkeep.record(self.index, self.folder, gone=name)

    def search(self, words: str, causes: Sequence[Cause], asked: Wanted | None = None, most: int = 10) -> list[Hit]:
        """The incidents that ``words`` describe best.

        Raises:
            UsageError: no word says anything.
        """
        facts = {"cause": told(words, causes)}
        rows = searching.ranked(self.index, words, facts, asked or Wanted(), searching.ASKED, most)
        return self._hits(rows, words, facts)

    def similar(self, to: Incident, asked: Wanted | None = None, most: int = 10) -> list[Hit]:
        """The incidents most like ``to``, itself (by id, or by bundle) left out."""
        wanted = asked or Wanted()
        twins = frozenset(searching.of_id(self.index, to.id))
        wanted = replace(wanted, apart_from=wanted.apart_from | twins)
        structure = searching.MEASURED if to.source.get("kind") == "report" else searching.TOLD
        rows = searching.ranked(self.index, to.text, to.facts, wanted, structure, most)
        return self._hits(rows, to.text, to.facts)

    def _hits(self, rows: Sequence[tuple[str, float, float]], query: str, facts: searching.Facts) -> list[Hit]:
        hits = []
        for name, score, likeness in rows:
            for incident in self.incidents([name]):
                words = searching.common_words(self.index, query, f"{incident.title}\n{incident.text}")
                shared = searching.shared(facts, incident.facts)
                hits.append(Hit(incident, score, round(likeness, 4), words, shared))
        return hits

    def _refresh(self) -> None:
        """What others have added since; under the lock."""
        if upkeep.is_stale(self.index, self.folder):
            self.index = upkeep.opened(self.folder, write=True)


def opened(folder: Path, *, new: bool = False) -> History:
    """The history in ``folder``; begun when there is none and ``new`` is on.

    Raises:
        UsageError: there is no history, or a newer program made it.
        OutputError: it cannot be made there.
    """
    place = files.created(folder) if new else files.found(folder)
    try:
        with lock.writing(place, patience_s=0):
            return History(place, upkeep.opened(place, write=True))
    except ForensicsError:
        # Read-only, or somebody writes: read what is there, and keep what was learned to ourselves.
        return History(place, upkeep.opened(place, write=False))
