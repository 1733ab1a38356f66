"""What the commands about past incidents share: reading what is named, filters, and hits in words."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from forensics.history import Cause
    from forensics.records.history import Hit, Incident, Wanted

TEXTS = {".md", ".markdown", ".txt", ".rst", ".adoc", ".text"}
NARROW = "\N{NARROW NO-BREAK SPACE}"
LEARNED = (
    ("causes", "causes"),
    ("same_again", "the same again"),
    ("repeated_actions", "asked for again"),
    ("changes", "changes to blame"),
)
GROUP_WORDS: Mapping[str, str] = {
    "cause": "cause",
    "template": "message",
    "signal": "signal",
    "change": "change",
    "component": "component",
    "role": "role",
    "shape": "spread",
}


def causes(definitions: Sequence[Path]) -> "tuple[Cause, ...]":
    """The causes that texts are searched for."""
    from forensics import history
    from forensics.library import Library

    return history.load(Library(tuple(definitions)))


def incident(place: Path, known: "Sequence[Cause]", name: str = "", definitions: Sequence[Path] = ()) -> "Incident":
    """The incident at ``place``: a report, a post-mortem, or a bundle, which is analyzed in a folder that goes away.

    Raises:
        UsageError: there is nothing, or nothing that can be read.
    """
    from forensics import history
    from forensics.errors import UsageError
    from forensics.history import digesting

    if not place.exists():
        raise UsageError(f"there is no {place}", hint="Name a report, a post-mortem or a bundle that exists.")
    if place.is_file() and place.suffix.casefold() in TEXTS:
        return history.written(place.read_bytes(), place.name, known, name)
    if place.name.endswith(".json") or (place.is_dir() and (place / "report.json").exists()):
        return history.digest(digesting.read(place), known, name)
    return history.digest(_analyzed(place, tuple(definitions)), known, name)


def _analyzed(bundle: Path, definitions: tuple[Path, ...]) -> Mapping[str, Any]:
    from forensics import analysis, report
    from forensics.records.options import Options

    with tempfile.TemporaryDirectory() as scratch:
        return report.as_json(analysis.run(bundle, Path(scratch) / "case", Options(definitions=definitions)))


def wanted(component: str = "", severity: str = "", cause: str = "", since: str = "", until: str = "") -> "Wanted":
    """The filters as a record.

    Raises:
        UsageError: an instant that cannot be read.
    """
    from forensics import clock
    from forensics.records.history import Wanted

    first, last = (clock.instant(text) if text else None for text in (since, until))
    return Wanted(component, severity, cause, first, last)


def row(each: "Incident") -> dict[str, Any]:
    """An incident in one row."""
    from forensics.clock import iso

    return {
        "id": each.id,
        "title": each.title,
        "start": iso(each.start) if each.start is not None else "",
        "severity": each.severity,
        "cause": each.blame.title or each.blame.mode,
        "category": each.blame.category,
        "component": each.blame.component,
        "reviewed": each.reviewed is not None,
    }


def found(hit: "Hit") -> dict[str, Any]:
    """A hit as JSON: what it is, why it matched, and what fixed it then."""
    why = [{"group": group, "name": name} for group, name in hit.shared]
    return row(hit.incident) | {
        "score": hit.score,
        "likeness": hit.likeness,
        "words": list(hit.words),
        "shared": why,
        "fixed_by": list(hit.incident.fixed_by),
    }


def hit_lines(place: int, hit: "Hit") -> Iterator[str]:
    """A hit on the terminal."""
    each = row(hit.incident)
    yield f"{place}. {each['id']}  {each['title']}"
    when = each["start"][:10] or "undated"
    cause = each["cause"] or "cause unknown"
    said = "reviewed" if each["reviewed"] else "not reviewed"
    at = f" at {each['component']}" if each["component"] else ""
    yield f"   {when}, {cause}{at} ({said}), likeness {hit.likeness:.2f}"
    reasons = [f"{GROUP_WORDS[group]} {name.replace('_', ' ')}" for group, name in _told_first(hit)]
    reasons += [f"words {', '.join(hit.words)}"] if hit.words else []
    yield f"   why: {'; '.join(reasons) or 'little in common'}"
    for fix in hit.incident.fixed_by[:1]:
        yield f"   fixed by: {fix}"


def _told_first(hit: "Hit", most: int = 5) -> list[tuple[str, str]]:
    """The shared parts that a person would name first: one or two of each group."""
    counted: dict[str, int] = {}
    kept = []
    for group, name in hit.shared:
        counted[group] = counted.get(group, 0) + 1
        if counted[group] <= 2:
            kept.append((group, name))
    return kept[:most]


def told(each: "Incident") -> Iterator[str]:
    """All that is kept of an incident, for people."""
    short = row(each)
    yield f"{each.id}  {each.title}"
    yield f"  when       {short['start'] or 'unknown'}"
    yield f"  severity   {each.severity or 'unknown'}"
    for label, blame in (("machine", each.machine), ("reviewed", each.reviewed)):
        if blame is not None:
            at = f" at {blame.component}" if blame.component else ""
            said = blame.title or blame.mode or "cause unknown"
            yield f"  {label:<10} {said}{at} ({blame.status or 'unknown'}, {blame.category or 'unknown'})"
    yield f"  reached    {', '.join(each.components) or 'unknown'}"
    for label, lines in (("fixed by", each.fixed_by), ("action", each.actions)):
        yield from (f"  {label:<10} {line}" for line in lines)
    yield f"  source     {each.source.get('name', '')} ({each.source.get('kind', '')}, {each.source.get('sha256', '')[:12]})"
    if each.source.get("kind") == "document":
        yield ""
        yield from each.text.splitlines()


def learned_lines(learned: Mapping[str, Any]) -> Iterator[str]:
    """What incidents teach, for people: what is recurrent, and figures."""
    from forensics.report.wording import duration

    broken = learned["incidents"] - learned["without_incident"]
    yield f"{broken} incidents from {learned['first'] or 'unknown'} to {learned['last'] or 'unknown'}, {learned['reviewed']} reviewed"
    for name, label in (("detect_s", "to detect"), ("recover_s", "to recover"), ("duration_s", "duration")):
        each = learned["fleet"][name]
        if each["n"]:
            yield f"  {label:<12} median {duration(each['median'])}, p90 {duration(each['p90'])} ({each['n']} known)"
    for name, label in LEARNED:
        if learned[name]:
            yield label
            yield from (f"  {each['n']:>4}  {each['what']}" for each in learned[name][:8])
    for each in learned["patterns"]:
        yield f"more than chance: {each['when']} ({each['kind']}), {each['n']} of {each['of']} where {each['expected']:.1f} were to be expected"


def visible(text: str) -> str:
    """``text`` with what a terminal would act on made visible."""
    return "".join(each if each.isprintable() or each == NARROW else "\N{REPLACEMENT CHARACTER}" for each in text)


def warn(faults: Sequence[str]) -> None:
    """Say on stderr what could not be read."""
    for fault in list(faults)[:10]:
        click.echo(f"note: {fault}", err=True)
    if len(faults) > 10:
        click.echo(f"note: {len(faults) - 10} more incidents could not be read", err=True)
