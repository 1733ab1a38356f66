"""Edges that error messages show."""

import re
import tomllib
from pathlib import Path

import pytest

PEERS = tomllib.loads((Path(__file__).parents[2] / "models/causal/peers.toml").read_text(encoding="utf-8"))["pattern"]


@pytest.mark.parametrize("row", PEERS, ids=lambda row: row["peer"])
def test_a_pattern_finds_the_peer_of_its_sample(row: dict[str, str]) -> None:
    found = re.search(row["pattern"], row["sample"])

    assert found is not None
    assert found["peer"] == row["peer"]
