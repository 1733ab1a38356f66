"""The order in which files are read changes nothing in the case tables."""

from collections.abc import Callable
from pathlib import Path

from forensics import ingest
from forensics.bundle import open_bundle
from forensics.library import Library
from forensics.records.options import Options, silent
from forensics.records.tables import TABLES
from forensics.store import Store

FILES = {
    "pay/0.log": "2026-05-06T07:08:09.1Z stdout P half a \n2026-05-06T07:08:09.2Z stdout F line\n",
    "web.log": "2026-05-06T07:08:09Z ERROR payment failed\n2026-05-06T07:08:10Z INFO payment ok\n",
    "notes.md": "# Outage, 2026-05-06\n- 07:10 acknowledged by Ann Smith\n- 07:31 rolled back pay\n",
    "load.csv": "time,service,latency\n2026-05-06T07:08:09Z,pay,250 ms\n2026-05-06T07:09:09Z,pay,1.5 s\n",
    "commits.txt": "7dacc6c 2026-05-06 07:00:00 +0000 Raise the limit\n8dacc6c 2026-05-06 06:00:00 +0000 Lower it\n",
}


def _tables(
    folder: Path, case: Path, order: Callable[[list[object]], list[object]]
) -> dict[str, list[tuple[object, ...]]]:
    def over(work: Callable[[object], int], items: list[object]) -> list[int]:
        return [work(each) for each in order(items)]

    bundle, store = open_bundle(folder, case / "scratch", Options()), Store(case / "tables")
    ingest.read(bundle, store, Library(), Options(), over, silent)  # type: ignore[arg-type]
    return {name: store.scan(name).collect().rows() for name in TABLES}


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    for name, text in FILES.items():
        path = tmp_path / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    forward = _tables(tmp_path / "bundle", tmp_path / "one", lambda items: items)
    backward = _tables(tmp_path / "bundle", tmp_path / "two", lambda items: items[::-1])

    assert forward == backward
    assert {name: len(forward[name]) for name in ("logs", "metrics", "notes", "changes")} == {
        "logs": 3,
        "metrics": 2,
        "notes": 2,
        "changes": 2,
    }
