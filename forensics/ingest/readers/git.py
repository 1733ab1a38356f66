"""``git log`` in the ways that people print it."""

import re
from typing import Any

import polars as pl

from forensics.ingest.readers.reader import Raw

COMMIT = re.compile(r"^commit ([0-9a-f]{7,64})\b.*$", re.MULTILINE)


def fits(text: str) -> bool:
    """Whether a text begins as the log of git does."""
    text = _plain(text)
    return bool(re.match(r"\s*commit [0-9a-f]{7,64}\b[^\n]*\n(?:[A-Z]\w+: [^\n]*\n)*(?:Author|Merge|Date):", text))


def _plain(text: str) -> str:
    """The log without the lines that ``--graph`` draws, line by line."""
    if not re.match(r"\s*\*\s+commit [0-9a-f]{7,64}\b", text):
        return text
    bare = re.sub(r"(?m)^[|\\/_ ]*\*[|\\/_ ]+(?=commit )|^(?:[|\\/_*] ?)+", "", text)
    return re.sub(r"(?m)^ {1,3}(?=\S)|^ +$", "", bare)


def read(text: str) -> Raw:
    """``git log``, with ``-p``, ``--stat`` or ``--name-status``: one change a commit, its pointer the line it begins at."""
    text = _plain(text)
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
    named = [one or other for one, other in paths] or _listed(body)
    sha = text.split()[1]
    return {
        "time": fields.get("CommitDate") or fields.get("Date") or "",
        "id": sha,
        "ref": sha,
        "kind": "commit",
        "title": message[0].strip() if message else "",
        "diff": diff.rstrip(),
        "paths": named,
    }


def _listed(body: str) -> list[str]:
    """Paths as ``--name-status``, ``--raw``, ``--stat`` or ``--name-only`` list them; of a renamed file the new one."""
    shown = re.findall(
        r"^(?:(?::\d{6} .*)?[AMDTRC]\d*\t(?:[^\t\n]+\t)?(.+)| (\S.*?)\s+\|\s+(?:\d+|Bin).*)$", body, re.MULTILINE
    )
    listed = [one or other for one, other in shown] or re.findall(
        r"^(?!diff |commit |index )([^\s:@+-][^\n]*)$", body, re.MULTILINE
    )
    return [re.sub(r"\{?[^{}]* => ([^{}]*)\}?", r"\1", each).replace("//", "/") for each in listed]
