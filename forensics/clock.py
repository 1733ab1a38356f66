"""Any timestamp to UTC, one column at a time, and instants as people and reports write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import polars as pl

from forensics import calendars
from forensics.errors import UsageError
from forensics.records.window import Micros

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- frames hold UTC without a zone
# Stamps without a year are read in this leap year; ``resolve`` shifts them beside the other files.
YEAR = 2000
EARLIEST, LATEST = 1971, 2200


@dataclass(frozen=True, slots=True)
class Layout:
    """A way to write an instant: a pattern that tells it, and the format that reads it, zone apart."""

    name: str
    pattern: str
    format: str
    has_year: bool = True


_CLOCK = r"\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?"
LAYOUTS: Sequence[Layout] = (
    Layout("iso", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?", "%Y-%m-%dT%H:%M:%S%.f"),
    Layout("iso space", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%Y-%m-%d %H:%M:%S%.f"),
    Layout("iso minutes", r"\d{4}-\d\d-\d\dT\d\d:\d\d", "%Y-%m-%dT%H:%M"),
    Layout("minutes", r"\d{4}-\d\d-\d\d \d\d:\d\d", "%Y-%m-%d %H:%M"),
    Layout("slashes", r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%Y/%m/%d %H:%M:%S%.f"),
    Layout("slashes minutes", r"\d{4}/\d\d/\d\d \d\d:\d\d", "%Y/%m/%d %H:%M"),
    Layout("dashes", r"\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d(?:\.\d+)?", "%Y-%m-%d-%H.%M.%S%.f"),
    Layout("year dots", r"\d{4}\.\d\d\.\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%Y.%m.%d %H:%M:%S%.f"),
    Layout("compact", r"\d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d{1,3}", "%Y%m%d-%H:%M:%S%.f"),
    Layout("compact iso", r"\d{8}T\d{6}(?:\.\d+)?", "%Y%m%dT%H%M%S%.f"),
    Layout("digits", r"(?:19|20)\d{12}", "%Y%m%d%H%M%S"),
    Layout("compact space", r"\d{8} \d\d:\d\d:\d\d(?:\.\d+)?", "%Y%m%d %H:%M:%S%.f"),
    Layout("short", r"\d{6} \d{6}", "%y%m%d %H%M%S"),
    Layout("short clock", r"\d{6} {1,2}\d{1,2}:\d\d:\d\d", "%y%m%d %k:%M:%S"),
    Layout("short slashes", r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%y/%m/%d %H:%M:%S%.f"),
    Layout("common log", r"\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d(?:\.\d+)?", "%d/%b/%Y:%H:%M:%S%.f"),
    Layout("mail", r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d", "%a, %d %b %Y %H:%M:%S"),
    Layout("day month", r"\d{1,2}[ ][A-Z][a-z]{2}[ ]\d{4},? \d\d:\d\d:\d\d(?:\.\d+)?", "%d %b %Y %H:%M:%S%.f"),
    Layout("day-month", r"\d{1,2}-[A-Z][a-zA-Z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d+)?", "%d-%b-%Y %H:%M:%S%.f"),
    Layout(
        "ctime",
        r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ ]?\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)? \d{4}",
        "%a %b %e %H:%M:%S%.f %Y",
    ),
    Layout("month day", r"[A-Z][a-z]{2} [ ]?\d{1,2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)?", "%b %e %Y %H:%M:%S%.f"),
    Layout("month day, year", r"[A-Z][a-z]{2} \d{1,2}, \d{4},? \d{1,2}:\d\d:\d\d [AP]M", "%b %d, %Y %I:%M:%S %p"),
    Layout("month day at", rf"[A-Z][a-z]{{2}} \d{{1,2}}, \d{{4}}(?:,| @)? {_CLOCK}", "%b %d, %Y %H:%M:%S%.f"),
    Layout("month first pm", r"\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d\d:\d\d(?:\.\d+)? [AP]M", "%m/%d/%Y %I:%M:%S%.f %p"),
    Layout("month first", r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d\d:\d\d(?:\.\d+)?", "%m/%d/%Y %H:%M:%S%.f"),
    Layout("day first", r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d\d:\d\d(?:\.\d+)?", "%d.%m.%Y %H:%M:%S%.f"),
    Layout("day first short", r"\d\d\.\d\d\.\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%d.%m.%y %H:%M:%S%.f"),
    Layout("syslog", r"[A-Z][a-z]{2} [ ]?\d{1,2} \d\d:\d\d:\d\d(?:\.\d+)?", "%b %e %H:%M:%S%.f", has_year=False),
    Layout("glog", r"\d{4} \d\d:\d\d:\d\d(?:\.\d+)?", "%m%d %H:%M:%S%.f", has_year=False),
    Layout("month dots", r"\d\d\.\d\d \d\d:\d\d:\d\d", "%m.%d %H:%M:%S", has_year=False),
    Layout("android", r"\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?", "%m-%d %H:%M:%S%.f", has_year=False),
    Layout("date", r"\d{4}-\d\d-\d\d", "%Y-%m-%d %H:%M"),
)
# What is put straight before a layout's format reads it.
ADJUSTED: Mapping[str, tuple[str, str]] = {
    "compact": (r":(\d{1,3})$", ".${1}"),
    "day month": (r"(\d{4}),", "${1}"),
    "month first pm": (r"(\d{4}),", "${1}"),
    "month day at": (r"(\d{4})(?:,| @)", "${1}"),
    "date": (r"$", " 00:00"),
}
# Numbers that could be day or month, or a two-digit year: the file's own dates tell which (``calendars.order``).
_MONTH, _DAY, _YEAR = "month before day", "day before month", "year first"
ORDERS: Mapping[str, Sequence[tuple[str, str]]] = {
    "month first pm": ((_MONTH, "%m/%d/%Y"), (_DAY, "%d/%m/%Y")),
    "month first": ((_MONTH, "%m/%d/%Y"), (_DAY, "%d/%m/%Y")),
    "short slashes": ((_YEAR, "%y/%m/%d"), (_MONTH, "%m/%d/%y"), (_DAY, "%d/%m/%y")),
}
WRITTEN = re.compile(
    r"(?s)^(?P<body>.+?)\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|(?<=[\d.])[+-]\d{2}|[+-]\d{4} [A-Z]{2,5}|\s(?!AM|PM)[A-Z]{2,5})?$"
)
# Zones that a log names by letters; an abbreviation that stands for several zones is left to ``--timezone``.
OFFSETS: Mapping[str, float] = {
    "Z": 0, "UTC": 0, "GMT": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3, "WET": 0, "WEST": 1, "EST": -5,
    "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9, "KST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parsed:
    """Instants of a column (UTC, null where unreadable) and where their zone came from.

    ``zone_source`` is "in the stamp", "epoch", "declared: ZONE", "assumed: UTC"; ``has_year`` False where the stamps
    name none. ``notes`` say what was decided about dates that read two ways and hours that came twice or never.
    """

    time: pl.Series
    zone_source: str
    has_year: bool = True
    notes: tuple[str, ...] = ()


def parse(texts: pl.Series, zone: str = "", *, is_declared: bool = True) -> Parsed:
    """Read a column of stamps; each distinct way of writing in it is recognised by itself.

    Args:
        texts: strings or numbers (epochs in s, ms, us or ns by magnitude).
        zone: IANA name for stamps without a zone; UTC when empty.
        is_declared: whether somebody said so, for ``zone_source``.
    """
    if texts.dtype.is_numeric():
        return Parsed(_epoch(texts.cast(pl.Float64), texts), "epoch")
    if texts.dtype == pl.Null:
        return Parsed(texts.cast(pl.Datetime("us")), "")
    left = texts.str.strip_chars()
    if left.str.contains(",", literal=True).any():
        left = left.str.replace(r"(:\d\d),(\d)", "${1}.${2}")
    if left.str.contains("]", literal=True).any():
        left = left.str.replace(r"\[[\w/]+\]$", "")
    time = pl.Series(texts.name, [None] * len(texts), dtype=pl.Datetime("us"))
    sources: list[str] = []
    notes: list[str] = []
    has_year = True
    for _ in range(len(LAYOUTS)):
        open_rows = time.is_null() & left.is_not_null()
        first = left.filter(open_rows).head(1).to_list()
        if not first:
            break
        found = _as_first(left.filter(open_rows), first[0], zone, notes)
        if found is None:
            # One stamp that nothing reads must not hide those after it.
            left = left.set(left == first[0], None)
            continue
        read, source, with_year = found
        time = time.scatter(open_rows.arg_true(), read)
        if read.is_null()[0]:
            left = left.set(left == first[0], None)
        has_year &= with_year
        sources += [source] if source not in sources else []
    said = "declared" if is_declared and zone else "assumed"
    named = " and ".join(source or f"{said}: {zone or 'UTC'}" for source in sources)
    return Parsed(_plausible(time), named, has_year, tuple(dict.fromkeys(notes)))


def _as_first(texts: pl.Series, first: str, zone: str, notes: list[str]) -> tuple[pl.Series, str, bool] | None:
    """The column read the way its first stamp is written: times, source of the zone ("" for none), and has a year."""
    if re.fullmatch(r"-?\d{9,19}(?:\.\d+)?", first) and not re.fullmatch(r"(?:19|20)\d{12}", first):
        numbers = texts.cast(pl.Float64, strict=False)
        return _epoch(numbers, texts.cast(pl.Int64, strict=False)), "epoch", True
    parts = WRITTEN.match(first)
    if parts is None:
        return None
    body, written = parts["body"], parts["zone"] or ""
    if ":" not in body and re.fullmatch(r"[+-]\d\d", written):
        # The day of a bare date, not an offset.
        body, written = first, ""
    for layout in LAYOUTS:
        if re.fullmatch(layout.pattern, body):
            return _read(texts, layout, written, zone, notes)
    return None


def _read(texts: pl.Series, layout: Layout, written: str, zone: str, notes: list[str]) -> tuple[pl.Series, str, bool]:
    bare, form = texts, layout.format
    if re.fullmatch(r"[+-]\d{4} [A-Z]{2,5}", written):
        # Go names the zone once more behind its offset.
        bare, written = bare.str.replace(r"\s[A-Z]{2,5}$", ""), written[:5]
    numeric = re.fullmatch(r"Z|[+-]\d{2}(?::?\d{2})?", written)
    if layout.name in ADJUSTED:
        pattern, replacement = ADJUSTED[layout.name]
        bare = bare.str.replace(pattern, replacement)
    if layout.name in ORDERS:
        chosen = calendars.order(bare, ORDERS[layout.name])
        form = form.replace(ORDERS[layout.name][0][1], chosen.format)
        notes.append(chosen.reason)
    if not layout.has_year:
        bare, form = f"{YEAR} " + bare, f"%Y {form}"
    if not written:
        return _local(bare.str.to_datetime(form, time_unit="us", strict=False), zone, notes), "", layout.has_year
    if written == "Z":
        read = bare.str.strip_suffix("Z").str.to_datetime(form, time_unit="us", strict=False)
        return read, "in the stamp", layout.has_year
    if numeric:
        joined = bare.str.replace(r"\s*([+-]\d\d:?\d?\d?)$", "${1}")
        read = joined.str.to_datetime(f"{form}%#z", time_unit="us", strict=False)
        return read.dt.convert_time_zone("UTC").dt.replace_time_zone(None), "in the stamp", layout.has_year
    name = written.strip()
    read = bare.str.replace(rf"\s*{name}$", "").str.to_datetime(form, time_unit="us", strict=False)
    if name in OFFSETS:
        return read - timedelta(hours=OFFSETS[name]), "in the stamp", layout.has_year
    return _local(read, zone, notes), "", layout.has_year


def _local(naive: pl.Series, zone: str, notes: list[str]) -> pl.Series:
    read = calendars.localised(naive, zone)
    if read.repeated:
        notes.append(f"{read.repeated:,} stamps lie in an hour that came twice; the order of lines tells which")
    if read.skipped:
        notes.append(f"{read.skipped:,} stamps lie in an hour that the clocks of {zone} leapt over")
    return read.time


def _epoch(numbers: pl.Series, exact: pl.Series) -> pl.Series:
    """Epochs as instants, by magnitude: seconds below 1e11, milliseconds below 1e14, microseconds below 1e17."""
    frame = pl.DataFrame({"n": numbers, "i": exact.cast(pl.Int64, strict=False)})
    size, whole = pl.col("n").abs(), pl.col("i")
    micros = (
        pl.when(size < 1e11)
        .then((pl.col("n") * 1e6).round(0).cast(pl.Int64, strict=False))
        .when(size < 1e14)
        .then((pl.col("n") * 1e3).round(0).cast(pl.Int64, strict=False))
        .when(size < 1e17)
        .then(whole)
        .otherwise(whole // 1000)
    )
    return _plausible(frame.select(micros.cast(pl.Datetime("us")).alias(numbers.name)).to_series())


def _plausible(time: pl.Series) -> pl.Series:
    """Times before 1971 (an unset epoch) or after 2200 are faults of an exporter, not instants."""
    years = time.dt.year()
    return time.set((years < EARLIEST) | (years >= LATEST), None)


def micros(time: datetime) -> Micros:
    """Microseconds since the epoch of a datetime; without a zone it is UTC.

    >>> micros(datetime(1970, 1, 1, 0, 0, 1))
    1000000
    """
    return (time.replace(tzinfo=None) - (time.utcoffset() or timedelta()) - EPOCH) // timedelta(microseconds=1)


def iso(time: Micros) -> str:
    """An instant as a report writes it: UTC with a Z, a fraction only where there is one.

    >>> iso(0), iso(1_500_000)
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500000Z')
    """
    return (EPOCH + timedelta(microseconds=time)).isoformat() + "Z"


def instant(text: str, zone: str = "UTC", day: Micros | None = None) -> Micros:
    """The instant that a person wrote: ISO 8601, an epoch, or a clock time on ``day``.

    >>> iso(instant("2026-05-06 14:00", "Europe/Berlin"))
    '2026-05-06T12:00:00Z'

    Raises:
        UsageError: it cannot be read, or a clock time comes without a day.
    """
    said = text.strip()
    clock_time = re.fullmatch(r"(\d{1,2})(?::(\d\d))?(?::(\d\d))?\s*([ap]m)?", said, re.IGNORECASE)
    if clock_time and day is not None and (clock_time[2] or clock_time[4]):
        return _on_day(clock_time, zone_of(zone), day)
    read = parse(pl.Series([said]), zone).time.to_physical().to_list()[0]
    if read is None:
        try:
            whole = datetime.fromisoformat(said)
        except ValueError as error:
            raise UsageError(
                f"cannot read the time {text!r}", hint="Write it as 2026-05-06T14:00Z or '2026-05-06 14:00'."
            ) from error
        return micros(whole if whole.tzinfo else whole.replace(tzinfo=zone_of(zone)))
    return int(read)


def _on_day(match: re.Match[str], zone: tzinfo, day: Micros) -> Micros:
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    half = (match[4] or "").lower()
    hour = hour % 12 + 12 * (half == "pm") if half else hour
    if hour > 23 or minute > 59 or second > 59:
        raise UsageError(f"no such time of day: {match[0]!r}", hint="Write 14:00 or 2 PM.")
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=day)).astimezone(zone)
    return micros(local.replace(hour=hour, minute=minute, second=second, microsecond=0))


def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            f"no such time zone: {name!r}", hint="Use an IANA name such as Europe/Berlin, or UTC."
        ) from error
