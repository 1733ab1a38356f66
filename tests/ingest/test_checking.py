"""Faults of definitions with lines, near misses of formats, and drafts that hold."""

import tomllib
from pathlib import Path

import pytest

from forensics import ingest
from forensics.errors import DefinitionError, UsageError
from forensics.ingest import checking, definitions, drafting, nearness
from forensics.library import Library
from forensics.records.bundle import File
from forensics.records.options import Options

BAD = """title = "Bad"
sorce = "x"
[[pattern]]
name = "a"
regex = "(?P<time>["

[[pattern]]
name = "b"
regex = "^(?P<time>[0-9]+) (?P<message>x.*)$"

[[pattern]]
name = "c"
regex = "^(?P<time>[0-9]+)$"

[[sample]]
text = "123 yes"
pattern = "b"

[[sample]]
text = "123 x"
pattern = "b"
fields = { time = "124" }
"""


def test_every_fault_is_told_with_its_line() -> None:
    told = list(checking.faults(tomllib.loads(BAD), BAD))

    assert told[0] == ":2: unknown key sorce; did you mean source?"
    assert told[1].startswith(":4: pattern a: bad regex")
    assert told[2:] == [
        ":15: sample 1: pattern b does not read it; it gets to column 5, before 'yes'",
        ":19: sample 2: time comes out as '123', not '124'",
        ":12: pattern c: it has no sample",
    ]


def test_a_wrong_sample_of_ones_own_ends_the_work_before_data_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "parsers" / "logs"
    folder.mkdir(parents=True)
    (folder / "bad.toml").write_text(BAD)

    with pytest.raises(DefinitionError) as caught:
        definitions.load(Library((tmp_path,)))

    assert "parsers/logs/bad.toml:15: sample 1: pattern b does not read it" in caught.value.message


def file(tmp_path: Path, text: str, name: str = "x.log") -> File:
    path = tmp_path / name
    path.write_text(text)
    return File(name, path, "", len(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-06 07:08:09,1 INFO [main] a.B: up\n2026-05-06 07:08:10,1 WARN [io-2] a.C: slow\n2026-05-06 07:08:11,1 boom\n",
        '{"occurred": "2026-05-06T07:08:09Z", "what": {"said": "x"}}\n{"occurred": "2026-05-06T07:08:10Z", "what": {"said": "y"}}\n',
        "when,cpu,mem\n2026-05-06T07:08:09Z,1,2\n2026-05-06T07:09:09Z,3,4\n",
        '{"rows": [{"at": "2026-05-06T07:08:09Z", "text": "a b"}, {"at": "2026-05-06T07:08:10Z", "text": "c d"}]}\n',
    ],
    ids=["lines", "json lines", "table", "document"],
)
def test_a_draft_is_a_definition_that_holds(text: str, tmp_path: Path) -> None:
    toml = drafting.draft(file(tmp_path, text))

    said = tomllib.loads(toml)
    assert list(checking.faults(said, toml)) == []
    assert definitions.built("logs/draft", said).samples


def test_nothing_can_be_learned_from_lines_without_times(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        drafting.draft(file(tmp_path, "lost\nfound\n"))


def test_near_misses_say_how_far_they_got(tmp_path: Path) -> None:
    known = ingest.known(Library(), Options(), "UTC")

    named, near = nearness.detect(file(tmp_path, "[2026-05-06 07:08:09,123] WARN late (other.Thing)\n"), known)

    told = {each.format: each.told for each in near}
    assert named == "logs/timestamped"
    assert "gets to column" in told["logs/kafka"]


def test_a_document_that_lacks_a_key_is_told_which(tmp_path: Path) -> None:
    known = ingest.known(Library(), Options(), "UTC")

    _, near = nearness.detect(
        file(tmp_path, '{"items": [{"metadata": {"name": "pay"}, "spec": {"replicas": 1}}]}'), known
    )

    told = {each.format: each.told for each in near}
    assert told["state/kubernetes_deployments"] == "has 2 of 3 keys, lacks spec.template"
