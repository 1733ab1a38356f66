"""The stages in order. Nothing else knows it."""

import json
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from forensics import bundle, causal, findings, impact, ingest, report, resolve, signals, templates, verdict, windows
from forensics import symptom as symptoms
from forensics.library import Library
from forensics.records.bundle import Bundle, Symptom
from forensics.records.case import Case
from forensics.records.options import Map, Options, Progress, R, T, silent
from forensics.records.report import Report
from forensics.records.window import Window
from forensics.store import Store

if TYPE_CHECKING:
    import polars as pl

WORKERS = 2
# What the case keeps of what the ranking was asked, so that "forensics why" can ask it again.
ASKED = "asked.json"


def threads(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """The local ``Map``: threads, since Polars and DuckDB release the interpreter while they work."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def run(path: Path, folder: Path, options: Options, *, over: Map = threads, progress: Progress = silent) -> Report:
    """Analyze the bundle at ``path`` with its case tables in ``folder``.

    Raises:
        BundleError: the bundle cannot be opened or holds nothing readable.
        DefinitionError: a definition is broken; found before any data is read.
    """
    library = Library(options.definitions)
    with tempfile.TemporaryDirectory() as scratch:
        opened, store = read(path, folder, Path(scratch), options, library, over=over, progress=progress)
        progress("mining templates")
        templates.mine(store, library)
        case = investigate(opened, store, library, options, progress)
        progress("writing the report")
        return report.compose(case, store, library)


def read(
    path: Path, folder: Path, scratch: Path, options: Options, library: Library, *, over: Map, progress: Progress
) -> tuple[Bundle, Store]:
    """The bundle, opened with ``scratch`` for unpacking, and its case tables in ``folder``."""
    progress("opening the bundle")
    opened = bundle.open_bundle(path, scratch, options)
    store = Store(folder)
    progress("reading files", f"{len(opened.files)} files")
    ingest.read(opened, store, library, options, over, progress)
    ingest.refuse_unread(store)
    progress("resolving names and clocks")
    return opened, resolve.resolve(opened, store, library)


def identify(path: Path, out: Path, options: Options) -> "pl.DataFrame":
    """Write the template id of every line of the logs at ``path`` to the folder ``out``; the templates with their counts.

    Raises:
        BundleError: the bundle cannot be opened or holds nothing readable.
        UsageError: ``out`` is there already.
    """
    library = Library(options.definitions)
    with tempfile.TemporaryDirectory() as scratch:
        opened = bundle.open_bundle(path, Path(scratch) / "bundle", options)
        store = Store(Path(scratch) / "case")
        numbered = ingest.number(opened, store, Path(scratch), library, options)
        templates.mine(store, library)
        return templates.identify(store, numbered, out)


def investigate(opened: Bundle, store: Store, library: Library, options: Options, progress: Progress) -> Case:
    """What the case tables say: from the incident window to its impact."""
    symptom = _symptom(store, opened, options)
    progress("finding the incident window")
    found = windows.find(store, opened.declared, options, symptom)
    progress("detecting signals")
    detected = signals.detect(store, found, library)
    progress("matching failure modes", f"{len(detected.signals)} signals")
    matched = findings.match(store, found, detected, library)
    progress("ranking causes")
    said = symptom.component if symptom else opened.declared.symptom_service
    asked = {"metric": opened.declared.symptom_metric, "service": said}
    (store.folder / ASKED).write_text(json.dumps(asked, sort_keys=True), encoding="utf-8")
    ranking = causal.rank(store, found, detected, matched, library, said, opened.declared.symptom_metric)
    progress("deciding")
    decided = verdict.decide(store, found, detected, matched, ranking, library)
    progress("assessing impact")
    cost = impact.assess(opened, store, found, detected, ranking, options, library)
    return Case(opened, options, symptom, found, detected, matched, ranking, decided, cost)


def _symptom(store: Store, opened: Bundle, options: Options) -> Symptom | None:
    if not options.symptom:
        return None
    seen = store.span()
    names = store.scan("components").select("component").collect()["component"].sort().to_list()
    zone = opened.declared.timezone or "UTC"
    return symptoms.understand(options.symptom, seen or Window(0, 0), zone, names)
