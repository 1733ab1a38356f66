"""Calls that a diff removes, adds, or moves into a loop, and collections that it lets grow."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from forensics.findings.changes.code import Line, Place
from forensics.findings.changes.knowledge import Knowledge, snake
from forensics.findings.changes.tokens import Token
from forensics.records.finding import CodeFact

LOOPS = {"for", "foreach", "while", "until", "loop", "do"}
EACH = {"for_each", "foreach", "map", "flat_map", "each", "times", "each_with_index", "for_all"}
DEFINES = {"def", "func", "function", "fun", "fn", "sub", "proc", "class", "interface", "struct"}
# What reaches over a network or to a disk, by what is asked of it and by what it is.
ASKS = re.compile(
    r"^(get|fetch|load|find|query|select|exec|execute|call|send|post|put|publish|save|insert|update|upsert|delete|lookup|look_up"
    r"|request|read|write|invoke|flush|persist|resolve|charge|create|list|scan|search|one|first|count|head|download|upload|open|run)"
)
REMOTE = re.compile(
    r"(^|_)(db|database|client|api|repo|repository|dao|store|storage|session|conn|connection|cursor|http|https|service|svc|catalog"
    r"|cache|redis|sql|table|bucket|queue|producer|stub|rpc|grpc|gateway|remote|collection|objects|index|s3|dynamo|mongo|engine"
    r"|requests|axios|fetch|channel|broker|topic|ledger|registry|model|record|query|axios|em|jdbc|tx|pool|prisma|knex|orm)s?$"
)
LOCAL = re.compile(
    r"^(append|done|push|add|extend|insert_?all|join|strip|lower|upper|format|string|len|size|items|keys|values|set_?default|contains"
    r"|parse|to_\w+|as_\w+|new|clone|copy|trim|split|equals|hash|debug|info|warn|error|printf?|println|sprintf|errorf|with|close)$"
)
LOGS = re.compile(
    r"(?i)(^|\.|_)(log(ger|ging)?|slog|console|print(f|ln)?|tracer?|span|metrics?|statsd|counter|histogram)(\.|$)"
)


@dataclass(frozen=True, slots=True)
class Call:
    """A call: its name with all receivers, the loops it stands in, the line, and whether it waits or carries a context."""

    name: str
    depth: int
    line: Line
    is_awaited: bool

    @property
    def verb(self) -> str:
        """The name without receivers, in small letters."""
        return snake(self.name.rpartition(".")[2])

    def is_remote(self) -> bool:
        """Whether it is likely to leave the process."""
        if LOGS.search(self.name) or LOCAL.match(self.verb):
            return False
        receivers = [snake(part) for part in self.name.split(".")[:-1]]
        return self.is_awaited or (bool(ASKS.match(self.verb)) and any(REMOTE.search(part) for part in receivers))


def calls(lines: Sequence[Line]) -> tuple[Call, ...]:
    """Every call on one side of a place, with the number of loops around it (by indentation, or on the same line)."""
    found: list[Call] = []
    open_loops: list[int] = []
    for line in lines:
        while open_loops and line.tokens and line.indent <= open_loops[-1] and line.tokens[0].text != "{":
            open_loops.pop()
        loops_here, body = 0, False
        for at, token in enumerate(line.tokens):
            name = _called(line.tokens, at)
            if (
                token.kind in ("keyword", "name")
                and token.text in LOOPS
                and not name
                and not _is_endless(line.tokens[at + 1 :])
            ):
                loops_here += 1
            body = body or token.text in ("{", ":", "|")
            if not name:
                continue
            # What a loop runs over is asked for once.
            inside = len(open_loops) + (loops_here if body else 0)
            before = [each.text for each in line.tokens[max(0, at - 8) : at]]
            context = [each.text for each in line.tokens[at + 2 : at + 3]]
            found.append(Call(name, inside, line, "await" in before or context == ["ctx"]))
            if snake(name.rpartition(".")[2]) in EACH and "." in name:
                loops_here += 1
        open_loops += [line.indent] * loops_here
    return tuple(found)


def _is_endless(rest: Sequence[Token]) -> bool:
    """Whether a loop runs by itself (``for {``, ``while True:``) and not once an item."""
    words = [token.text for token in rest if token.text not in ("(", ")")]
    return words[:1] in (["{"], [":"], [";"], []) or words[0].lower() in ("true", "1")


def _called(tokens: Sequence[Token], at: int) -> str:
    """The dotted name that is called at ``at``, "" where no call is."""
    if tokens[at].kind != "name" or at + 1 >= len(tokens) or tokens[at + 1].text != "(":
        return ""
    start = at
    while start >= 2 and tokens[start - 1].text in (".", ":", ">", "?", "!") and start - at > -24:
        if tokens[start - 1].text == "." and tokens[start - 2].kind in ("name", "keyword"):
            start -= 2
        elif tokens[start - 1].text in ("?", "!", ":", ">") or tokens[start - 2].text in (")", "?", "-", ":"):
            start -= 1
        else:
            break
    before = tokens[start - 1] if start else Token("sign", "")
    if (before.kind == "keyword" and before.text in DEFINES) or before.kind == "name":
        return ""
    if before.text == ")" and any(each.text in DEFINES for each in tokens[:2]):
        return ""
    return ".".join(each.text for each in tokens[start : at + 1] if each.kind in ("name", "keyword"))


def read(place: Place, came: frozenset[str], gone: frozenset[str], known: Knowledge) -> Iterator[CodeFact]:
    """What happens to calls; ``came`` and ``gone`` are the last names of all calls that the diff adds and removes."""
    old, new = calls(place.old), calls(place.new)
    removed, added = _of(old, place.removed), _of(new, place.added)
    in_loop = [each for each in added if each.depth and not any(o.depth and o.verb == each.verb for o in old)]
    for call in removed:
        for family in known.called(call.name.rpartition(".")[2]):
            if family.said.get("removed") and call.verb not in came and not _still(family.pattern, added):
                yield known.fact(family.said["removed"], call.name, place.path)
    for call in added:
        for family in known.called(call.name.rpartition(".")[2]):
            if family.said.get("added") and call.verb not in gone and not _still(family.pattern, removed):
                yield known.fact(family.said["added"], call.name, place.path)
    for call in in_loop:
        if LOGS.search(call.name) or LOCAL.match(call.verb):
            continue
        if any(each.verb == call.verb and not each.depth for each in removed):
            yield known.fact("moved_into_loop", call.name, place.path)
        elif call.is_remote():
            yield known.fact("remote_loop", call.name, place.path)
        elif "." in call.name:
            yield known.fact("loop_call", call.name, place.path)
    if max((each.depth for each in added), default=0) >= 2 > max((each.depth for each in old), default=0):
        yield known.fact("nested_loop", next(each.name for each in added if each.depth >= 2), place.path)


def _of(found: Sequence[Call], lines: Sequence[Line]) -> list[Call]:
    ids = {id(line) for line in lines}
    return [each for each in found if id(each.line) in ids]


def _still(pattern: re.Pattern[str], others: Sequence[Call]) -> bool:
    return any(pattern.search(each.verb) for each in others)
