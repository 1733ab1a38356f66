"""Statements to a database that a diff adds, changes or takes bounds from, and what it does to tables."""

import re
from collections.abc import Iterator, Sequence

from forensics.findings.changes.code import Place
from forensics.findings.changes.knowledge import Knowledge
from forensics.records.finding import CodeFact

STATEMENT = re.compile(
    r"(?is)\b(select\b.+?\bfrom\b.+|insert\s+into\b.+|update\s+\w+\s+set\b.+|delete\s+from\b.+|(?:create|alter|drop)\s+"
    r"(?:unique\s+|materialized\s+)?(?:table|index|view|column|sequence|type|trigger)\b.+|truncate\s+.+|vacuum\b.*|lock\s+table.+)"
)
TABLE = re.compile(r"(?i)\b(?:from|into|update|table|join)\s+(?:if\s+(?:not\s+)?exists\s+)?[\"`\[]?([\w.]+)")
# Data definition by what it does; the first that matches is told.
DEFINITIONS = (
    (r"drop\s+index", "index_dropped"),
    (r"rename\s+(column|to)|drop\s+(column|table)|alter\s+(column\s+)?\w+\s+.*\btype\b|modify\s+(column\s+)?\w+", "schema_changed"),
    (r"create\s+(unique\s+)?index(?!\s+concurrently)", "table_locked"),
    (r"add\s+constraint|set\s+not\s+null|add\s+(foreign|unique|check)|add\s+(column\s+)?.*\bnot\s+null(?!.*\bdefault\b)", "constraint_added"),
    (r"alter\s+table|lock\s+table|truncate|vacuum\s+full", "table_locked"),
)  # fmt: skip


def read(places: Sequence[Place], known: Knowledge) -> Iterator[CodeFact]:
    """What happens to statements, whether they stand in strings or in files of their own."""
    for place in places:
        old, new = (_statements(place, side) for side in ("old", "new"))
        gone, came = [each for each in old if each not in new], [each for each in new if each not in old]
        for statement in came:
            defined = next((kind for pattern, kind in DEFINITIONS if re.search(rf"(?is)\b{pattern}", statement)), None)
            if defined is not None:
                yield known.fact(defined, _table(statement), place.path)
            elif re.match(r"(?i)create", statement):
                continue
            else:
                before = next((each for each in gone if _table(each) == _table(statement)), None)
                yield from _asked(before, statement, place.path, known)


def _statements(place: Place, side: str) -> list[str]:
    lines = place.old if side == "old" else place.new
    if place.path.lower().endswith((".sql", ".ddl")):
        text = "\n".join(
            " ".join(token.text if token.kind != "string" else f"'{token.text}'" for token in line.tokens)
            for line in lines
        )
        parts = text.split(";")
    else:
        parts = [token.text for line in lines for token in line.tokens if token.kind == "string"]
    return [re.sub(r"\s+", " ", match[1]).strip() for part in parts if (match := STATEMENT.search(part))]


def _table(statement: str) -> str:
    index = re.match(r"(?i)drop\s+index\s+(?:concurrently\s+)?(?:if\s+exists\s+)?[\"`]?([\w.]+)", statement)
    if index:
        return index[1].lower()
    on = re.search(r"(?i)\bindex\b.*?\bon\s+[\"`]?([\w.]+)", statement)
    named = on or TABLE.search(statement)
    return named[1].lower() if named else re.sub(r"\W+", " ", statement)[:30]


def _asked(before: str | None, after: str, path: str, known: Knowledge) -> Iterator[CodeFact]:
    values = (before or "", after)
    if before is None:
        yield known.fact("query_added", _table(after), path, *values)
    else:
        yield known.fact("query_changed", _table(after), path, *values)
        for word, kind in (("limit", "query_limit_removed"), ("where", "query_filter_removed")):
            pattern = rf"(?i)\b{word}\b"
            if re.search(pattern, before) and not re.search(pattern, after):
                yield known.fact(kind, _table(after), path, *values)
        if re.search(r"(?i)for update|lock in share", after) and not re.search(r"(?i)for update|lock in share", before):
            yield known.fact("lock_added", _table(after), path)
    scans = r"(?i)like\s+'?%|\bnot\s+in\s*\(|\boffset\s+\d{4,}|\bor\b.*\blike\b|cross\s+join|order\s+by\s+(rand|random)\(|lower\s*\(|date\s*\("
    if re.search(scans, after) and not re.search(scans, before or ""):
        yield known.fact("query_scan", _table(after), path)
