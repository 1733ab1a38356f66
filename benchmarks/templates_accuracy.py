"""How well lines are grouped into templates: every NAME_2k.log of a folder, read and mined as ``forensics`` does it.

usage: python benchmarks/templates_accuracy.py FOLDER OUT

Writes OUT/NAME.csv with LineId, EventId, EventTemplate of each line; lines that continue an event get the event's template.
Score with ``log_score.py --dir OUT FOLDER``, which asks for NAME_2k.truth.csv beside each log.
"""

import csv
import sys
import tempfile
from pathlib import Path

import polars as pl

from forensics import analysis, templates
from forensics.library import Library
from forensics.records.options import Options, silent


def predicted(log: Path) -> pl.DataFrame:
    """Line, template id and template of every event of a log, by line."""
    library = Library()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _, store = analysis.read(
            log, folder / "case", folder / "bundle", Options(), library, over=analysis.threads, progress=silent
        )
        templates.mine(store, library)
        names = store.scan("templates").select("message_key", "template_id", "template")
        return store.scan("logs").select("line", "message_key").join(names, on="message_key").sort("line").collect()


def main(folder: Path, out: Path) -> None:
    """Write the predictions of every log."""
    out.mkdir(parents=True, exist_ok=True)
    for log in sorted(folder.glob("*_2k.log")):
        found = predicted(log)
        lines = pl.DataFrame({"line": range(1, log.read_bytes().rstrip(b"\n").count(b"\n") + 2)})
        rows = lines.join_asof(found, on="line", strategy="backward")
        with (out / f"{log.stem}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(("LineId", "EventId", "EventTemplate"))
            writer.writerows(rows.select("line", "template_id", "template").rows())
        print(f"{log.stem}: {found.height} events, {found['template_id'].n_unique()} templates")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
