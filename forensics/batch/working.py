"""One bundle of a batch, in a process of its own: analyzed beside its place, moved there when whole."""

import json
import multiprocessing
import os
import shutil
import sys
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from forensics.batch.seeking import Found, content_sha256
from forensics.errors import ForensicsError, OutputError
from forensics.records.options import Options
from forensics.records.outputs import SUFFIXES


@dataclass(frozen=True, slots=True)
class Job:
    """A bundle to analyze into ``out``; ``key`` names version, definitions and options, and ``history`` past incidents."""

    bundle: Found
    out: Path
    formats: tuple[str, ...]
    options: Options
    key: str
    keeps_case: bool


def work(pipe: Connection) -> None:
    """Take jobs from ``pipe`` until None comes; answer each with what was done, how, and the peak of memory in bytes."""
    threading.Thread(target=_die_with_parent, daemon=True).start()
    while True:
        try:
            job: Job | None = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        if job is None:
            return
        try:
            row = done(job) or analyzed(job)
        except ForensicsError as error:
            row = {"error": error.message}
        except KeyboardInterrupt:
            return
        except Exception as error:
            # A bug in one bundle must not end the others: it is told in full where the bundle's report would be.
            traceback.print_exc(file=sys.stderr)
            row = {"error": f"{type(error).__name__}: {error}", "is_bug": True}
        try:
            pipe.send((row, peak_bytes()))
        except OSError:
            # Whoever asked is gone; what was done stands, and the next run finds it.
            return


def _die_with_parent() -> None:
    """End this process as soon as the batch has ended, however it ended: its successor works on the same folders."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def done(job: Job) -> dict[str, Any] | None:
    """What an earlier run wrote for the same content, version and options; None where there is none."""
    try:
        said = json.loads((job.out / job.bundle.name / "batch.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if said.get("key") != job.key or said.get("sha256") != content_sha256(job.bundle.path):
        return None
    whole = all((job.out / job.bundle.name / SUFFIXES[name]).is_file() for name in job.formats)
    return {"row": said["row"], "is_old": True} if whole else None


def analyzed(job: Job) -> dict[str, Any]:
    """Analyze the bundle and put its folder in place, all at once.

    Raises:
        ForensicsError: it cannot be analyzed, or the output cannot be written.
    """
    from forensics import analysis, report
    from forensics.library import Library

    half = job.out / f".half-{job.bundle.name}"
    shutil.rmtree(half, ignore_errors=True)
    try:
        half.mkdir(parents=True)
        before = content_sha256(job.bundle.path)
        found = report.as_json(analysis.run(job.bundle.path, half / "case", job.options))
        library = Library(job.options.definitions)
        for name in job.formats:
            (half / SUFFIXES[name]).write_bytes(report.render(found, name, library))
        if not job.keeps_case:
            shutil.rmtree(half / "case", ignore_errors=True)
        row = summary(found)
        said = {"key": job.key, "sha256": before, "row": row}
        (half / "batch.json").write_text(json.dumps(said, sort_keys=True, indent=1) + "\n", encoding="utf-8")
        place = job.out / job.bundle.name
        _keep_review(place, half)
        shutil.rmtree(place, ignore_errors=True)
        half.rename(place)
        return {"row": row, "is_old": False}
    except OSError as error:
        raise OutputError(f"cannot write to {job.out}: {error.strerror or error}", hint="Free some space.") from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _keep_review(place: Path, half: Path) -> None:
    """What people wrote beside an older report stays."""
    review = place / "review.yaml"
    if review.is_file():
        shutil.copy2(review, half / "review.yaml")


def summary(found: Mapping[str, Any]) -> dict[str, Any]:
    """A report in one row of the index."""
    incident, verdict, impact = found["incident"], found["verdict"], found["impact"]
    measured = {name: impact[name]["estimate"] for name in ("duration_s", "failed_requests", "users_affected")}
    return {
        "title": incident["title"],
        "start": incident["window"]["start"],
        "end": incident["window"]["end"],
        "severity": incident["severity"],
        "status": verdict["status"],
        "confidence": verdict["confidence"],
        "category": verdict["category"],
        "component": verdict["first_failing_component"] or "",
        "failure_mode": verdict["failure_mode_title"] or "",
        "change": verdict["change"] or "",
        "remediation": verdict["remediation"],
        "slo_missed": [each["name"] for each in found["slo"] if each["met"] is False],
        "revenue": impact["revenue"]["estimate"],
        "currency": impact["revenue"]["unit"],
        **measured,
    }


def peak_bytes() -> int:
    """The most memory this process has held; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
