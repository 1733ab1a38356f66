"""Make the sample incidents: ``python -m tools.simulate [NAME...]`` writes ``sample_data/NAME``."""

import json
import shutil
import sys
from pathlib import Path

from tools.simulate import export, truth
from tools.simulate.scenario import SCENARIOS
from tools.simulate.shop import simulate


def main(names: list[str]) -> None:
    """Write each named sample, or all."""
    for name in names or sorted(SCENARIOS):
        folder = Path("sample_data") / name
        shutil.rmtree(folder, ignore_errors=True)
        shop = simulate(SCENARIOS[name])
        export.write(folder / "bundle", shop)
        known = truth.known(shop)
        said = {"truth": known, "report": truth.expected(shop.said, known)}
        (folder / "expected.json").write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
        print(f"{folder}: {sum(each.stat().st_size for each in folder.rglob('*') if each.is_file()):,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
