"""``forensics what-if`` against the simulator run with the same setting: ``python benchmarks/what_if.py``.

Analyzes two samples, asks what another pool or timeout would have done, and simulates it: some minutes of CPU.
"""

import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from forensics import analysis
from forensics.clock import instant
from forensics.errors import UsageError
from forensics.impact import whatif
from forensics.records.options import Options
from forensics.records.window import Window
from forensics.store import existing
from tools.simulate.scenario import SCENARIOS
from tools.simulate.shop import simulate

ROOT = Path(__file__).resolve().parent.parent
POOL, SURGE = "checkout-pool-exhaustion", "campaign-surge"
SETTINGS: tuple[tuple[str, dict[str, Any]], ...] = (
    (POOL, {"pool": 75}),
    (POOL, {"pool": 60}),
    (POOL, {"pool": 45}),
    (SURGE, {"pool": 75}),
    (SURGE, {"pool": 40}),
    (SURGE, {"pool_timeout": 1.0}),
    (POOL, {"pool_timeout": 8.0}),
)


def simulated(name: str, setting: dict[str, Any]) -> int:
    """Failed requests in the incident's own window when the shop runs with the setting."""
    said = json.loads((ROOT / "sample_data" / name / "expected.json").read_text(encoding="utf-8"))["truth"]
    shop = simulate(replace(SCENARIOS[name], **setting))
    start, end = (instant(said[key], "UTC") / 1e6 - shop.said.epoch for key in ("start", "end"))
    return sum(each.status >= 500 and start <= each.at + each.seconds <= end for each in shop.requests)


def main() -> None:
    """Print a line for each setting."""
    with tempfile.TemporaryDirectory() as folder:
        windows: dict[str, Window] = {}
        for name in (POOL, SURGE):
            found = analysis.run(ROOT / "sample_data" / name / "bundle", Path(folder) / name, Options())
            window = found.incident.window
            windows[name] = Window(instant(window.start, "UTC"), instant(window.end, "UTC"))
        for name, setting in SETTINGS:
            truth = simulated(name, setting)
            try:
                told = whatif.ask(
                    existing(Path(folder) / name), windows[name], setting.get("pool"), setting.get("pool_timeout"), None
                )
            except UsageError as refused:
                print(f"{name} {setting}: {refused.message}; truth {truth}")
                continue
            is_in = told.failed_low <= truth <= told.failed_high
            print(
                f"{name} {setting}: {told.failed} ({told.failed_low} to {told.failed_high}), truth {truth}, inside: {is_in}"
            )


if __name__ == "__main__":
    main()
