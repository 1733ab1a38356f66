"""How fast a large history answers: ``python benchmarks/history_scale.py CORPUS COUNT`` prints percentiles of searching and adding.

COUNT incidents are made of sentences of CORPUS (an incident a line, with title and text) in random order with a fixed seed; their index is
built as a folding builds it, and their files are not written: searching is measured as ranking, adding in full (file, flush, index).
"""

import json
import random
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from forensics import history
from forensics.history import searching, upkeep
from forensics.history.causes import told
from forensics.history.features import entry
from forensics.library import Library
from forensics.records.history import Wanted


def timed(label: str, work: Callable[[int], object], times: int) -> None:
    """Print the 50th and 95th percentile and the largest of ``times`` runs, in milliseconds of wall time."""
    took = []
    for n in range(times):
        began = time.perf_counter()
        work(n)
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    print(
        f"{label:<28}p50 {took[len(took) // 2]:8.1f}   p95 {took[int(0.95 * len(took))]:8.1f}   most {took[-1]:8.1f} ms"
    )


def main(corpus: Path, count: int) -> None:
    """Build, search, compare, add."""
    dice = random.Random(5)
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    sentences = sorted({each for row in rows for each in re.split(r"(?<=[.!?])\s+", row["text"]) if each.strip()})
    causes = history.load(Library())

    def text() -> str:
        return " ".join(dice.sample(sentences, 10))

    # The causes of a text cost more than its words; a few hundred different sets of them stand for all.
    base = [history.written(text().encode(), "x.txt", causes, id=f"b{n}") for n in range(500)]
    entries = []
    for n in range(count):
        like = base[n % len(base)]
        made = type(like)(
            **{name: getattr(like, name) for name in like.__dataclass_fields__} | {"id": f"n{n}", "text": text()}
        )
        entries.append(entry(f"{2016 + n % 8}/n{n}.00000000", made))
    with tempfile.TemporaryDirectory() as place:
        past = history.opened(Path(place) / "history", new=True)
        for year in range(2016, 2024):
            (past.folder / "incidents" / str(year)).mkdir()
        began = time.process_time()
        seen = {
            year.name: (year.stat().st_mtime_ns, time.time_ns())
            for year in sorted((past.folder / "incidents").iterdir())
        }
        past.index = upkeep._written(past.folder, entries, seen, [], write=True)
        print(f"{count} incidents folded in {time.process_time() - began:.1f} CPU s")
        queries = [" ".join(dice.choice(sentences).split()[:10]) for _ in range(200)]

        def search(n: int) -> object:
            return searching.ranked(
                past.index, queries[n], {"cause": told(queries[n], causes)}, Wanted(), searching.ASKED, 10
            )

        def similar(n: int) -> object:
            return searching.ranked(past.index, base[n].text, base[n].facts, Wanted(), searching.TOLD, 10)

        timed("search, ten words", search, 200)
        timed("similar, a whole text", similar, 100)
        fresh = [
            history.written(f"On {2016 + n % 8}-03-04 {text()}".encode(), "x.txt", causes, id=f"new{n}")
            for n in range(200)
        ]
        timed("add", lambda n: past.add(fresh[n]), 200)
        timed("search with a tail", search, 200)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
