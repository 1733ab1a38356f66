"""Series as command lines print them: ``promtool query`` and Graphite's raw format."""

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from forensics.ingest.readers.reader import Raw

NUMBER = r"[-+]?(?:\d[\d.]*(?:[eE][-+]?\d+)?|NaN|Inf)"
NAME = r"[A-Za-z_:][\w:]*"
SERIES = re.compile(rf"^({NAME})?\s?(\{{.*\}})? =>(?: ({NUMBER}) @\[(\d{{10}}(?:\.\d+)?|\d{{13}})\])?\s*$")
SAMPLE = re.compile(rf"^({NUMBER}) @\[(\d{{10}}(?:\.\d+)?|\d{{13}})\]\s*$")
RAW = re.compile(r"^([^,\s|]+),(\d{9,10}),(\d{9,10}),(\d+)\|(.*)$")
WHO = re.compile(r'\b(?:service|app|job|component)="([^"]*)"')


def fits(text: str) -> bool:
    """Whether the first lines are series of one of these."""
    first = [line for line in text.splitlines()[:3] if line.strip()][:1]
    return any(SERIES.match(line) or RAW.match(line) for line in first)


def read(text: str) -> Raw:
    """A row a sample."""
    rows = list(_samples(text))
    if rows:
        yield "metrics", pl.DataFrame(rows, infer_schema_length=None)


def _samples(text: str) -> Iterator[dict[str, Any]]:
    series: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if named := SERIES.match(line):
            series = _named(named[1] or "", named[2] or "")
            if named[3]:
                yield series | {"value": named[3], "time": named[4], "line": number}
        elif (said := SAMPLE.match(line)) and series:
            yield series | {"value": said[1], "time": said[2], "line": number}
        elif raw := RAW.match(line):
            for at, value in enumerate(raw[5].split(",")):
                if re.fullmatch(NUMBER, value):
                    time = str(int(raw[2]) + at * int(raw[4]))
                    yield {
                        "metric": raw[1],
                        "component": "",
                        "labels": "",
                        "value": value,
                        "time": time,
                        "line": number,
                    }


def _named(name: str, labels: str) -> dict[str, str]:
    inner = re.search(r'__name__="([^"]*)",?\s*', labels)
    who = WHO.search(labels)
    return {
        "metric": name or (inner[1] if inner else "value"),
        "component": who[1] if who else "",
        "labels": labels.replace(inner[0], "") if inner else labels,
    }
