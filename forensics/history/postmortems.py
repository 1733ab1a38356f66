"""Post-mortems that people wrote, Markdown or plain text, as past incidents.

Rules find title, date, components, causes and what fixed it; the whole text is kept.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import yaml

from forensics import clock
from forensics.errors import UsageError
from forensics.history.causes import Cause, told
from forensics.history.digesting import identify, sha256
from forensics.records.history import Blame, Incident
from forensics.records.window import Micros

BIGGEST = 4_000_000
FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
UNDERLINE = re.compile(r"^\s{0,3}(=+|-{3,})\s*$")
LABEL = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:\*\*|__)?([A-Za-z][A-Za-z /_-]{2,40}?)(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(.+?)\s*$"
)
BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.+)$")
ISO_DAY = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?)?")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")  # fmt: skip
NAMED = "|".join(f"{each[:3]}(?:{each[3:]})?" for each in MONTHS)
WRITTEN_DAY = re.compile(
    rf"\b(?:({NAMED})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+|(\d{{1,2}})(?:st|nd|rd|th)?\s+({NAMED})\.?,?\s+)((?:19|20)\d\d)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
# A sentence in which somebody put something right.
DID = re.compile(
    r"\b(was|were|we|engineers?|team|to|by|after|the)\b.{0,80}\b(resolved|fixed|mitigated|restored|recovered|reverted|rolled back"
    r"|restarted|increased|disabled|replaced|patched|renewed)\b",
    re.IGNORECASE,
)
KEYS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "incident", "summary title", "name"),
    "date": ("date", "start", "started", "start time", "incident date", "time", "began", "when", "impact start"),
    "end": ("end", "ended", "end time", "resolved", "resolved at", "impact end"),
    "severity": ("severity", "sev", "priority", "impact level"),
    "components": (
        "services", "service", "components", "component", "affected services", "affected", "systems", "affected systems",
        "product", "products",
    ),
    "tags": ("tags", "keywords", "labels", "categories"),
    "cause": ("cause", "root cause", "failure mode", "failure_mode", "category"),
    "company": ("company", "organisation", "organization", "team", "owner"),
}  # fmt: skip
SECTIONS: Mapping[str, re.Pattern[str]] = {
    "fix": re.compile(r"resol|mitigat|recover|fix|remedi|how .{0,20}(solved|repaired)", re.IGNORECASE),
    "actions": re.compile(r"action|follow.?up|next steps|prevent|remediation items|to.?do|improvement", re.IGNORECASE),
}
PLACES = {name: kind for kind, names in KEYS.items() for name in names}


def written(body: bytes, name: str, causes: Sequence[Cause], id: str = "") -> Incident:
    """The incident that a text tells of.

    Raises:
        UsageError: it is no text, or there is nothing in it.
    """
    text = _decoded(body, name)
    front, rest = _front(text, name)
    labels = _labels(rest) | front
    title = _title(rest, labels, name)
    start, end = (_instant(labels.get(side, "")) for side in ("date", "end"))
    start = start if start is not None else _first_day(f"{title}\n{rest[:4000]}")
    facts = told(f"{title}\n{rest}", causes)
    components = _listed(labels.get("components", ""))
    by_name = {each.name: each for each in causes}
    told_of = sorted(facts, key=lambda row: by_name[row[0]].is_general)
    best = by_name.get(labels.get("cause", "")) or (by_name[told_of[0][0]] if told_of else None)
    blame = (
        Blame("probable", best.category, best.name, best.title, components[0] if components else "")
        if best
        else Blame()
    )
    tags = _listed(labels.get("tags", ""))
    whole = sha256(body)
    day = clock.iso(start)[:10] if start is not None else ""
    said = Incident(
        id=id or identify(title, day, whole),
        title=title, start=start, end=end if start is not None and end is not None and end > start else None,
        severity=labels.get("severity", ""),
        text="\n".join(part for part in (labels.get("company", ""), " ".join(tags), rest.strip()) if part),
        machine=blame, reviewed=None,
        fixed_by=_fixes(rest), actions=_actions(rest), components=components,
        facts={"cause": facts, "component": tuple((each, 1.0) for each in components)},
        figures={"duration_s": None, "detect_s": None, "recover_s": None}, budgets=(), effects=(),
        source={"kind": "document", "name": name, "sha256": whole},
    )  # fmt: skip
    if said.end is not None and said.start is not None:
        said = replace(said, figures={**said.figures, "duration_s": (said.end - said.start) / 1e6})
    # A cause that a person named is a reviewed one; what rules read from prose is not.
    return replace(said, reviewed=replace(blame, status="identified")) if labels.get("cause") in by_name else said


def _decoded(body: bytes, name: str) -> str:
    if b"\0" in body[:4096] or len(body) > BIGGEST:
        raise UsageError(f"{name} is no text", hint="Add report.json files, or post-mortems as Markdown or text.")
    text = body.decode("utf-8-sig", errors="replace")
    if not text.strip():
        raise UsageError(f"{name} is empty", hint="Name a post-mortem with words in it.")
    return text


def _front(text: str, name: str) -> tuple[dict[str, str], str]:
    """Front matter (YAML between two lines of ---) by what its keys mean, and the rest of the text."""
    match = FRONT.match(text)
    if not match:
        return {}, text
    try:
        said: Any = yaml.safe_load(match[1])
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(
            f"the front matter of {name} is not YAML: {error}", hint="Correct it, or take it out."
        ) from error
    if not isinstance(said, dict):
        return {}, text
    found: dict[str, str] = {}
    for key, value in said.items():
        place = PLACES.get(str(key).strip().casefold().replace("-", " "))
        if place and value is not None:
            found.setdefault(place, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
    return found, text[match.end() :]


def _labels(text: str) -> dict[str, str]:
    """Lines such as ``**Severity:** SEV-1`` near the top."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:60]:
        match = LABEL.match(line)
        place = PLACES.get(match[1].strip().casefold()) if match else None
        if match and place:
            found.setdefault(place, match[2].strip("* "))
    return found


def _title(text: str, labels: Mapping[str, str], name: str) -> str:
    lines = text.splitlines()
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        match = HEADING.match(line)
        if labels.get("title"):
            break
        if match and match[1]:
            return match[1][:200]
        if line.strip() and UNDERLINE.match(below):
            return line.strip()[:200]
    said = labels.get("title") or next((line.strip() for line in lines if line.strip()), name)
    return said[:200]


def _instant(text: str) -> Micros | None:
    match = ISO_DAY.search(text)
    return _of_day(match[0]) if match else _first_day(text)


def _first_day(text: str) -> Micros | None:
    """The first date in a text, ISO or written out (``June 13, 2024``, ``13 June 2024``), UTC unless it says otherwise."""
    iso, said = ISO_DAY.search(text), WRITTEN_DAY.search(text)
    if iso and (not said or iso.start() < said.start()):
        return _of_day(iso[0])
    if not said:
        return None
    month = next(n for n, each in enumerate(MONTHS, 1) if (said[1] or said[4])[:3].casefold() == each[:3])
    return _of_day(f"{said[5]}-{month:02}-{int(said[2] or said[3]):02}")


def _of_day(text: str) -> Micros | None:
    full = text.replace(" UTC", "Z").strip()
    try:
        return clock.instant(full if len(full) > 10 else f"{full}T00:00:00Z")
    except UsageError:
        return None


def _listed(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip(" []'\"`") for part in re.split(r"[,;]", text) if part.strip(" []'\"`")))


def _section(text: str, pattern: re.Pattern[str]) -> list[str]:
    """The lines under the headings that fit ``pattern``."""
    inside, kept = False, []
    for line in text.splitlines():
        match = HEADING.match(line)
        if match:
            inside = bool(pattern.search(match[1]))
        elif inside and line.strip():
            kept.append(line.strip())
    return kept


def _fixes(text: str) -> tuple[str, ...]:
    """What fixed it: the section about it, else sentences that say so."""
    lines = _section(text, SECTIONS["fix"])
    if not lines:
        lines = [each for each in SENTENCE.split(re.sub(r"\s+", " ", text)) if DID.search(each)]
    told_of = (BULLET.sub(r"\1", line).strip() for line in lines)
    return tuple(dict.fromkeys(line[:300] for line in told_of if len(line) > 8))[:3]


def _actions(text: str) -> tuple[str, ...]:
    lines = (BULLET.match(line) for line in _section(text, SECTIONS["actions"]))
    return tuple(dict.fromkeys(match[1].strip()[:200] for match in lines if match))[:20]
