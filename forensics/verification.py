"""Evidence of a report, checked against its bundle: hashes, texts, series and counts are all read again."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics import analysis, clock, documents, measuring, redaction, report, templates, unredacted
from forensics.errors import UsageError
from forensics.library import Library
from forensics.records.bundle import Bundle
from forensics.records.evidence import CountEvidence, SeriesEvidence
from forensics.records.options import replayed, silent
from forensics.records.report import SCHEMA_VERSION
from forensics.records.window import Window
from forensics.store import Store

# Names with underscores are shown in words.
WORD = r"[^\W_]+"
# Floats are written in full and read back equal; a statistic that needed a sum may differ in its last bits.
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something in the report that the bundle does not bear out."""

    what: str
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, by kind of evidence; what does not match; what is worth knowing besides."""

    checked: Mapping[str, int]
    mismatches: tuple[Mismatch, ...]
    notices: tuple[str, ...]


def verify(said: Mapping[str, Any], path: Path, definitions: tuple[Path, ...] = ()) -> Verification:
    """Check the report ``said`` against the bundle at ``path``, which is read afresh.

    Raises:
        UsageError: the report is of another schema version.
        BundleError: the bundle cannot be opened.
    """
    if said.get("schema_version") != SCHEMA_VERSION:
        raise UsageError(
            f"the report has schema version {said.get('schema_version')!r}, this program reads {SCHEMA_VERSION!r}",
            hint="Verify it with the version of forensics that wrote it (tool.version in the report).",
        )
    options = replayed(said.get("options", {}), definitions)
    library = Library(definitions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bundle, store = analysis.read(
            path, folder / "case", folder / "bundle", options, library, over=analysis.threads, progress=silent
        )
        if any(row.get("table") == "templates" for row in said["evidence"].values()):
            templates.mine(store, library)
        wrong = [*_seal(said), *_files(said, bundle), *_evidence(said["evidence"], bundle, store), *_dangling(said)]
    kinds = [row["kind"] for row in said["evidence"].values()]
    checked = {"files": len(said["bundle"]["files"])} | {kind: kinds.count(kind) for kind in sorted(set(kinds))}
    return Verification(checked, tuple(wrong), tuple(_notices(said, bundle, library)))


def _seal(said: Mapping[str, Any]) -> Iterator[Mismatch]:
    seal = report.seal(said)
    if seal != said.get("seal"):
        yield Mismatch("seal", str(said.get("seal")), seal)


def _files(said: Mapping[str, Any], bundle: Bundle) -> Iterator[Mismatch]:
    here = {file.path: file.sha256 for file in bundle.files}
    for row in said["bundle"]["files"]:
        if row["sha256"] not in {here.get(row["path"]), *_like(row["path"], here)}:
            yield Mismatch(f"file {row['path']}", row["sha256"], here.get(row["path"], "not in the bundle"))


def _like(path: str, here: Mapping[str, Any]) -> list[Any]:
    """What belongs to the paths that could have become ``path`` when people were taken out of it."""
    return (
        [each for name, each in here.items() if redaction.fits(path, name)]
        if redaction.PLACEHOLDER.search(path)
        else []
    )


def _notices(said: Mapping[str, Any], bundle: Bundle, library: Library) -> Iterator[str]:
    known = {row["path"] for row in said["bundle"]["files"]}
    added = sorted(file.path for file in bundle.files if not any(redaction.fits(each, file.path) for each in known))
    if added:
        yield f"{len(added)} files are in the bundle and not in the report: {', '.join(added[:5])}"
    if said["tool"]["definitions_sha256"] != library.sha256():
        yield "the definitions differ from those that the report was made with"


def _dangling(said: Mapping[str, Any]) -> Iterator[Mismatch]:
    """Ids that some sentence cites and the report does not hold."""
    known = said["evidence"].keys()
    for cited in sorted(set(_cited({key: value for key, value in said.items() if key != "evidence"}))):
        if cited not in known:
            yield Mismatch(f"evidence {cited}", "cited", "not in the report")


def _cited(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key == "evidence" and isinstance(inner, list):
                yield from (each for each in inner if isinstance(each, str))
            else:
                yield from _cited(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _cited(inner)


def _evidence(rows: Mapping[str, Mapping[str, Any]], bundle: Bundle, store: Store) -> Iterator[Mismatch]:
    yield from _texts(rows, bundle)
    for name, row in sorted(rows.items()):
        if row["kind"] == "series":
            measures = [measuring.series(store, _series(each)) for each in unredacted.series(row, store)]
            if not any(each and each[1] == row["n"] and _close(each[0], row["value"]) for each in measures):
                first = measures[0] if measures else None
                yield Mismatch(f"evidence {name}", f"{row['value']} of {row['n']} samples", _measured(first))
        elif row["kind"] == "count":
            counts = [measuring.count(store, _count(each)) for each in unredacted.counts(row, store)]
            if row["value"] not in counts:
                yield Mismatch(f"evidence {name}", f"{row['value']}", f"{counts[0] if counts else 'no such rows'}")


def _measured(found: tuple[float, int] | None) -> str:
    return f"{found[0]} of {found[1]} samples" if found else "no such series in the window"


def _series(row: Mapping[str, Any]) -> SeriesEvidence:
    labels = tuple(sorted((row["labels"] or {}).items()))
    return SeriesEvidence(
        row["component"], row["metric"], labels, _window(row), row["statistic"], row["value"], row["n"]
    )


def _count(row: Mapping[str, Any]) -> CountEvidence:
    filters = tuple((column, operator, value) for column, operator, value in row["filters"])
    return CountEvidence(row["table"], filters, _window(row), row["measure"], int(row["value"]))


def _window(row: Mapping[str, Any]) -> Window:
    window = row["window"]
    return Window(clock.instant(window["start"], "UTC"), clock.instant(window["end"], "UTC"))


def _close(found: float, said: float) -> bool:
    return abs(found - said) <= TOLERANCE * max(1.0, abs(said))


def _texts(rows: Mapping[str, Mapping[str, Any]], bundle: Bundle) -> Iterator[Mismatch]:
    """Lines and records, file by file, so that each file is opened once."""
    files = {file.path: file for file in bundle.files}
    cited: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for name, row in sorted(rows.items()):
        if row["kind"] in ("line", "record"):
            cited.setdefault(row["file"], []).append((name, row))
    for path, group in sorted(cited.items()):
        file = files.get(path) or next(iter(_like(path, files)), None)
        if file is None:
            yield from (Mismatch(f"evidence {name}", path, "not in the bundle") for name, _ in group)
            continue
        for (name, row), raw in zip(group, _raw(file.location, [row for _, row in group]), strict=True):
            if raw is None or not present(row["text"], raw):
                where = row["record"] if row["kind"] == "record" else f"line {row['first']}"
                yield Mismatch(f"evidence {name}, {path} {where}", row["text"][:200], (raw or "nothing")[:200])


def _raw(location: Path, rows: Sequence[Mapping[str, Any]]) -> list[str | None]:
    lines = documents.line_texts(location, [(row["first"], row["last"]) for row in rows if row["kind"] == "line"])
    records = documents.record_texts(location, [row["record"] for row in rows if row["kind"] == "record"])
    taken = {"line": iter(lines), "record": iter(records)}
    return [next(taken[row["kind"]]) for row in rows]


def present(text: str, raw: str) -> bool:
    """Whether ``text`` stands in ``raw``: every word of it, in any order, since records are shown in a shorter form.

    A text that was cut ends in an ellipsis and its last word is then not looked for.

    >>> present("pool exhausted", '{"msg": "pool exhausted", "n": 3}'), present("disk full", "pool exhausted")
    (True, False)
    """
    # What was taken out cannot be looked for; what stands around it can.
    text = redaction.PLACEHOLDER.sub(" ", text)
    wanted = text.removesuffix("…").rsplit(None, 1)[0] if text.endswith("…") and " " in text else text.rstrip("…")
    if wanted in raw:
        return True
    unescaped = _unescaped(raw)
    words = set(re.findall(WORD, raw)) | set(re.findall(WORD, unescaped))
    return wanted in unescaped or all(word in words for word in re.findall(WORD, wanted))


def _unescaped(raw: str) -> str:
    """The strings in a JSON text, as they read."""
    found = []
    for each in re.findall(r'"(?:[^"\\]|\\.)*"', raw):
        try:
            found.append(json.loads(each, strict=False))
        except json.JSONDecodeError:
            continue
    return "\n".join(found)
