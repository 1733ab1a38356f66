"""Detectors on small logs and metrics that are made here."""

from pathlib import Path

import pytest

from forensics import ingest, resolve, signals, templates, windows
from forensics.bundle import open_bundle
from forensics.library import Library
from forensics.measuring import count, series
from forensics.records.evidence import CountEvidence, SeriesEvidence
from forensics.records.options import Options, silent
from forensics.records.signal import Detected
from forensics.store import Store

START, END = 1_778_054_400_000_000, 1_778_056_200_000_000  # 08:00 to 08:30


def detected(folder: Path, case: Path) -> tuple[Store, Detected]:
    library, options = Library(), Options(start=START, end=END)
    bundle, store = open_bundle(folder, case / "scratch", options), Store(case / "tables")
    ingest.read(bundle, store, library, options, lambda work, items: [work(each) for each in items], silent)
    store = resolve.resolve(bundle, store, library)
    templates.mine(store, library)
    return store, signals.detect(store, windows.find(store, bundle.declared, options, None), library)


def clock(minute: int) -> str:
    return f"2026-05-06T{7 + minute // 60:02d}:{minute % 60:02d}:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bundle").mkdir()
    return tmp_path / "bundle"


def test_a_new_error_and_a_vanished_message_are_seen(folder: Path, tmp_path: Path) -> None:
    calm = [f"{clock(minute)} INFO order placed" for minute in range(60) for _ in range(3)]
    loud = [f"{clock(minute)} ERROR disk is full" for minute in range(60, 90) for _ in range(3)]
    (folder / "shop.log").write_text("\n".join([*calm, *loud]) + "\n")

    _, found = detected(folder, tmp_path)

    seen = {(each.kind, each.subject, each.direction) for each in found.signals}
    assert {("template_rate", "disk is full", 1), ("template_rate", "order placed", -1)} <= seen


def test_a_level_shift_has_size_onset_and_evidence_that_measures_the_same(folder: Path, tmp_path: Path) -> None:
    rows = [f"{clock(minute)},pay,cpu_percent,{20 + minute % 3 if minute < 65 else 90}" for minute in range(90)]
    (folder / "metrics.csv").write_text("timestamp,service,metric,value\n" + "\n".join(rows) + "\n")

    store, found = detected(folder, tmp_path)

    (signal,) = found.signals
    assert (signal.component, signal.quantity, signal.direction, signal.during) == ("pay", "cpu", 1, 90.0)
    assert signal.onset == START + 5 * 60_000_000
    for each in signal.evidence:
        assert isinstance(each, SeriesEvidence)
        assert series(store, each) == (each.value, each.n)


def test_a_constant_series_gives_no_signal(folder: Path, tmp_path: Path) -> None:
    rows = [f"{clock(minute)},pay,cpu_percent,20" for minute in range(90)]
    (folder / "metrics.csv").write_text("timestamp,service,metric,value\n" + "\n".join(rows) + "\n")

    assert detected(folder, tmp_path)[1].signals == ()


def test_a_component_that_stops_logging_is_silent(folder: Path, tmp_path: Path) -> None:
    (folder / "pay.log").write_text("".join(f"{clock(minute)} INFO tick\n" for minute in range(60)))
    (folder / "shop.log").write_text("".join(f"{clock(minute)} INFO tock\n" for minute in range(90)))

    store, found = detected(folder, tmp_path)

    (silence,) = (each for each in found.signals if each.kind == "silence")
    assert silence.component == "pay"
    for each in silence.evidence:
        assert isinstance(each, CountEvidence)
        assert count(store, each) == each.value


def test_what_could_not_run_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "pay.log").write_text("".join(f"{clock(minute)} INFO tick\n" for minute in range(90)))

    skipped = {each.what: each.why for each in detected(folder, tmp_path)[1].skipped}

    assert skipped["span_latency"] == "no spans in the bundle"
