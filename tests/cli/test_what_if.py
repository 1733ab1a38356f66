import json
from pathlib import Path

import pytest

from forensics import cli


def main(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return int(ended.value.code or 0)


SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"


def test_a_larger_pool_saves_the_requests_that_a_smaller_one_loses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert (
        main(["analyze", str(SAMPLES / "checkout-pool-exhaustion" / "bundle"), "-o", str(out), "--format", "json"]) == 0
    )
    capsys.readouterr()

    assert main(["what-if", str(out), "pool=75", "--json"]) == 0
    large = json.loads(capsys.readouterr().out)
    assert main(["what-if", str(out), "pool=45", "--json"]) == 0
    small = json.loads(capsys.readouterr().out)

    # The simulator run with 75 and with 45 fails 1 and 8,299 requests in the window (benchmarks/what_if.py).
    assert large["failed_low"] <= 1 <= large["failed_high"] <= 10
    assert small["failed_low"] <= 8_299 <= small["failed_high"]
    assert abs(large["replayed"] - large["observed"]) <= 0.15 * large["observed"]
    assert main(["what-if", str(out), "timeout=8s"]) == 2
    assert "other consumers" in capsys.readouterr().err
    assert main(["what-if", str(out), "colour=red"]) == 2
