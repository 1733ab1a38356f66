"""Make the faults: ``python -m tools.simulate.faults OUT [NAME...]`` writes ``OUT/NAME/bundle`` and ``OUT/NAME/truth.json``."""

import json
import shutil
import sys
from pathlib import Path

from tools.simulate.faults.truth import FAULTS, make


def main(out: Path, names: list[str]) -> None:
    """Write each named fault, or all."""
    for fault in FAULTS:
        if not names or fault.name in names:
            folder = out / fault.name
            shutil.rmtree(folder, ignore_errors=True)
            answer = make(fault, folder / "bundle")
            (folder / "truth.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
