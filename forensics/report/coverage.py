"""What was read, what was not, and what that means for the verdict."""

from forensics.clock import iso, micros
from forensics.records.case import Case
from forensics.records.coverage import Coverage, Hole
from forensics.records.evidence import Scalar, Statement
from forensics.records.report.document import BundleOut, CoverageOut, FileOut, MatrixOut, RejectOut, SourceOut
from forensics.records.report.outcome import GapOut
from forensics.records.window import SECOND
from forensics.report.wording import Words
from forensics.store import Store

MOST_REJECTS = 100


def bundle(case: Case, store: Store, found: Coverage) -> BundleOut:
    """Every file with what became of it, and the sums."""
    rows = store.raw("files").sort("path").collect().to_dicts()
    files = tuple(
        FileOut(
            row["path"], row["sha256"], row["bytes"], row["format"], row["kind"], row["rows"], row["rejected"],
            iso(micros(row["first_time"]) + row["shift_us"]) if row["first_time"] else None,
            iso(micros(row["last_time"]) + row["shift_us"]) if row["last_time"] else None,
            row["zone_source"], row["shift_us"], row["note"],
        )
        for row in rows
    )  # fmt: skip
    rejects = store.raw("rejects").sort("file", "line", "reason", "sample").head(MOST_REJECTS).collect().to_dicts()
    sources: dict[str, int] = {}
    for each in files:
        if each.kind:
            sources[each.kind] = sources.get(each.kind, 0) + each.rows
    notices = [
        *case.bundle.declared.notices,
        *(f"{each.path} was not let in: {each.reason}" for each in case.bundle.refused),
    ]
    if case.symptom:
        notices.append(case.symptom.understood)
    covered = CoverageOut(
        sum(1 for each in files if each.format),
        sum(1 for each in files if not each.format),
        sum(each.rows for each in files),
        sum(each.rejected for each in files),
        dict(sorted(sources.items())),
        tuple(RejectOut(row["file"], row["line"], row["reason"], row["sample"], row["n"]) for row in rejects),
        tuple(notices),
        _matrix(found),
    )
    return BundleOut(case.bundle.name, case.bundle.sha256, files, covered)


def _matrix(found: Coverage) -> MatrixOut:
    rows = tuple(SourceOut(each.file, each.table, each.counts) for each in found.sources)
    return MatrixOut(iso(found.start), found.slot_us / SECOND, rows)


WANTED = (
    ("logs", "logs", "Log messages could not be compared; error messages and their first occurrence are unknown."),
    ("metrics", "metrics", "Levels and saturation of resources are unknown."),
    ("spans", "traces", "Where in a request the time went or the error began is unknown."),
    ("requests", "an access log of the edge", "Failed requests, users and availability could not be counted."),
    ("changes", "deploy or commit histories", "No change could be judged."),
    ("business", "orders or payments", "The cost in money could not be measured."),
)


def gaps(case: Case, store: Store, covered: Coverage, words: Words) -> tuple[GapOut, ...]:
    """Kinds of data that the bundle lacks, stretches that a source leaves out, and files that nothing reads."""
    found = [GapOut(what, "The bundle holds none.", effect) for table, what, effect in WANTED if not store.has(table)]
    span = store.span()
    if span is None or not span.overlaps(case.windows.incident):
        found.append(GapOut("the incident window", "No data lies in it.", "Nothing could be said about the incident."))
    if not case.windows.baselines:
        found.append(
            GapOut("a baseline", "No data lies outside of the incident.", "Nothing could be compared with normal.")
        )
    found += [_hole(each, words) for each in covered.holes]
    unread = store.raw("files").sort("path").collect()
    for path, form, note in unread.select("path", "format", "note").rows():
        if not form or note:
            found.append(
                GapOut(
                    path,
                    note or "No format reads it.",
                    "It was not used." if not form else "It was read as far as possible.",
                )
            )
    return tuple(found[:100])


def _hole(each: Hole, words: Words) -> GapOut:
    values: dict[str, Scalar] = {
        "value": each.value,
        "start_at": each.window.start if each.window else None,
        "end_at": each.window.end if each.window else None,
        "lasted_s": each.window.duration_s if each.window else None,
    }
    said = [words.say(Statement(f"coverage.{each.kind}{part}", values)) for part in ("", "_effect")]
    return GapOut(each.file, *said)
