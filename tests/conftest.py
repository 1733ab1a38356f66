"""What every test shares: no network, properties that try the same examples on every run, and one analysis of the sample."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

LOOPBACK = ("127.", "::1", "localhost")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def sample_json(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of the checkout-pool-exhaustion sample, as JSON, analysed once for all tests that read it."""
    from forensics import analysis, report
    from forensics.records.options import Options

    folder = tmp_path_factory.mktemp("sample")
    bundle = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"
    return json.dumps(report.as_json(analysis.run(bundle, folder / "case", Options())))


@pytest.fixture
def sample(sample_json: str) -> dict[str, Any]:
    """The report of the sample, a copy of its own for each test."""
    found: dict[str, Any] = json.loads(sample_json)
    return found


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
