"""Notes that people took in an incident: lines that begin with a clock, in Markdown or plain text.

Names become ``[user]``, which evidence leaves open; a role that is written beside a name is kept.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from forensics import clock
from forensics.ingest.readers.reader import Raw

ZONES = "|".join(sorted(clock.OFFSETS, key=lambda name: (-len(name), name))) + r"|[+-]\d\d:?\d\d"
ENTRY = re.compile(
    r"^\s*(?P<mark>[-*+\u2022]\s+|\d+[.)]\s+|#{1,6}\s+|\|\s*)?[*_`\[(]*(?:(?P<day>\d{4}-\d\d-\d\d)[ T])?"
    r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![:.,]?\d)(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?"
    rf"\s*(?P<zone>(?:{ZONES})(?!\w))?[*_`\])]*\s*(?:[|:,\u2013\u2014-]+\s*|\s)(?P<text>[^\s|].*?)[\s|]*$"
)
PROSE = re.compile(r"[^\W\d]{2,}\W+[^\W\d]|[^\W\d]{4,}")
LEVEL = re.compile(r"\W*(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b")
TITLE = re.compile(r"(?im)^(?:#{1,6} .*|\W*(?:incident|post-?mortem|timeline|notes|war ?room)\b.*)$")
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
DATE = re.compile(
    rf"(?i)\b(?P<iso>\d{{4}}-\d\d-\d\d)\b|\b(?P<d1>\d{{1,2}})\.? (?P<m1>{MONTHS})[a-z]*\.?,? (?P<y1>\d{{4}})\b"
    rf"|\b(?P<m2>{MONTHS})[a-z]*\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y2>\d{{4}})\b"
)
DATED = re.compile(
    r"(?i)^\s*(?:#|\W*(?:date|day|when|start(?:ed)?|incident|timeline)\b|\W*(?:\w+,? )?\d[\w. ,-]{5,20}$)"
)
IN_ZONE = re.compile(rf"(?i:\btimes?\b(?: are)?(?: all)?(?: in)?)[:\s(]*(?P<zone>{ZONES})(?!\w)")
NAME = r"[A-Z][a-z\u00e0-\u00ff'\u2019-]+(?: [A-Z][a-z\u00e0-\u00ff'\u2019.-]+){0,2}"
DID = (
    r"(?:acked|acknowledged|paged|called|escalated|assigned|handed over|reported|confirmed|noticed|mitigated|resolved|fixed"
    r"|reverted|rolled back|approved|done)"
)
BY = re.compile(rf"(?P<before>\b(?i:{DID})(?: (?:by|to))? )(?P<name>{NAME})(?=$|[\s,.;:)])")
AT = re.compile(r"(?<![\w.])@[A-Za-z][\w.-]*\w")
SPEAKER = re.compile(
    rf"^(?P<name>{NAME.replace('{0,2}', '{1,2}')}|@[\w.-]+|{NAME} \((?P<role>[^)]{{2,40}})\))\s?[:\u2013\u2014-]\s+(?P<said>\S.*)$"
)
ROLE = re.compile(
    r"(?i)^(?P<role>on-?call(?: engineer)?|incident commander|ic|sre|dba|support|comms|ops|duty manager)\s?[:\u2013\u2014-]\s+(?P<said>\S.*)$"
)
SPEAKS_OF = 0.5
# Clocks of which no line says the day stand on this one, in the year of stamps without a year, until ``resolve`` moves them.
NO_DAY = date(clock.YEAR, 1, 1)
HALF_A_DAY = timedelta(hours=12)


def fits(text: str) -> bool:
    """Whether a text is a timeline that people wrote: clocks in minutes or behind bullets, prose, and no levels of a log.

    Without a title, lines that begin with a date and no bullet may as well be a program's.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    is_titled = bool(TITLE.search("\n".join(lines[:5])))
    entries = [found for line in lines if (found := ENTRY.match(line))]
    human = [one for one in entries if _is_human(one) and (one["mark"] or is_titled or not one["day"])]
    if not human or len(human) < len(entries) - 1:
        return False
    return is_titled or (len(human) > 1 and len(human) >= SPEAKS_OF * len(lines))


def _is_human(entry: re.Match[str]) -> bool:
    is_prose = PROSE.search(entry["text"]) is not None and not LEVEL.match(entry["text"])
    return is_prose and bool(entry["mark"] or not entry["second"])


def read(text: str) -> Raw:
    """A note a line (its time, role and text): lines below an entry have its time, lines above the first have none."""
    rows = list(_rows(text))
    undated = [row for row in rows if str(row["time"]).startswith(f"{clock.YEAR}-")]
    if len(undated) < sum(row["time"] is not None for row in rows):
        # Beside lines with a day those without have none that could be told.
        for row in undated:
            row["time"] = None
    if rows:
        yield (
            "notes",
            pl.DataFrame(rows, schema={"time": pl.String, "role": pl.String, "text": pl.String, "line": pl.Int64}),
        )


def _rows(text: str) -> Iterator[dict[str, Any]]:
    lines = text.splitlines()
    named = IN_ZONE.search(text)
    zone = named["zone"] if named else ""
    day, last, stamp = _first_day(lines) or NO_DAY, None, None
    for number, line in enumerate(lines, 1):
        found = ENTRY.match(line)
        if found:
            day = date.fromisoformat(found["day"]) if _is_day(found["day"]) else day
            moment = _moment(day, found)
            if last and not found["day"] and last - moment > HALF_A_DAY:
                moment += timedelta(days=1)
                day = moment.date()
            last = moment
            stamp = f"{moment:%Y-%m-%d %H:%M:%S}{_suffix(found['zone'] or zone)}"
        elif DATED.match(line) and (dated := _date(line)):
            day, last, stamp = dated, None, None
        if found or (re.search(r"\w", line) and not line.lstrip().startswith("#")):
            role, said = _said(found["text"] if found else line.strip(" |*-\t"))
            yield {"time": stamp, "role": role, "text": said, "line": number}
        elif line.lstrip().startswith("#"):
            stamp = None


def _suffix(zone: str) -> str:
    return f" {zone}" if zone else ""


def _moment(day: date, found: re.Match[str]) -> datetime:
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    return datetime(day.year, day.month, day.day, hour, int(found["minute"]), int(found["second"] or 0))  # noqa: DTZ001


def _first_day(lines: list[str]) -> date | None:
    """The day of the entries before any line dates them: the one day that the text above the first entry names."""
    above: set[date] = set()
    for line in lines:
        if ENTRY.match(line):
            break
        above |= {found} if (found := _date(line)) else set()
    return above.pop() if len(above) == 1 else None


def _is_day(text: str | None) -> bool:
    return bool(text) and _date(text or "") is not None


def _date(line: str) -> date | None:
    found = DATE.search(line)
    try:
        if found and found["iso"]:
            return date.fromisoformat(found["iso"])
        if found:
            month = MONTHS.split("|").index((found["m1"] or found["m2"]).lower()[:3]) + 1
            return date(int(found["y1"] or found["y2"]), month, int(found["d1"] or found["d2"]))
    except ValueError:
        return None
    return None


def _said(text: str) -> tuple[str, str]:
    """The role of who wrote it, and the text without names."""
    role = "responder"
    speaker, titled = SPEAKER.match(text), ROLE.match(text)
    if titled:
        role, text = titled["role"], titled["said"]
    elif speaker:
        role, text = speaker["role"] or role, speaker["said"]
    return role, AT.sub("[user]", BY.sub(r"\g<before>[user]", text))
