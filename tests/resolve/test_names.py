import re
from pathlib import Path

import polars as pl
import pytest

from forensics.library import Library
from forensics.records.tables import TABLES, empty
from forensics.resolve.names import ADDRESS, aliases
from forensics.store import Store


def rows(table: str, *given: dict[str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(list(given))
    return pl.concat([empty(table), frame.cast({name: TABLES[table][name] for name in frame.columns})], how="diagonal")


@pytest.mark.parametrize(
    ("name", "host"),
    [("db-1:9100", "db-1"), ("redis.internal:6379", "redis.internal"), ("10.1.2.3:8080", None), ("api:v2", None)],
)
def test_a_named_host_stands_for_its_ports(name: str, host: str | None) -> None:
    found = re.fullmatch(ADDRESS, name)

    assert (found[1] if found else None) == host


def test_a_log_named_after_its_software_is_what_others_call_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("logs", rows("logs", {"component": "postgresql", "file": "db.log"}))
    store.write("edges", rows("edges", {"source": "web", "target": "postgres", "file": "topology.json"}))

    assert aliases(store, {}, Library()) == {"postgresql": "postgres"}


def test_two_of_one_family_stay_apart_where_both_are_measured(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("logs", rows("logs", {"component": "postgresql", "file": "db.log"}))
    store.write(
        "series", rows("series", {"component": "postgresql", "file": "m"}, {"component": "postgres", "file": "m"})
    )

    assert aliases(store, {}, Library()) == {}
