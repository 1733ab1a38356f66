"""A case made from files in a folder, for detectors."""

from collections.abc import Callable
from pathlib import Path

import pytest

from forensics import ingest, resolve, templates, windows
from forensics.bundle import open_bundle
from forensics.library import Library
from forensics.records.options import Options, silent
from forensics.records.signal import Windows
from forensics.store import Store

START, END = 1_778_054_400_000_000, 1_778_056_200_000_000  # 08:00 to 08:30

Read = Callable[[dict[str, str]], tuple[Store, Windows]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads files given as text by name; the incident is 08:00 to 08:30, the hour before is the baseline."""

    def reading(files: dict[str, str]) -> tuple[Store, Windows]:
        folder = tmp_path / "bundle"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        library, options = Library(), Options(start=START, end=END)
        bundle, store = open_bundle(folder, tmp_path / "scratch", options), Store(tmp_path / "tables")
        ingest.read(bundle, store, library, options, lambda work, items: [work(each) for each in items], silent)
        store = resolve.resolve(bundle, store, library)
        templates.mine(store, library)
        return store, windows.find(store, bundle.declared, options, None)

    return reading
