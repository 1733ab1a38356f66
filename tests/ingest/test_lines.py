"""Shortcuts of reading lines give what the long way gives."""

import polars as pl
import pytest

from forensics.ingest import jsonlines, lines
from forensics.ingest.definitions import TableMap

TEXT = pl.Series(["10:00:01 web[3]: started", "10:00:02 db[4]:  ", "10:00:03 a b: c: d", "10:00:04 é[1]: ü 12"])


@pytest.mark.parametrize(
    "regex",
    [
        r"^(?P<time>\S+) (?P<component>[^:\[]+)(?:\[\d+\])?:\s*(?P<message>.*)$",
        r"^(?P<time>\S+) (?P<component>.+?): (?P<message>.*)$",
        r"^(?P<time>x)$|^(?P<component>.+?): (?P<message>.*)$",
    ],
)
def test_the_rest_of_a_line_is_the_message_that_the_pattern_names(regex: str) -> None:
    fast = lines._fields(TEXT, regex)
    slow = TEXT.str.extract_groups(regex).struct.unnest()

    assert fast.select(slow.columns).equals(slow)


@pytest.mark.parametrize(
    "objects",
    [
        ['{"level":"info","msg":"a b","n":1}', '{"level":"warn","msg":"c"}'],
        ['{"level":"info","msg":1.50}', '{"level":null,"msg":"c"}'],
        ['{"level":{"a":"x"},"msg":"\\u00e9"}', '{"msg":"c" , "level" : "x"}'],
        ['{"level":"info","msg":"a"}', '{"level":"info","msg":"a"'],
    ],
)
def test_json_objects_read_in_one_pass_are_those_read_by_path(objects: list[str]) -> None:
    text = pl.Series(objects)
    table = TableMap("logs", "", (), {"severity": "level", "message": "msg"}, {}, "")
    found = jsonlines.read(pl.DataFrame({"line": [1, 2], "text": text, "more": ["", ""]}), table)

    expected = {"severity": text.str.json_path_match("$['level']"), "message": text.str.json_path_match("$['msg']")}
    assert found["severity"].to_list() == expected["severity"].to_list()
    assert found["message"].to_list() == [a or b for a, b in zip(expected["message"], text, strict=True)]
