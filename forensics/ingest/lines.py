"""Lines to raw rows: patterns, wrapped formats, JSON lines, and events of several lines."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from forensics.ingest import detection, jsonlines, partial, quantities
from forensics.ingest.definitions import Format, Pattern

# Lines that belong to the event before them although they are not indented.
CONTINUES = (
    r"^(?:\s|\.\.\. \d+ more|Caused by:|Suppressed:|Traceback \(most recent call last\)|--- End of |During handling of "
    r"|The above exception was |[\w$.]*(?:Error|Exception|Throwable|Warning|Interrupt|Exit)\b|goroutine \d+ \[|panic: "
    r"|[\w./*()$]+\([^)]*\)$|created by |exit status |[}\])]|at [\w$.<>]+|File \")"
)
# Lines that are events of their own although no pattern reads them: they begin with a time, or soon tell an epoch.
STAMPED = (
    r"^(?:\W{0,2}(?:\d{4}-\d\d-\d\d|\d\d/\w{3}/\d{4}|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d\d:\d\d:\d\d)"
    r"|(?:\S+ ){1,5}\d{10}(?: |$))"
)
LONGEST_EVENT = 500


@dataclass(slots=True)
class Taken:
    """Raw rows by table, and the lines that nothing reads (line, text, reason)."""

    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    rejects: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"line": pl.Int64, "text": pl.String, "reason": pl.String})
    )

    def add(self, table: str, rows: pl.DataFrame) -> None:
        """Append raw rows."""
        if rows.height:
            known = self.tables.get(table)
            self.tables[table] = pl.concat([known, rows], how="diagonal_relaxed") if known is not None else rows


def read(frame: pl.DataFrame, formats: Sequence[Format], known: Sequence[Format], *, is_wrapped: bool = False) -> Taken:
    """Raw rows of a frame (line, text) of whole events.

    Args:
        frame: lines; blank ones are left out.
        formats: what the file was found to hold, best first.
        known: all formats, for what a wrapper wraps.
        is_wrapped: whether a collector put each line apart, so that only what looks like it continues an event.
    """
    taken = Taken()
    left = frame.filter(pl.col("text").str.strip_chars() != "")
    starts: list[pl.DataFrame] = []
    for number, each in enumerate(formats):
        if each.json is not None:
            is_read = jsonlines.matches(left["text"], each.json)
            starts.append(_events(left.filter(is_read), number, None))
            left = left.filter(~is_read)
        if each.ignores:
            left = left.filter(~left["text"].str.contains(each.ignores))
        if each.begins:
            left = _blocks(left, each.begins)
        for pattern in each.patterns:
            is_read = detection.matches(left["text"], pattern)
            if is_read.any():
                starts.append(_events(left.filter(is_read), number, pattern))
                left = left.filter(~is_read)
    bodies, rejected = _joined(starts, left, is_wrapped=is_wrapped)
    taken.rejects = rejected
    for rows, owner, pattern_name in bodies:
        _take(taken, rows, formats[int(owner)], pattern_name, known)
    return taken


def _blocks(left: pl.DataFrame, begins: str) -> pl.DataFrame:
    """Lines joined to the line before them that begins an event; what comes before the first is left as it is."""
    left = left.with_columns(detection.block_starts(left["text"], begins).alias("start"))
    is_start = pl.col("start")
    own = pl.when(is_start.cum_sum() == 0).then(-pl.col("line")).otherwise(is_start.cum_sum())
    joined = left.group_by(own.alias("own"), maintain_order=True).agg(
        pl.col("line").first(), pl.col("text").str.join("\n")
    )
    return joined.select("line", "text")


def _events(rows: pl.DataFrame, number: int, pattern: Pattern | None) -> pl.DataFrame:
    owner = f"{number}\n{pattern.name if pattern else ''}"
    return rows.with_columns(pl.lit(owner).alias("owner"), pl.lit("").alias("more"))


def _joined(
    starts: Sequence[pl.DataFrame], rest: pl.DataFrame, *, is_wrapped: bool
) -> tuple[list[tuple[pl.DataFrame, str, str]], pl.DataFrame]:
    """Events with their further lines in ``more``; lines that continue nothing are rejects."""
    events = pl.concat(
        [*starts, pl.DataFrame(schema={"line": pl.Int64, "text": pl.String, "owner": pl.String, "more": pl.String})]
    )
    events = events.sort("line")
    if rest.height:
        placed = rest.with_columns(continues(is_wrapped=is_wrapped).alias("continues")).join_asof(
            events.select(pl.col("line"), pl.col("line").alias("event")).sort("line"), on="line", strategy="backward"
        )
        fits = pl.col("continues") & pl.col("event").is_not_null() & (pl.col("line") - pl.col("event") <= LONGEST_EVENT)
        further = placed.filter(fits).sort("line").group_by("event").agg(pl.col("text").str.join("\n").alias("further"))
        rejected = placed.filter(~fits).select("line", "text", pl.lit("no pattern reads it").alias("reason"))
        events = events.join(further, left_on="line", right_on="event", how="left").with_columns(
            pl.col("further").fill_null("").alias("more")
        )
    else:
        rejected = Taken().rejects
    groups = events.sort("line").partition_by("owner", as_dict=True, maintain_order=True)
    return [(rows, *str(key[0]).split("\n", 1)) for key, rows in groups.items()], rejected  # type: ignore[misc]


def continues(*, is_wrapped: bool) -> pl.Expr:
    """Whether a ``text`` that no pattern reads belongs to the event before it."""
    text = pl.col("text")
    further = text.str.contains(CONTINUES) | (~text.str.contains(STAMPED) & (not is_wrapped))
    return further & text.str.contains(r"[\pL\pN}\])]") & ~text.str.contains("[\x00-\x08\ufffd]")


def _take(taken: Taken, rows: pl.DataFrame, each: Format, pattern_name: str, known: Sequence[Format]) -> None:
    if not pattern_name:
        assert each.json is not None
        raw = jsonlines.read(rows, each.json)
        _give(taken, raw.filter(pl.lit(True)), each, each.json.to, each.defaults, known)
        return
    pattern = next(one for one in each.patterns if one.name == pattern_name)
    raw = pl.concat([rows.select("line", "more"), _fields(rows["text"], pattern.regex)], how="horizontal")
    _give(taken, raw, each, pattern.table, pattern.defaults, known)


REST = "(?P<message>.*)$"


def _fields(text: pl.Series, regex: str) -> pl.DataFrame:
    """The named groups of a pattern in lines that it reads.

    Where the message is all that is left, it is what follows the match of what stands before it: capturing it takes the
    regular expression three times as long.
    """
    if not regex.startswith("^") or not regex.endswith(REST) or _has_choice(regex):
        return text.str.extract_groups(regex).struct.unnest()
    found = text.str.extract_groups(f"(?P<header_>{regex.removesuffix(REST)})").struct.unnest()
    message = pl.col("text").str.strip_prefix(pl.col("header_")).alias("message")
    return found.with_columns(text.alias("text")).with_columns(message).drop("header_", "text")


def _has_choice(regex: str) -> bool:
    r"""Whether a pattern has alternatives outside of groups.

    >>> _has_choice(r"^(a|b)[|]\|c"), _has_choice("^a|b")
    (False, True)
    """
    bare = re.sub(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", "", regex)
    while (fewer := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = fewer
    return "|" in bare


def _give(
    taken: Taken, raw: pl.DataFrame, each: Format, table: str, defaults: Mapping[str, str], known: Sequence[Format]
) -> None:
    raw = raw.select(name for name in raw.columns if not name.isdigit())
    for name, value in defaults.items():
        filled = pl.col(name).fill_null(value) if name in raw.columns else pl.lit(value)
        raw = raw.with_columns(filled.alias(name))
    if table == "logs" and "message" in raw.columns:
        if "partial" in raw.columns:
            raw = partial.joined(raw)
        if each.wraps:
            _unwrap(taken, raw, known)
            return
        raw = with_more(raw)
    if table == "metrics" and "fields" in raw.columns:
        raw = quantities.by_field(raw)
    taken.add(table, raw.drop("more", strict=False))


def with_more(raw: pl.DataFrame) -> pl.DataFrame:
    """Messages with the further lines of their events."""
    if "more" not in raw.columns:
        return raw
    whole = (
        pl.when(pl.col("more") == "").then("message").otherwise(pl.col("message").fill_null("") + "\n" + pl.col("more"))
    )
    return raw.with_columns(whole.alias("message"))


def _unwrap(taken: Taken, outer: pl.DataFrame, known: Sequence[Format]) -> None:
    """What a collector wrapped, read again by the formats that fit the wrapped text.

    The collector's time is kept where it has one, since it names its zone; severity, component and ids come from inside.
    """
    texts = outer.select(pl.col("line"), pl.col("message").fill_null("").alias("text"), "more")
    inside = [one for one in detection.line_formats(texts["text"].head(2_000), known) if not one.wraps]
    plain = outer.with_columns(pl.col("message").fill_null(""))
    if not inside:
        taken.add("logs", with_more(_stitched(plain)).drop("more", strict=False))
        return
    inner = read(texts.select("line", "text"), inside, known, is_wrapped=True)
    more = outer.filter(pl.col("more") != "").select("line", "more")
    seen = set()
    for table, rows in inner.tables.items():
        joined = rows.join(plain.drop("message", "more"), on="line", how="left", suffix="_outer", maintain_order="left")
        for name in [column for column in joined.columns if column.endswith("_outer")]:
            own = name.removesuffix("_outer")
            first, second = (name, own) if own in ("time", "host") else (own, name)
            joined = joined.with_columns(pl.coalesce(_filled(first), _filled(second)).alias(own)).drop(name)
        if more.height and "message" in joined.columns:
            joined = with_more(
                joined.join(more, on="line", how="left", maintain_order="left").with_columns(
                    pl.col("more").fill_null("")
                )
            )
            joined = joined.drop("more")
        taken.add(table, joined)
        seen |= set(rows["line"].to_list())
    odd = plain.filter(pl.col("line").is_in(inner.rejects["line"].to_list()))
    if odd.height:
        taken.add("logs", with_more(odd).drop("more", strict=False))


def _filled(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String)
    return pl.when(text == "").then(None).otherwise(text)


def _stitched(outer: pl.DataFrame) -> pl.DataFrame:
    """Rows that continue the row before them (a stack trace line by line) joined to it."""
    continues = pl.col("message").str.contains(CONTINUES) & (pl.int_range(pl.len()) > 0)
    group = (~continues).cum_sum().alias("group")
    marked = outer.with_columns(group)
    if marked["group"].n_unique() == marked.height:
        return outer
    others = [name for name in outer.columns if name not in ("message",)]
    return (
        marked.group_by("group", maintain_order=True)
        .agg(pl.col(others).first(), pl.col("message").str.join("\n"))
        .drop("group")
        .select(outer.columns)
    )
