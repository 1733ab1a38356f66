"""Records that no definition reads: where their time, severity and message stand, told from names and values.

Unknown lines of JSON, documents and CSV files end as logs or metrics rather than as nothing. A guess is a ``Format`` like
one that was read from a file, so that everything after it is the same.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from forensics import clock
from forensics.ingest import severities
from forensics.ingest.definitions import Format, TableMap

LOOKED_AT, DEEPEST, MOST_METRICS, MOST_NODES = 200, 6, 60, 50_000
Record = Mapping[str, Any]
# Names in order of how surely they say it; compared in lower case without @, _ and -.
TIMES = (
    "timestamp", "time", "ts", "datetime", "eventtime", "t$date", "date", "lasttimestamp", "eventdatetime",
    "createdat", "created", "starttime", "start", "startedat", "begin", "firsttimestamp", "updatedat", "updated",
    "timecreated", "datecreated", "timegenerated", "dateandtime", "installedon",
    "lastupdated", "endtime", "end", "epoch", "unixtime", "receivedat", "logged", "when", "at",
)  # fmt: skip
SEVERITIES = (
    "severity", "leveldisplayname", "level", "loglevel", "levelname", "lvl", "severitytext", "severitynumber", "priority", "sev",
    "status", "type",
)  # fmt: skip
MESSAGES = (
    "message", "msg", "textpayload", "log", "text", "body", "description", "summary", "title", "line", "content", "shortmessage",
    "fullmessage", "rendered", "error", "reason", "event", "detail", "details", "action", "name", "operation",
    "problem", "errormessage", "query",
)  # fmt: skip
COMPONENTS = (
    "service", "servicename", "component", "app", "application", "appname", "containername", "container", "module",
    "program", "job", "jobname", "source", "workload", "deployment", "logger",
)  # fmt: skip
HOSTS = (
    "host", "hostname", "node", "nodename", "instance", "instanceid", "machine", "computer", "server",
)  # fmt: skip
TRACES = ("traceid", "correlationid", "requestid")
SPANS = ("spanid",)


def _plain(path: str) -> str:
    name = re.sub(r"\s\[\w+\]$", "", path.rpartition("/")[2])
    return re.sub(r"[@_\-\s]", "", name).lower()


def flat(record: Record, depth: int = 3, above: str = "") -> Iterator[tuple[str, Any]]:
    """Paths (keys joined by ``/``) and plain values of a record; lists are passed over."""
    for key, value in record.items():
        path = f"{above}/{key}" if above else str(key)
        if isinstance(value, Mapping):
            if depth:
                yield from flat(value, depth - 1, path)
        elif value is not None and value != "" and not isinstance(value, list):
            yield path, value


def columns(records: Sequence[Record]) -> dict[str, str]:
    """Columns of logs and the paths where most of the records have them."""
    seen: dict[str, list[Any]] = {}
    for record in records:
        for path, value in flat(record):
            seen.setdefault(path, []).append(value)
    often = {path: values for path, values in seen.items() if len(values) * 2 >= len(records)}
    found = {
        "time": _named(often, TIMES, _is_time) or _any_time(often),
        "severity": _named(often, SEVERITIES, _is_severity),
        "message": _named(often, MESSAGES, _is_text),
        "component": _named(often, COMPONENTS, _is_name),
        "host": _named(often, HOSTS, _is_name),
        "trace_id": _named(often, TRACES, _is_name),
        "span_id": _named(often, SPANS, _is_name),
    }
    kept = {name: path for name, path in found.items() if path}
    if kept.get("message") == kept.get("severity", ""):
        del kept["severity"]
    return kept


def _named(often: Mapping[str, Sequence[Any]], names: Sequence[str], holds: Any) -> str:
    """The path with the surest name whose values fit; the shallower of two."""
    ranked = sorted((names.index(_plain(path)), path.count("/"), path) for path in often if _plain(path) in names)
    ranked += sorted(
        (names.index(name), path.count("/"), path)
        for path in often
        if re.search("[/.]", path) and (name := _end(path, names))
    )
    return next((path for _, _, path in ranked if holds(often[path])), "")


def _end(path: str, names: Sequence[str]) -> str:
    """The name that a path of several steps ends in, however many of its steps make it up; "" for none."""
    steps = [re.sub(r"[@_$-]", "", step).lower() for step in re.split(r"[/.]", path)]
    return next((name for at in range(len(steps)) if (name := "".join(steps[at:])) in names), "")


def _any_time(often: Mapping[str, Sequence[Any]]) -> str:
    """A path of stamps under a name of its own: with a name that ends as times do first."""
    written = [path for path in sorted(often) if isinstance(often[path][0], str) and _is_time(often[path])]
    numbers = [
        path
        for path in sorted(often)
        if re.search(r"(?i)(time|date|stamp|epoch|_at|At)$", path) and _is_time(often[path])
    ]
    hinted = [path for path in written if re.search(r"(?i)(time|date|stamp|at)$", path)]
    return next(iter([*hinted, *numbers, *written]), "")


def _is_time(values: Sequence[Any]) -> bool:
    some = [value for value in values[:20] if not isinstance(value, bool)]
    if not some:
        return False
    if all(isinstance(value, int | float) for value in some):
        return all(any(low <= value < 5 * low for low in (9e8, 9e11, 9e14, 9e17)) for value in some)
    texts = pl.Series([str(value) for value in some])
    if texts.str.contains(r"^\d{1,8}(?:\.\d+)?$").any():
        return False
    return bool(clock.parse(texts).time.is_not_null().sum() * 5 >= len(some) * 4)


def _is_severity(values: Sequence[Any]) -> bool:
    known = severities.numbers(pl.Series([str(value) for value in values], dtype=pl.String), {})
    words = [value for value in values if isinstance(value, str) and not value.isdigit()]
    return bool((known > 0).sum() * 5 >= len(values) * 4) and (bool(words) or len(set(map(str, values))) < 8)


def _is_text(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values) and not _is_time(values)


def _is_name(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) and len(value) < 128 and "\n" not in value for value in values)


def _numbers(records: Sequence[Record], apart: Mapping[str, str]) -> list[str]:
    """Paths that hold numbers in most records: metrics, where nothing says anything in words."""
    seen: dict[str, int] = {}
    for record in records:
        for path, value in flat(record):
            if isinstance(value, int | float) and not isinstance(value, bool) and path not in apart.values():
                seen[path] = seen.get(path, 0) + 1
    return [
        path
        for path, n in seen.items()
        if n * 2 >= len(records) and not re.search(r"(?i)(^|[/_])(id|pid|line|version|code|port)$", path)
    ][:MOST_METRICS]


def is_metrics(records: Sequence[Record], found: Mapping[str, str]) -> bool:
    """Whether records measure more than they tell."""
    texts = {path for record in records for path, value in flat(record) if isinstance(value, str) and " " in value}
    told = [name for name in ("severity", "message") if name in found and found[name].count("/") == 0]
    return not told and "time" in found and not (texts - set(found.values())) and bool(_numbers(records, found))


def json_lines(sample: pl.Series) -> Format | None:
    """A format for lines that are JSON objects; None where they are not, or measure more than they tell."""
    objects = sample.filter(sample.str.contains(r"^\s*\{.*\}\s*$"))
    if not len(objects) or len(objects) * 2 < len(sample):
        return None
    records = [record for text in objects.head(LOOKED_AT) if isinstance(record := _object(text), dict)]
    found = columns(records) if records else {}
    if not found or is_metrics(records, found):
        return None
    said = {name: path if "/" in path or "." not in path else f"{path}/" for name, path in found.items()}
    required = (found["time"].partition("/")[0],) if "time" in found else ()
    return _format("logs/records", json_map=TableMap("logs", "", required, {"message": "@", **said}, {}, ""))


def _object(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _format(
    name: str, tables: Sequence[TableMap] = (), json_map: TableMap | None = None, *, csv: bool = False
) -> Format:
    return Format(name, "Records with a time", (), json_map, tuple(tables), csv, "", False, {}, {}, ())


def document(value: Any) -> Format | None:
    """A format for a document: the records in it that have a time, else the most numerous, else the whole as state."""
    best: tuple[tuple[int, int], str, list[Record], dict[str, str]] | None = None
    for path, records in _collections(value):
        found = columns(records[:LOOKED_AT])
        size = (len(records) if "time" in found else 0, len(records) if path else 0)
        if best is None or size > best[0]:
            best = (size, path, records, found)
    if best is None:
        return None
    (timed, _), path, records, found = best
    said = {name: where.replace("/", ".") for name, where in found.items()}
    if not timed:
        kept = {"kind": "'document'", "name": "name|id|metadata.name", "message": ":json"}
        return _format("state/records", [TableMap("state", path, (), kept, {}, "")])
    if is_metrics(records[:LOOKED_AT], found):
        return _format("metrics/records", _metric_tables(path, records, found))
    message = f"{said['message']}|:json" if "message" in said else ":json"
    return _format("logs/records", [TableMap("logs", path, (said["time"],), said | {"message": message}, {}, "")])


def holds_records(value: Any) -> bool:
    """Whether one document holds several records with times: then it is no line of a log."""
    return isinstance(value, Mapping) and any(
        path and len(records) > 1 and "time" in columns(records[:LOOKED_AT]) for path, records in _collections(value)
    )


def _metric_tables(path: str, records: Sequence[Record], found: Mapping[str, str]) -> list[TableMap]:
    said = {name: found[name].replace("/", ".") for name in ("time", "component") if name in found}
    return [
        TableMap("metrics", path, (said["time"], dotted), said | {"metric": f"'{where}'", "value": dotted}, {}, "")
        for where in _numbers(records[:LOOKED_AT], found)
        for dotted in [where.replace("/", ".")]
    ]


def _collections(value: Any) -> Iterator[tuple[str, list[Record]]]:
    """Every path of ``*`` and keys below which records stand, with those records; the document itself last."""
    found: dict[str, list[Record]] = {}
    waiting: list[tuple[str, Any, int]] = [("", value, 0)]
    for _ in range(MOST_NODES):
        if not waiting:
            break
        path, each, depth = waiting.pop()
        inner = list(each) if isinstance(each, list) else list(each.values()) if isinstance(each, Mapping) else []
        alike = isinstance(each, list) or (len(inner) > 2 and all(isinstance(one, Mapping) for one in inner))
        if alike and inner and all(isinstance(one, Mapping) for one in inner[:50]):
            found.setdefault(f"{path}/*".strip("/"), []).extend(one for one in inner if isinstance(one, Mapping))
        if depth < DEEPEST:
            names = ["*"] * len(inner) if alike else list(each) if isinstance(each, Mapping) else ["*"] * len(inner)
            waiting += [(f"{path}/{name}".strip("/"), one, depth + 1) for name, one in zip(names, inner, strict=True)]
    yield from sorted(found.items())
    if isinstance(value, Mapping):
        yield "", [value]


def table(frame: pl.DataFrame) -> Format | None:
    """A format for a CSV file: metrics where its columns are numbers, logs where a column says something."""
    head = frame.drop("record").head(LOOKED_AT)
    records = [
        {name: _number(value) for name, value in row.items() if value} for row in head.iter_rows(named=True) if any(row.values())
    ]  # fmt: skip
    if not records:
        return None
    found = columns(records)
    if "time" not in found:
        return _format(
            "state/rows", [TableMap("state", "", (), {"kind": "'row'", "message": ":json"}, {}, "")], csv=True
        )
    if is_metrics(records, found):
        kept: dict[str, str] = {name: found[name] for name in ("day", "time", "component") if name in found}
        numbers = "|".join(map(re.escape, _numbers(records, found)))
        unpivot = {"only": f"^(?:{numbers})$"}
        kept.setdefault("component", "@file")
        return _format("metrics/rows", [TableMap("metrics", "", (), kept, unpivot, "")], csv=True)
    said = found | {"message": f"{found['message']}|:json" if "message" in found else ":json"}
    return _format("logs/rows", [TableMap("logs", "", (), said, {}, "")], csv=True)


def _number(text: str) -> Any:
    return float(text) if re.fullmatch(r"\s*[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\s*", text) else text
