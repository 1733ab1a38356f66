"""What took a commit into production, and when a change was live."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from forensics.records.finding import Change
from forensics.records.window import Micros
from forensics.verdict import reach

# Shorter names of commits mean nothing.
SHORTEST = 7


@dataclass(frozen=True, slots=True)
class Shipping:
    """Deploys, migrations and the like by the commits that they name, and deploys by component in time order."""

    by_prefix: Mapping[str, tuple[Change, ...]]
    deploys: Mapping[str, tuple[Micros, ...]]
    by_id: Mapping[str, Change]

    def carriers(self, commit: Change) -> tuple[Change, ...]:
        """Everything but commits that names ``commit``, oldest first."""
        return tuple(each for each in self.by_prefix.get(commit.ref[:SHORTEST], ()) if carries(each, commit))

    def live(self, change: Change) -> Micros | None:
        """When a change took effect: a commit with the first deploy that carries it, or the next one of what it touches.

        None for a commit that no deploy ever shipped, where deploys are known at all, and for a change without a time.
        """
        if change.kind != "commit" or not self.deploys:
            return change.time
        carried = [each.time for each in self.carriers(change) if each.time is not None]
        if carried:
            return min(carried)
        if change.time is None:
            return None
        found = []
        for component, times in self.deploys.items():
            at = bisect_left(times, change.time)
            if at < len(times) and reach.touches(change, component) > 0:
                found.append(times[at])
        return min(found, default=None)

    def ended(self, change: Change) -> Micros | None:
        """When a change stopped to be in effect: as its row says, or as the change that takes it back went live."""
        ends = [change.live_until] if change.live_until is not None else []
        if change.undone_by in self.by_id:
            ends += [time for time in (self.live(self.by_id[change.undone_by]),) if time is not None]
        return min(ends, default=None)

    def named(self, deploy: Change) -> bool:
        """Whether a deploy says what it carries."""
        return any(len(name) >= SHORTEST for name in _names(deploy))


def index(changes: Sequence[Change]) -> Shipping:
    """The index over all changes of a bundle."""
    prefixes: dict[str, list[Change]] = {}
    deploys: dict[str, list[Micros]] = {}
    for change in sorted(changes, key=lambda each: (each.time or 0, each.id)):
        if change.kind == "commit":
            continue
        for name in sorted({name[:SHORTEST] for name in _names(change) if len(name) >= SHORTEST}):
            prefixes.setdefault(name, []).append(change)
        if change.kind == "deploy" and change.time is not None:
            deploys.setdefault(change.component, []).append(change.time)
    return Shipping(
        {name: tuple(found) for name, found in prefixes.items()},
        {name: tuple(times) for name, times in sorted(deploys.items())},
        {each.id: each for each in changes},
    )


def _names(change: Change) -> Iterable[str]:
    return (*change.carries, change.ref)


def carries(change: Change, commit: Change) -> bool:
    """Whether a deploy (or migration) names the commit."""
    names = [name for name in _names(change) if len(name) >= SHORTEST]
    return bool(commit.ref) and any(commit.ref.startswith(name) or name.startswith(commit.ref) for name in names)
