"""``git log`` in the ways that people print it."""

import re
from typing import Any

import polars as pl

from forensics.ingest.readers.reader import Raw

COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})\b.*$", re.MULTILINE)


def fits(text: str) -> bool:
    """Whether a text begins as the log of git does."""
    return bool(re.match(r"\s*commit [0-9a-f]{7,64}\b[^\n]*\n(?:[A-Z]\w+: [^\n]*\n)*(?:Author|Merge|Date):", text))


def read(text: str) -> Raw:
    """``git log``, with ``-p``, ``--stat`` or ``--name-status``: one change a commit, its pointer the line it begins at."""
    rows: list[dict[str, Any]] = []
    starts = [match.start() for match in COMMIT.finditer(text)]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        rows.append(_commit(text[start:end]) | {"line": text.count("\n", 0, start) + 1})
    yield "changes", pl.DataFrame(rows, infer_schema_length=None)


def _commit(text: str) -> dict[str, Any]:
    head, _, body = text.partition("\n\n")
    fields = dict(re.findall(r"^(\w+):\s+(.*)$", head, re.MULTILINE))
    message = [line[4:] for line in body.split("\n") if line.startswith("    ")]
    diff = body[body.index("diff --git") :] if "diff --git" in body else ""
    paths = re.findall(r"^\+\+\+ b/(.+)$|^rename to (.+)$", diff, re.MULTILINE)
    named = [one or other for one, other in paths] or re.findall(
        r"^(?:[AMDTRC]\d*\t(?:[^\t\n]+\t)?(.+)| (\S+)\s+\|\s+(?:\d+|Bin).*)$", body, re.MULTILINE
    )
    sha = text.split()[1]
    return {
        "time": fields.get("CommitDate") or fields.get("Date") or "",
        "id": sha,
        "ref": sha,
        "kind": "commit",
        "title": message[0].strip() if message else "",
        "diff": diff.rstrip(),
        "paths": [each if isinstance(each, str) else each[0] or each[1] for each in named],
    }
