"""The tables of sar, mpstat, pidstat and iostat: a column a metric, repeated headers, clock times under one date."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import polars as pl

from forensics.ingest.readers.reader import Raw

BANNER = re.compile(r"^Linux \S+ \(([^)]*)\)\s+(\d{2,4}[/.-]\d\d[/.-]\d{2,4})\b", re.MULTILINE)
TIMED = re.compile(r"^(\d\d:\d\d:\d\d(?: [AP]M)?)\s+(\S.*)$")
STAMP = re.compile(r"^(\d{2,4}[/.-]\d\d[/.-]\d{2,4})[ T](\d\d:\d\d:\d\d(?: [AP]M)?)")
VMSTAT = re.compile(r"procs -+memory-+ ")
BEHIND = re.compile(r"\s(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)$")
EPOCH = re.compile(r"^\s*(\d{10})\s+(?=\d)")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
WHOSE = ("CPU", "IFACE", "DEV", "Device", "Device:", "FILESYSTEM", "TTY", "INTR", "Command", "FAN", "DEVICE", "BUS")


def fits(text: str) -> bool:
    """Whether a text begins with sysstat's banner, or as vmstat does."""
    return bool(BANNER.match(text.lstrip()) or VMSTAT.match(text.lstrip()))


def read(text: str) -> Raw:
    """Samples with time, host, metric and what they are of; ``place`` 0 marks the first of a row."""
    rows = list(_samples(text))
    if rows:
        yield "metrics", pl.DataFrame(rows, infer_schema_length=None)


def _samples(text: str) -> Iterator[dict[str, Any]]:
    banner = BANNER.search(text)
    host, day = (banner[1], _day(banner[2])) if banner else ("", date(1970, 1, 1))
    names: list[str] = []
    clock = previous = ""
    for number, line in enumerate(text.splitlines(), 1):
        stamp, timed = STAMP.match(line), TIMED.match(line)
        if stamp:
            day, clock, names = _day(stamp[1]), _clock(stamp[2]), []
            continue
        behind, epoch = BEHIND.search(line), EPOCH.match(line)
        fields = (timed[2] if timed else line[: behind.start()] if behind else line).split()
        if not fields or line.startswith(("Average", "Linux ")) or "RESTART" in line or VMSTAT.match(line):
            names = [] if not fields else names
            continue
        if not any(map(NUMBER.fullmatch, fields)):
            # iostat writes what its row is of before the colon, and not in the rows.
            names = fields[1:] if fields[0].endswith("cpu:") else [each for each in fields if each not in ("#", "UTC")]
            continue
        if epoch and names[:1] == ["Time"]:
            yield from _row(epoch[1], host, names[1:], fields[1:], number)
            continue
        if behind or VMSTAT.match(text):
            yield from _row(f"{behind[1]} {behind[2]}" if behind else None, host, names, fields, number)
            continue
        if timed:
            clock = _clock(timed[1])
            day += timedelta(days=1) if clock < previous else timedelta()
            previous = clock
        if names and clock:
            yield from _row(f"{day.isoformat()} {clock}", host, names, fields, number)


def _row(time: str | None, host: str, names: list[str], fields: list[str], line: int) -> Iterator[dict[str, Any]]:
    values = dict(zip(names, fields, strict=False))
    labels = ",".join(f"{name.rstrip(':').lower()}={values[name]}" for name in WHOSE if name in values)
    numbers = [(name, value) for name, value in values.items() if name not in WHOSE and NUMBER.fullmatch(value)]
    for place, (name, value) in enumerate(numbers):
        yield {
            "time": time,
            "component": host,
            "metric": name,
            "value": value.replace(",", "."),
            "labels": labels,
            "line": line,
            "place": place,
        }


def _day(text: str) -> date:
    """A date in the order of a locale: year first, or month first unless that cannot be."""
    one, two, three = map(int, re.split(r"[/.-]", text))
    if one > 31:
        return date(one, two, three)
    year = three + 2000 if three < 100 else three
    return date(year, one, two) if one <= 12 else date(year, two, one)


def _clock(text: str) -> str:
    """A clock time with 24 hours."""
    if not text.endswith("M"):
        return text
    hour = int(text[:2]) % 12 + 12 * (text[-2] == "P")
    return f"{hour:02d}{text[2:8]}"
