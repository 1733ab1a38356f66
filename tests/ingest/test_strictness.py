"""The order of formats follows from their samples, and two that cannot be told apart are a fault."""

from pathlib import Path

import pytest

from forensics.errors import DefinitionError
from forensics.ingest import definitions, strictness
from forensics.library import Library

ORDER = [each.name for each in strictness.ordered(definitions.load(Library()))]


@pytest.mark.parametrize(
    ("stricter", "looser"),
    [
        ("logs/haproxy", "logs/syslog"),
        ("logs/kafka", "logs/timestamped"),
        ("state/kubernetes_pods", "state/kubernetes_objects"),
        ("metrics/long_csv", "metrics/plain_csv"),
    ],
)
def test_a_format_that_reads_the_samples_of_another_is_tried_later(stricter: str, looser: str) -> None:
    assert ORDER.index(stricter) < ORDER.index(looser)


ONE = """title = "One"
means = "A word in bars."
source = "https://example.com/"
[[pattern]]
name = "line"
regex = '''^\\|\\|(?P<time>\\S+)\\|\\|(?P<message>.*)$'''
[[sample]]
text = '''||2026-05-06T07:08:09Z||hello'''
pattern = "line"
fields = { message = "hello" }
"""


def test_two_formats_that_read_the_same_samples_alike_are_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "parsers" / "logs"
    folder.mkdir(parents=True)
    (folder / "one.toml").write_text(ONE)
    (folder / "two.toml").write_text(ONE.replace("One", "Two").replace("hello", "again"))

    with pytest.raises(DefinitionError) as caught:
        strictness.ordered(definitions.load(Library((tmp_path,))))

    assert caught.value.message == "parsers/logs/one.toml and parsers/logs/two.toml read the same samples alike"
