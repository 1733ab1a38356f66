"""Kinds of lines: lines that patterns and masks treat alike, told by a hash, with one line of each that was looked at."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from forensics import content, keying, masking
from forensics.ingest import detection, jsonlines, lines
from forensics.ingest.definitions import Format
from forensics.ingest.messages import Messages, Numbers
from forensics.ingest.sources import Known
from forensics.records.numbered import NONE

Places: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Marks: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
BLANK, ALONE, START, FURTHER = range(4)
# How a kind's lines find their number: by the kind, by the digits at some places, or each by itself.
BY_KIND, BY_DIGITS, BY_LINE = range(3)
HEX = "[0A-Fa-f]"
LETTER = "[A-Fa-f]"
# Identifiers that masks take whole, digits being 0: uuids, hexadecimal numbers with a letter, names with three digits.
IDENTIFIERS = (
    rf"\b(?:{HEX}{{8}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{4}}-{HEX}{{12}}|0[xX]{HEX}+|{LETTER}{HEX}*0{HEX}{{5,}}|{LETTER}{HEX}{{2,}}0{HEX}*"
    + "".join(rf"|0{{{n}}}{LETTER}{HEX}{{{5 - n},}}" for n in range(1, 5))
    + rf"|0{{5,}}{LETTER}{HEX}*|[A-Za-z_]+0[0-9A-Za-z_]*0[0-9A-Za-z_]*0[0-9A-Za-z_]*)\b"
)
IDENTIFIER = "0a0a0a0a"
# A text in a JSON object under one of some keys.
BESIDE = r'''"(?:{keys})"\s*:\s*"[^"\\]*"'''
SAMPLED = 500


class Text:
    """The lines of a chunk by their bytes; a line is decoded when it is asked for."""

    def __init__(self, chunk: bytes) -> None:
        self.bytes = chunk
        ends = np.flatnonzero(np.frombuffer(chunk, dtype=np.uint8) == 10)
        if chunk[-1:] != b"\n":
            ends = np.append(ends, len(chunk))
        self.ends: Places = ends
        self.starts: Places = np.append(0, ends[:-1] + 1) if len(ends) else ends

    def line(self, row: int) -> str:
        """One line, as ``content.frame`` gives it."""
        raw = self.bytes[self.starts[row] : self.ends[row]].removesuffix(b"\r")
        return raw.decode("utf-8", errors="replace")[: content.LONGEST_LINE]

    def digits(self, rows: Places, at: Places) -> Places:
        """The bytes at places of lines, as codes of 4 bits each; a place of -1 is left out."""
        every = np.frombuffer(self.bytes, dtype=np.uint8)
        code = np.zeros(len(rows), dtype=np.int64)
        for column in range(at.shape[1]):
            place = at[:, column]
            digit = every[np.minimum(self.starts[rows] + place, len(every) - 1)].astype(np.int64) - 48
            code = code * 11 + np.where(place < 0, 10, digit)
        return code


def is_told(formats: Sequence[Format], masks: masking.Masks) -> bool:
    """Whether lines that differ in digits only are read alike, each line or block of lines by itself."""
    # What is written as 0x is hexadecimal: no log has another digit there.
    patterns = [each.regex.replace("0x", "") for one in formats for each in one.patterns] + [
        one.ignores for one in formats if one.ignores
    ]
    return (
        not any(one.wraps or one.begins for one in formats)
        and not any("(?P<partial>" in each for each in patterns)
        and all(masking.is_digit_blind(masking.Mask("", each, "")) for each in patterns)
        and all(masking.is_digit_blind(step) for step in masks.steps)
    )


def folded(text: pl.Series, keys: str) -> pl.Series:
    """Lines whose digits are 0 with each long identifier as one, and JSON objects without what is not their message.

    Where a colon follows an identifier, masks look at its first letter, so that the line stays as it is.

    Args:
        text: lines, every digit 0.
        keys: keys of JSON objects that are not of their message, as alternatives of a regular expression; "" for none.
    """
    short = text
    is_object = text.str.starts_with("{")
    if keys and is_object.any():
        bare = text.filter(is_object).str.replace_all(BESIDE.replace("{keys}", keys), "")
        short = text.scatter(is_object.arg_true(), bare)
    short = short.str.replace_all(IDENTIFIERS, IDENTIFIER)
    return pl.select(
        pl.when(short.str.contains(IDENTIFIER + ":", literal=True)).then(text).otherwise(short)
    ).to_series()


@dataclass(slots=True)
class Kinds:
    """What is known of each kind: its role, the number of its message, and how its lines find theirs."""

    formats: Sequence[Format]
    known: Known
    messages: Messages
    seen: keying.Seen = field(default_factory=keying.Seen)
    table: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"same": pl.UInt64, "kind": pl.UInt32}))
    same: "np.ndarray[Any, np.dtype[np.uint64]]" = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    role: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    number: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    way: Numbers = field(default_factory=lambda: np.empty(0, dtype=np.uint32))
    at: dict[int, list[int]] = field(default_factory=dict)
    keys: str | None = None
    around: dict[int, tuple[int, list[str]]] = field(default_factory=dict)
    by_digits: dict[tuple[int, int], int] = field(default_factory=dict)

    def of(self, text: Text, notes: list[str]) -> Numbers:
        """The kind of each line of a chunk; kinds that are new are looked at."""
        if self.table.height > keying.MOST_SEEN:
            self._forget()
        read = content.frame(text.bytes.translate(content.DIGITS), notes)["text"]
        if any(one.json is not None for one in self.formats) and b"\\u" in text.bytes:
            # An escape spells a letter by digits.
            raw = content.frame(text.bytes, [])["text"]
            read = pl.select(pl.when(read.str.contains("\\u", literal=True)).then(raw).otherwise(read)).to_series()
        rows = pl.DataFrame({"whole": read.hash()}).with_row_index("row")
        first = rows.group_by("whole").agg(pl.col("row").min()).sort("row")
        shown = read.gather(first["row"])
        short = folded(shown, self._beside(shown))
        is_short = short != shown
        same = pl.select(pl.when(is_short).then(short.hash(1)).otherwise(shown.hash(0))).to_series()
        first = first.with_columns(same.alias("same"), is_short.alias("is_short"))
        new = first.join(self.table, on="same", how="anti", maintain_order="left").unique(
            "same", keep="first", maintain_order=True
        )
        if new.height:
            self._learn(text, new)
        first = first.join(self.table, on="same", how="left", maintain_order="left")
        return rows.join(first.select("whole", "kind"), on="whole", how="left", maintain_order="left")[
            "kind"
        ].to_numpy()

    def _beside(self, text: pl.Series) -> str:
        """Keys of the JSON objects among the first lines that are not of their message; "" where objects are more than logs."""
        objects = [one.json for one in self.formats if one.json is not None]
        if not objects or any(each.to != "logs" for each in objects):
            return ""
        if self.keys is None:
            named = {name for each in objects for name in re.findall(r"[\w@-]+", each.columns.get("message", ""))}
            first = text.filter(text.str.starts_with("{")).head(SAMPLED).to_list()
            seen = {key for line in first for key in re.findall(r'"([\w.@-]+)"\s*:\s*"', line)}
            self.keys = "|".join(re.escape(key) for key in sorted(seen - named))
        return self.keys

    def _forget(self) -> None:
        self.table = self.table.clear()
        self.same, self.role, self.number, self.way = self.same[:0], self.role[:0], self.number[:0], self.way[:0]
        self.at.clear()
        self.around.clear()
        self.by_digits.clear()

    def _learn(self, text: Text, new: pl.DataFrame) -> None:
        have = self.table.height
        kind = pl.int_range(have, have + new.height, dtype=pl.UInt32, eager=True).alias("kind")
        self.table = pl.concat([self.table, new.select("same", kind)])
        rows = new["row"].to_list()
        shown = pl.Series([text.line(int(row)) for row in rows], dtype=pl.String)
        role = _roles(shown, self.formats)
        messages = self._messages(pl.DataFrame({"line": rows, "text": shown}).cast({"line": pl.Int64}), role == START)
        number = self.messages.add(messages, self.known.masks, self.seen).copy()
        way = np.where(self.keeps(number), BY_LINE, BY_KIND).astype(np.uint32)
        number[role == BLANK], way[role == BLANK] = NONE, BY_KIND
        self._places(have, shown, messages, way, new["is_short"].to_numpy())
        self.same = np.concatenate([self.same, new["same"].to_numpy()])
        self.role = np.concatenate([self.role, role])
        self.number = np.concatenate([self.number, number])
        self.way = np.concatenate([self.way, way])

    def _places(self, have: int, shown: pl.Series, messages: pl.Series, way: Numbers, is_short: Places) -> None:
        """Where the digits stand that masks leave, for kinds of which all lines have them at the same places."""
        at = [n for n in np.flatnonzero((way == BY_LINE) & ~is_short).tolist() if _ends(shown[n], messages[n])]
        if not at:
            return
        kept = pl.DataFrame({"n": at, "same": keying.same(messages.gather(at))})
        for n, places, around in kept.join(self.seen.places, on="same").select("n", "at", "around").rows():
            before = len(shown[n]) - len(messages[n])
            self.at[have + n] = [before + place for place in places]
            self.around[have + n] = (before, around)
            way[n] = BY_DIGITS

    def keeps(self, number: Numbers) -> Marks:
        """Which messages have digits that masks leave."""
        distinct, back = np.unique(number, return_inverse=True)
        kept = [
            each != NONE and re.search("[0-9]", self.messages.masked[each]) is not None for each in distinct.tolist()
        ]
        return np.array(kept, dtype=bool)[back]

    def numbers(self, text: Text, kind: Numbers, is_single: Marks) -> Numbers:
        """The number of each line that is an event by itself."""
        found = self.number[kind].copy()
        way = self.way[kind]
        rows = np.flatnonzero((way == BY_DIGITS) & is_single)
        if len(rows):
            found[rows] = self._by_digits(text, rows, kind[rows])
        rows = np.flatnonzero((way == BY_LINE) & is_single)
        if len(rows):
            found[rows] = self._by_line(text, rows, kind[rows])
        return found

    def _by_digits(self, text: Text, rows: Places, kind: Numbers) -> Numbers:
        kinds, back = np.unique(kind, return_inverse=True)
        most = max(len(self.at[each]) for each in kinds.tolist())
        at = np.array([self.at[each] + [-1] * (most - len(self.at[each])) for each in kinds.tolist()], dtype=np.int64)
        code = text.digits(rows, at[back])
        pairs = pl.DataFrame({"kind": kind, "code": code, "row": rows})
        firsts = pairs.group_by("kind", "code").agg(pl.col("row").min()).sort("row")
        told = [(a, b) for a, b in firsts.select("kind", "code").rows()]
        new = [n for n, each in enumerate(told) if each not in self.by_digits]
        if new:
            numbers = self._filled(text, firsts.select("kind", "row")[new].rows())
            self.by_digits.update((told[n], int(each)) for n, each in zip(new, numbers, strict=True))
        given = firsts.with_columns(pl.Series("number", [self.by_digits[each] for each in told], dtype=pl.UInt32))
        joined = pairs.join(given.drop("row"), on=["kind", "code"], how="left", maintain_order="left")
        return joined["number"].to_numpy()

    def _filled(self, text: Text, rows: Sequence[tuple[int, int]]) -> Numbers:
        """The numbers of lines of known kinds with digits of their own."""
        shown = [text.line(row) for _, row in rows]
        digits = ["".join(line[at] for at in self.at[kind]) for line, (kind, _) in zip(shown, rows, strict=True)]
        masked = [keying.filled(self.around[kind][1], each) for each, (kind, _) in zip(digits, rows, strict=True)]
        messages = [line[self.around[kind][0] :] for line, (kind, _) in zip(shown, rows, strict=True)]
        return self.messages.add_masked(pl.Series(masked, dtype=pl.String), pl.Series(messages, dtype=pl.String))

    def _by_line(self, text: Text, rows: Places, kind: Numbers) -> Numbers:
        frame = pl.DataFrame({"line": rows, "text": pl.Series([text.line(int(row)) for row in rows], dtype=pl.String)})
        return self.messages.add(self._messages(frame, self.role[kind] == START), self.known.masks, self.seen)

    def read(self, text: Text, rows: Sequence[int], starts: Sequence[int]) -> Numbers:
        """The numbers of events that begin at ``starts``; ``rows`` are all their lines."""
        if not starts:
            return np.empty(0, dtype=np.uint32)
        shown = pl.Series([text.line(int(row)) for row in rows], dtype=pl.String)
        frame = (
            pl.DataFrame({"line": rows, "text": shown})
            .cast({"line": pl.Int64})
            .unique("line", keep="first")
            .sort("line")
        )
        found = self._read(frame).unique("line", keep="first")
        wanted = pl.DataFrame({"line": starts}).cast({"line": pl.Int64})
        joined = wanted.join(found, on="line", how="left", maintain_order="left").join(
            frame, on="line", how="left", maintain_order="left"
        )
        return self.messages.add(joined.select(pl.coalesce("message", "text")).to_series(), self.known.masks, self.seen)

    def _messages(self, frame: pl.DataFrame, is_start: Marks) -> pl.Series:
        """The message of each line that begins an event; of any other, and of what is no log, the line itself."""
        found = self._read(frame.filter(pl.Series(is_start))).unique("line", keep="first")
        joined = frame.join(found, on="line", how="left", maintain_order="left")
        return joined.select(pl.coalesce("message", "text").alias("message")).to_series()

    def _read(self, frame: pl.DataFrame) -> pl.DataFrame:
        logs = lines.read(frame, self.formats, self.known.formats).tables.get("logs")
        if logs is None or "message" not in logs.columns:
            return pl.DataFrame(schema={"line": pl.Int64, "message": pl.String})
        return logs.select(pl.col("line").cast(pl.Int64), pl.col("message").cast(pl.String).fill_null(""))


def _ends(line: str, message: str) -> bool:
    """Whether a line ends with its message, a character a byte, so that places in the one are places in the other."""
    return bool(message) and len(message) <= masking.LONGEST and line.isascii() and line.endswith(message)


def _roles(text: pl.Series, formats: Sequence[Format]) -> Numbers:
    """The role of each line, as ``lines.read`` sees it."""
    is_left = np.ones(len(text), dtype=bool)
    role = np.full(len(text), ALONE, dtype=np.uint32)
    for each in formats:
        if each.json is not None:
            role, is_left = _started(role, is_left, jsonlines.matches(text, each.json))
        if each.ignores:
            is_left &= ~text.str.contains(each.ignores).to_numpy()
        for pattern in each.patterns:
            role, is_left = _started(role, is_left, detection.matches(text, pattern))
    further = text.to_frame("text").select(lines.continues(is_wrapped=False)).to_series().to_numpy()
    role[is_left & further] = FURTHER
    role[(text.str.strip_chars() == "").to_numpy()] = BLANK
    return role


def _started(role: Numbers, is_left: Marks, found: pl.Series) -> tuple[Numbers, Marks]:
    is_read = found.fill_null(value=False).to_numpy() & is_left
    return np.where(is_read, np.uint32(START), role), is_left & ~is_read
