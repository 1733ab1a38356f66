"""The header of lines that no definition reads: what stands before the message, by a vote over a sample.

A stamp comes first; then, step by step, the element that nearly all lines go on with (a severity, a thread in brackets, a
process number, a logger and a colon) is taken off. What is left is the message. Lines that lack the last elements are read
by the same header without them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from forensics.ingest.definitions import Format, Pattern

NAME = "logs/timestamped"
FEWEST, VOTERS, DEEPEST = 1, 1_000, 8
ZONE = r"(?:\s?(?:Z|[+-]\d\d:?\d\d|UTC|GMT|CES?T|EES?T|MSK|WES?T|[ECMP][SD]T|JST|KST|AE[SD]T)\b|[+-]\d\d\b)?"
CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
STAMPS: Sequence[str] = (
    rf"\d{{4}}-\d\d-\d\d[T\x20_]{CLOCK}{ZONE}",
    rf"\d{{4}}[/.]\d\d[/.]\d\d\x20{CLOCK}{ZONE}",
    r"\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d(?:\.\d+)?",
    rf"\d{{1,2}}/[A-Z][a-z]{{2}}/\d{{4}}[:\x20]{CLOCK}{ZONE}",
    rf"(?:[A-Z][a-z]{{2}},?\x20)?[A-Z][a-z]{{2}}\x20{{1,2}}\d{{1,2}},?\x20(?:\d{{4}},?\x20)?{CLOCK}(?:\x20\d{{4}}\b)?{ZONE}",
    rf"[A-Z][a-z]{{2}},\x20\d{{1,2}}\x20[A-Z][a-z]{{2}}\x20\d{{4}}\x20{CLOCK}{ZONE}",
    rf"\d{{1,2}}[\x20-][A-Z][a-zA-Z]{{2}}[\x20-]\d{{4}},?\x20{CLOCK}{ZONE}",
    r"\d{1,2}/\d{1,2}/\d{4},?\x20\d{1,2}:\d\d:\d\d(?:\.\d+)?(?:\x20?[AP]M)?",
    rf"\d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}\x20{CLOCK}",
    rf"\d\d/\d\d/\d\d\x20{CLOCK}",
    r"\d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d{1,3}",
    rf"\d{{8}}(?:T\d{{6}}(?:\.\d+)?Z?|\x20{CLOCK})",
    r"\d{6}\x20{1,2}(?:\d{1,2}:\d\d:\d\d|\d{6})",
    rf"\d\d[.-]\d\d\x20{CLOCK}",
    r"\d{4}-\d\d-\d\d[T\x20]\d\d:\d\d",
    r"(?:19|20)\d{12}|1\d{9}(?:\.\d{1,9}|\d{3}|\d{6}|\d{9})?|[89]\d{8}",
    CLOCK,
)
AROUND = r"[\[(<{\"']?"
BEHIND = r"[\])>}\"']?"
GAP = r"(?:\s*\|\s*|\s*(?:-{1,3}|[,:;=])?\s+|\s*)"
WORDS = (
    "trace|debug|info|information|informational|notice|warn|warning|error|err|critical|crit|fatal|panic|severe|alert|emerg"
    "|emergency|verbose|fine|finer|finest|config|dbg|inf|wrn|ftl|trc|success|failure|note|system|audit"
)


@dataclass(frozen=True, slots=True)
class Element:
    """A kind of thing in headers: its pattern, the share of lines that must go on with it, and whether it may end a header.

    One that may not (a bare number or word) is header only when something stronger follows. ``probe`` is what the vote
    asks for where the pattern itself would take too much.
    """

    regex: str
    least: float
    ends: bool = True
    most_kinds: float = 1.0
    least_kinds: int = 1
    probe: str = ""


PROGRAM = r"[A-Za-z_*](?:[\w.$/@*+~#-]|::)*(?:\([^()\s]*\))?(?:\[[\w.:-]*\])?(?:\s\(0x[0-9a-f]+\))?"
WHO = r"[\w./()@-]+"
ELEMENTS: Sequence[Element] = (
    Element(rf"[\[(<{{]\s*(?P<severity>(?i:{WORDS}))\s*[\])>}}]:?", 0.5),
    Element(rf"(?P<severity>(?i:{WORDS}))(?:[:|,;-]|\s|$)", 0.5),
    Element(r"(?P<severity>[DIWEFVTCN])(?:[/|]|\s*[\]:]|\s)", 0.95, least_kinds=2),
    Element(r"\[(?:[^\[\]]|\[[^\]]*\])*\](?::?\s|:|$|-)?", 0.9),
    Element(r"\([^()]*\)\s", 0.95),
    Element(r"<[^<>\s]*>\s", 0.95),
    Element(
        rf"(?P<host>[\w.:@/-]+)\s(?P<component>{WHO})(?:\[\d+\])?(?:\s\(\S+\))?:\s",
        0.5,
        probe=rf"[\w.:@/-]+\s{WHO}\[\d+\]:\s",
    ),
    Element(r"[\w./<>$-]+(?::[\w<>$.]+)?:\d+(?:\]|\s-|:)?\s", 0.9),
    Element(rf"(?P<logger>{PROGRAM})(?::(?:\s|$)|\s+(?:-{{1,2}}|:)\s|\s*\|\s?|\]\s)", 0.85, most_kinds=0.5),
    Element(r"(?P<logger>[A-Za-z_][\w.$\[\]/:-]*)\s+:\s", 0.9, most_kinds=0.5),
    Element(r"(?P<logger>[A-Za-z_]\w*(?:(?:\.|::|\$)[A-Za-z_<]\w*>?)+)\s", 0.9, most_kinds=0.5),
    Element(r"(?P<logger>[A-Za-z_][\w.-]*)\s{2,}", 0.9, most_kinds=0.3),
    Element(r"\d+\s*\|\s?", 0.9),
    Element(r"-?\d+\s", 0.97, ends=False),
    Element(r"[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\s", 0.95, ends=False),
    Element(r"[A-Za-z][\w.:/-]*\s", 0.95, ends=False, most_kinds=0.2),
)


def learn(sample: pl.Series) -> Format | None:
    """A format for the lines of a sample that hold a time; None where none does."""
    lines = sample.filter(~sample.str.contains(r"^\s*$")).head(VOTERS)
    first = _stamp(lines)
    if first is None:
        return None
    before, stamp, count = first
    opening = rf"^{before}{AROUND}(?P<time>{stamp}){BEHIND}"
    taken = _elements(_rest(lines, opening), count)
    steps = [opening, *taken]
    patterns = tuple(_pattern(steps[:size], size) for size in range(len(steps), 0, -1))
    return _format(patterns)


def anywhere(sample: pl.Series) -> Format | None:
    """A format for lines that hold a time somewhere; the whole line is the message."""
    lines = sample.head(VOTERS)
    for stamp in STAMPS[:-2]:
        if lines.str.contains(stamp).sum() >= max(1, len(lines) // 5):
            return _format((Pattern("anywhere", rf"^(?P<message>.*?(?P<time>{stamp}).*)$", "logs", {}),))
    return None


def _format(patterns: tuple[Pattern, ...]) -> Format:
    return Format(NAME, "Lines with a time", patterns, None, (), False, "", False, {}, {}, ())


def _pattern(steps: Sequence[str], size: int) -> Pattern:
    seen: set[str] = set()
    kept = []
    for step in steps:
        # A header names each thing once; what comes again is left without a name.
        for name in ("severity", "component", "host", "logger"):
            if f"(?P<{name}>" in step:
                step = step.replace(f"(?P<{name}>", "(?:") if name in seen or name == "logger" else step
                seen.add(name)
        kept.append(step)
    return Pattern(f"header {size}", GAP.join(kept) + GAP + r"(?P<message>.*)$", "logs", {})


def _stamp(lines: pl.Series) -> tuple[str, str, int] | None:
    """What stands before the time, the pattern of the times, and how many lines have one there."""
    best: tuple[str, str, int] | None = None
    for depth in range(DEEPEST if len(lines) >= 5 else 3):
        before = _before(lines, depth)
        found = [
            (int(lines.str.contains(rf"^{before}{AROUND}(?:{stamp})(?:\D|$)").sum()), -place)
            for place, stamp in enumerate(STAMPS[: len(STAMPS) - (1 if depth else 0)])
        ]
        count = max(found)[0]
        if count >= max(FEWEST, 0.2 * len(lines)) and (best is None or count > 1.5 * best[2]):
            # Times written in two ways in one file: each that a fair share of lines has.
            kept = [STAMPS[-at] for n, at in sorted(found, reverse=True) if n > 0.02 * len(lines) and n > 0]
            best = (before, "|".join(dict.fromkeys(kept)), count)
            if count > 0.6 * len(lines):
                break
    return best


def _before(lines: pl.Series, depth: int) -> str:
    """The words before the stamp, one of them perhaps a severity."""
    words = [r"[^\s|]+[\s|]+"] * depth
    for place in range(depth):
        named = rf"[\[(<]?(?P<severity>(?i:{WORDS}))[\])>:]*[\s|]+"
        if lines.str.contains("^" + "".join(words[:place]) + named).sum() >= 0.8 * len(lines):
            words[place] = named
            break
    return "".join(words)


def _rest(lines: pl.Series, opening: str) -> pl.Series:
    """What follows the header so far, of the lines that have it."""
    rest = lines.str.extract(rf"{opening}{GAP}(?P<rest>.*)$", _group(opening) + 1)
    return rest.drop_nulls()


def _group(regex: str) -> int:
    return len(pl.Series([""]).str.extract_groups(regex + "()").struct.fields) - 1


def _elements(rest: pl.Series, count: int) -> list[str]:
    """The elements after the stamp, as far as the vote carries."""
    taken: list[str] = []
    waiting: list[str] = []
    while len(taken) + len(waiting) < DEEPEST and len(rest):
        again = _second_stamp(rest) if not taken and not waiting else None
        each = Element(again, 0.9) if again else next((one for one in _fitting(rest)), None)
        if each is None or (each.regex in waiting and not each.regex.startswith("-?")):
            break
        waiting.append(each.regex)
        if each.ends:
            taken += waiting
            waiting = []
        rest = _rest(rest, "^" + each.regex)
    return taken


def _fitting(rest: pl.Series) -> Iterator[Element]:
    for each in ELEMENTS:
        found = rest.str.contains("^" + (each.probe or each.regex))
        if found.sum() < max(1, each.least * len(rest)):
            continue
        kinds = rest.filter(found).str.extract(f"^({each.regex})", 1).n_unique()
        is_varied = kinds > max(each.most_kinds * len(rest), 3) and len(rest) >= 10
        if not is_varied and kinds >= min(each.least_kinds, len(rest)):
            yield each


def _second_stamp(rest: pl.Series) -> str | None:
    """The way to another time close behind the first: nodes of clusters write theirs beside the collector's."""
    for depth in range(4):
        for stamp in STAMPS[:-1]:
            regex = rf"(?:\S+\s+){{{depth}}}{AROUND}(?:{stamp}){BEHIND}"
            if rest.str.contains(rf"^{regex}(?:\D|$)").sum() >= 0.9 * len(rest):
                return regex
    return None
