"""Severity words and numbers of every dialect, as OpenTelemetry severity numbers."""

from collections.abc import Mapping

import polars as pl

NAMES: Mapping[int, tuple[str, ...]] = {
    1: ("trace", "t", "finest", "verbose", "v", "trc", "finer", "spam", "silly"),
    5: ("debug", "d", "dbg", "fine", "config", "debug1", "debug2", "debug3", "debug4", "debug5"),
    9: ("info", "i", "inf", "information", "informational", "log", "normal", "statement", "detail", "hint", "context"),
    10: ("notice", "note", "n", "important", "combo"),
    13: ("warn", "warning", "w", "wrn"),
    17: ("error", "err", "e", "failure", "severe", "failed", "eror", "fail"),
    18: ("critical", "crit", "c"),
    19: ("alert", "a"),
    21: ("fatal", "f", "panic", "emerg", "emergency", "ftl", "dpanic"),
}
WORDS: Mapping[str, int] = {word: number for number, words in NAMES.items() for word in words}
# bunyan and pino count in tens; syslog counts down from 7.
TENS: Mapping[str, int] = {"10": 1, "20": 5, "30": 9, "40": 13, "50": 17, "60": 21}
SYSLOG: Mapping[str, int] = {"7": 5, "6": 9, "5": 10, "4": 13, "3": 17, "2": 18, "1": 19, "0": 21}


def numbers(words: pl.Series, own: Mapping[str, int]) -> pl.Series:
    """Int8 severity numbers of a column of words; 0 where a word is not known. ``own`` words go first."""
    known = {**WORDS, **TENS, **SYSLOG, **{key.lower(): value for key, value in own.items()}}
    return (
        words.str.to_lowercase().str.strip_chars().replace_strict(known, default=0, return_dtype=pl.Int8).fill_null(0)
    )
