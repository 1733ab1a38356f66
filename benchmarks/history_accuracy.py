"""How well past incidents are found: ``python benchmarks/history_accuracy.py CORPUS QUERIES`` prints nDCG@10, MRR and recall@5.

CORPUS has an incident a line (id, title, text, and where known company, product, keywords, start, end); each is added to a
history as a Markdown post-mortem, as a person would. QUERIES has a query a line: task, query, relevant (id to gain), exclude.
A ``similar_incident`` query is added to nothing: it is read as a post-mortem and compared.

The labels of the public set were made by one person who had read the same summaries: they are optimistic.
"""

import json
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from forensics import history
from forensics.library import Library
from forensics.records.history import Wanted

KEPT = 50


def document(row: Mapping[str, Any]) -> bytes:
    """A row of the corpus as a post-mortem with front matter."""
    front = {
        "title": row["title"],
        "company": row.get("company"),
        "services": [row["product"]] if row.get("product") else None,
        "tags": [str(each) for each in row.get("keywords") or []],
        "date": row.get("start") or None,
        "end": row.get("end") or None,
    }
    # JSON is YAML.
    said = "\n".join(f"{key}: {json.dumps(value)}" for key, value in front.items() if value)
    return f"---\n{said}\n---\n{row['text']}\n".encode()


def ndcg(ranked: Sequence[str], relevant: Mapping[str, float], depth: int = 10) -> float:
    """Normalised discounted cumulative gain with gains ``2**g - 1`` (Burges et al., ICML 2005)."""

    def total(gains: Sequence[float]) -> float:
        return math.fsum((2**gain - 1) / math.log2(place + 2) for place, gain in enumerate(gains[:depth]))

    best = total(sorted(relevant.values(), reverse=True))
    return total([relevant.get(name, 0) for name in ranked]) / best if best else 0.0


def figures(ranked: Sequence[str], relevant: Mapping[str, float]) -> tuple[float, float, float]:
    """nDCG@10, reciprocal rank and recall@5 (of as many as five can hold)."""
    first = next((place for place, name in enumerate(ranked, 1) if name in relevant), 0)
    held = sum(name in relevant for name in ranked[:5]) / min(5, len(relevant))
    return ndcg(ranked, relevant), 1 / first if first else 0.0, held


def found(past: history.History, query: Mapping[str, Any], causes: Sequence[history.Cause]) -> list[str]:
    """Ids, the best first."""
    hidden = frozenset(past.named(each) for each in query.get("exclude") or ())
    asked = Wanted(apart_from=hidden)
    if query["task"] == "similar_incident":
        hits = past.similar(history.written(query["query"].encode(), "query", causes, id="query"), asked, KEPT)
    else:
        hits = past.search(query["query"], causes, asked, KEPT)
    return [hit.incident.id for hit in hits]


def main(corpus: Path, queries: Path) -> None:
    """Add the corpus, ask the queries, print a table."""
    causes = history.load(Library())
    rows: dict[str, list[tuple[float, float, float]]] = {}
    with tempfile.TemporaryDirectory() as place:
        past = history.opened(Path(place) / "history", new=True)
        for line in corpus.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            past.add(history.written(document(row), row["id"], causes, id=row["id"]))
        past = history.opened(Path(place) / "history")
        for line in queries.read_text(encoding="utf-8").splitlines():
            query = json.loads(line)
            rows.setdefault(query["task"], []).append(figures(found(past, query, causes), query["relevant"]))
    print(f"{'task':<20}{'queries':>8}{'nDCG@10':>9}{'MRR':>7}{'recall@5':>10}")
    for task, values in sorted(rows.items()):
        means = [math.fsum(row[at] for row in values) / len(values) for at in range(3)]
        print(f"{task:<20}{len(values):>8}{means[0]:>9.4f}{means[1]:>7.3f}{means[2]:>10.3f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
