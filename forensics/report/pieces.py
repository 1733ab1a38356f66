"""Evidence as it is shown: numbered in the order in which the report first cites it, with place, text and context."""

from collections.abc import Iterator, Mapping
from typing import Any

from forensics.report.wording import count, number

# The order in which sections cite; what none of them holds follows by name.
ORDER = (
    "verdict", "impact", "timeline", "remediation", "candidates", "contributing_factors", "hypotheses", "health", "saturation",
    "blast_radius", "changes", "slo", "sla", "recovery", "detection", "forecast", "similar_incidents", "series", "figures",
    "requests", "clusters", "templates", "alerts", "actions", "lessons",
)  # fmt: skip
MOST_PRINTED = 18
BRIEF = 80


def pieces(said: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every piece of evidence by id, in the order of citing: number, place, lines, a brief text."""
    cited = dict.fromkeys(name for section in ORDER for name in _ids(said.get(section)))
    names = [name for name in cited if name in said["evidence"]]
    names += sorted(said["evidence"].keys() - set(names))
    return {name: _piece(number, said["evidence"][name]) for number, name in enumerate(names, 1)}


def _ids(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name in value.get("evidence") or ():
            yield str(name)
        for inner in value.values():
            yield from _ids(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _ids(inner)


def _piece(n: int, row: Mapping[str, Any]) -> dict[str, Any]:
    place, lines = _said(row)
    brief = row["text"] if row["kind"] == "line" else next((line["text"] for line in lines if line["cited"]), "")
    brief = brief if len(brief) <= BRIEF else brief[: BRIEF - 1] + "…"
    return {"n": n, "place": place, "lines": lines, "brief": brief, "sha256": row["sha256"]}


def _said(row: Mapping[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    if row["kind"] == "line":
        wanted = {str(line) for line in range(row["first"], row["last"] + 1)}
        context = [{"text": text, "cited": text.partition(":")[0] in wanted} for text in row["context"]]
        last = f"-{row['last']}" if row["last"] != row["first"] else ""
        return f"{row['file']}:{row['first']}{last}", context or [{"text": row["text"], "cited": True}]
    if row["kind"] == "record":
        return f"{row['file']} {row['record']}", [{"text": row["text"], "cited": True}]
    span = f"{row['window']['start']} to {row['window']['end']}"
    if row["kind"] == "series":
        labels = ", ".join(f"{key}={value}" for key, value in sorted((row["labels"] or {}).items()))
        place = f"{row['component']} {row['metric']}" + (f" {{{labels}}}" if labels else "")
        text = f"{row['statistic']} {number(row['value'])} of {row['n']} samples, {span}"
        return place, [{"text": text, "cited": True}]
    tests = " and ".join(f"{column} {operator} {value}" for column, operator, value in row["filters"])
    text = f"{count(row['value'])} {row['measure']} where {tests or 'any'}, {span}"
    return f"count over {row['table']}", [{"text": text, "cited": True}]
