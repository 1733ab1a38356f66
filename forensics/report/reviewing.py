"""What people have said about a report: ``review.yaml`` beside it, read, laid over the report, its orphans listed.

The machine's own words stay in the report; ``review`` holds the edits, and the renderings show both.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from forensics import redaction
from forensics.errors import UsageError
from forensics.library import Library
from forensics.redaction import Redactor
from forensics.report.canonical import seal

NAME = "review.yaml"
LARGEST = 1 << 20
TOP = ("claims", "verdict", "lessons", "sections")
EDIT = ("decision", "text", "note", "owner", "due", "by")
VERDICT = ("status", "component", "summary", "by", "note")
LESSONS = ("well", "poorly", "lucky")
SECTION = ("title", "text", "by")
DECISIONS = ("accept", "reject")
STATUSES = ("identified", "probable", "inconclusive", "no_incident")
HINT = "See docs/report.md for what review.yaml may hold; the page's review mode writes one."


class _Loader(yaml.SafeLoader):
    """YAML without references, which could make a small file endless."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("references (*name) are not allowed")
        return super().compose_node(parent, index)


def read(path: Path) -> Mapping[str, Any] | None:
    """What ``review.yaml`` at ``path`` says; None where there is none.

    Raises:
        UsageError: it is not YAML, or holds what no review has.
    """
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}", hint=HINT) from error
    if len(body) > LARGEST:
        raise UsageError(f"{path} is larger than 1 MB", hint=HINT)
    try:
        # A safe loader: it makes plain values only.
        said = yaml.load(body.decode("utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}", hint=HINT) from error
    return checked(said or {}, str(path))


def checked(said: Any, path: str) -> Mapping[str, Any]:
    """A review with every part in its shape and every value a text.

    Raises:
        UsageError: some part is not what a review has there.
    """
    whole = _mapping(said, TOP, path)
    claims = whole.get("claims") or {}
    if not isinstance(claims, Mapping):
        raise UsageError(f"{path}: claims is no mapping", hint=HINT)
    edits = {str(claim): _texts(edit, EDIT, f"{path}: claims {claim}") for claim, edit in claims.items()}
    for claim, edit in edits.items():
        if edit.get("decision", DECISIONS[0]) not in DECISIONS:
            raise UsageError(
                f"{path}: claims {claim}: no such decision: {edit['decision']}", hint="Use accept or reject."
            )
    verdict = _texts(whole.get("verdict") or {}, VERDICT, f"{path}: verdict")
    if verdict.get("status", STATUSES[0]) not in STATUSES:
        raise UsageError(f"{path}: no such status: {verdict['status']}", hint=f"Use one of {', '.join(STATUSES)}.")
    lessons = _mapping(whole.get("lessons") or {}, LESSONS, f"{path}: lessons")
    return {
        "edits": edits,
        "verdict": verdict,
        "lessons": {
            name: [str(each) for each in _list(lessons.get(name), f"{path}: lessons {name}")] for name in LESSONS
        },
        "sections": [
            _texts(each, SECTION, f"{path}: sections") for each in _list(whole.get("sections"), f"{path}: sections")
        ],
    }


def _mapping(said: Any, known: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(said, Mapping):
        raise UsageError(f"{where} is no mapping", hint=HINT)
    for key in said:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            raise UsageError(f"{where}: no such key: {key}", hint=f"Did you mean {near[0]}?" if near else HINT)
    return said


def _texts(said: Any, known: tuple[str, ...], where: str) -> dict[str, str]:
    return {str(key): str(value) for key, value in _mapping(said, known, where).items() if value is not None}


def _list(said: Any, where: str) -> list[Any]:
    if said is None:
        return []
    if not isinstance(said, list):
        raise UsageError(f"{where} is no list", hint=HINT)
    return said


def reviewed(report: Mapping[str, Any], said: Mapping[str, Any] | None, library: Library) -> Mapping[str, Any]:
    """The report with a review in it, sealed anew; unchanged without one.

    Edits whose claim the report no longer makes are kept and listed as orphaned. The review is redacted like the report.
    """
    if said is None:
        return report
    key = redaction.local_key() if report.get("options", {}).get("redact") else None
    redactor = Redactor(redaction.rules(library), key)
    edits = {claim: redactor.value(edit) for claim, edit in sorted(said["edits"].items())}
    here = set(claims(report))
    live = {claim: edit for claim, edit in edits.items() if claim in here}
    review = {
        "accepted": [claim for claim, edit in live.items() if edit.get("decision") == "accept"],
        "rejected": [claim for claim, edit in live.items() if edit.get("decision") == "reject"],
        "reworded": [claim for claim, edit in live.items() if edit.get("text")],
        "orphaned": [claim for claim in edits if claim not in here],
        "edits": edits,
        "verdict": redactor.value(said["verdict"]),
        "lessons": redactor.value(said["lessons"]),
        "sections": redactor.value(said["sections"]),
    }
    whole = {**report, "review": review}
    return {**whole, "seal": seal(whole)}


def claims(said: Any) -> Iterator[str]:
    """Every claim of a report."""
    if isinstance(said, Mapping):
        if isinstance(said.get("claim"), str):
            yield said["claim"]
        for name, inner in said.items():
            if name not in ("evidence", "review", "figures"):
                yield from claims(inner)
    elif isinstance(said, list | tuple):
        for inner in said:
            yield from claims(inner)
