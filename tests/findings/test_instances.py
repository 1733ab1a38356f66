"""An instance that takes the work of the others is told from one that is merely slow, and from more work for all."""

from pathlib import Path

import polars as pl
import pytest

from forensics.findings import instances
from forensics.records.signal import Windows
from forensics.records.tables import TABLES
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store

WINDOWS = Windows(Window(20 * MINUTE, 40 * MINUTE), "declared", (Window(0, 20 * MINUTE),), Marks())


def row(table: str, **said: object) -> dict[str, object]:
    return {key: said.get(key) for key in TABLES[table]}


def told(folder: Path, levels: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    store = Store(folder)
    hosts = sorted(levels)
    series = [
        row("series", series_id=number, component=host, peer="", metric="node_load1", unit="", kind="", labels="{}")
        for number, host in enumerate(hosts)
    ]
    metrics = [
        row("metrics", time=minute * MINUTE, series_id=number, value=levels[host][minute >= 20])
        for number, host in enumerate(hosts)
        for minute in range(40)
    ]
    edges = [row("edges", source="shop", target=host, kind="runs_on", origin="declared") for host in hosts]
    edges.append(row("edges", source="proxy", target="shop", kind="calls", origin="declared"))
    components = [row("components", component="proxy", kind="service", role="load balancer", aliases=[], reason="")]
    components += [row("components", component="shop", kind="service", role="service", aliases=[], reason="")]
    for table, rows in (("series", series), ("metrics", metrics), ("edges", edges), ("components", components)):
        store.write(table, pl.DataFrame(rows, infer_schema_length=None))
    return [(each.kind, each.component) for each in instances.facts(store, WINDOWS)]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ({"a": (1.0, 9.0), "b": (1.1, 0.1), "c": (0.9, 0.1)}, [("uneven", "proxy")]),
        ({"a": (1.0, 9.0), "b": (1.1, 1.0), "c": (0.9, 0.9)}, []),
        ({"a": (1.0, 9.0), "b": (1.1, 8.0), "c": (0.9, 9.5)}, []),
        ({"a": (9.0, 9.5), "b": (1.0, 0.3), "c": (1.0, 0.3)}, []),
        ({"a": (1.0, 9.0)}, []),
    ],
    ids=["took it", "merely busy", "all busier", "always uneven", "alone"],
)
def test_only_an_instance_that_took_work_from_the_others_is_uneven(
    tmp_path: Path, levels: dict[str, tuple[float, float]], expected: list[tuple[str, str]]
) -> None:
    assert told(tmp_path, levels) == expected
