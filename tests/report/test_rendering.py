"""What every rendering must hold: the same facts, hostile text as text, a sentence for every statement."""

import ast
import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from forensics import analysis, report
from forensics.library import Library
from forensics.records.options import Options
from forensics.report.visible import visible

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "{{ 7 * 7 }}", "{% raw %}",
    "\u202egnp.exe", "\x1b[31mred\x1b[0m",
    "a" * 10_000, "</pre></details>", "](http://evil.example)", "$$x$$ `code` *bold*",
]  # fmt: skip


# WeasyPrint leaves the file of its colour profile to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning",
    "ignore::ResourceWarning",
    "ignore:HarfBuzz-Subset:DeprecationWarning",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The report of a bundle whose every text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "bundle").mkdir()
    calm = [
        f'{{"ts": "2026-05-06T07:{minute:02d}:{second:02d}Z", "level": "info", "service": "pay", "msg": "fine"}}'
        for minute in range(50)
        for second in range(0, 60, 5)
    ]
    import json

    loud = [
        json.dumps(
            {
                "ts": f"2026-05-06T07:{50 + n % 10}:{n % 60:02d}Z",
                "level": "error",
                "service": HOSTILE[n % len(HOSTILE)][:200],
                "msg": f"failed {HOSTILE[n % len(HOSTILE)]}",
            }
        )
        for n in range(200)
    ]
    (folder / "bundle" / "<b>app.ndjson").write_text("\n".join([*calm, *loud]))
    change = {
        "timestamp": "2026-05-06T07:49:00Z",
        "service": "pay",
        "commit_sha": "abcdef1234",
        "version": "<i>v</i>",
        "title": HOSTILE[0],
    }
    (folder / "bundle" / "deploys.json").write_text(json.dumps([change]))
    return report.as_json(analysis.run(folder / "bundle", folder / "case", Options()))


def inflated(body: bytes) -> bytes:
    try:
        return zlib.decompress(body)
    except zlib.error:
        return b""


def test_hostile_text_is_only_text_in_html(hostile: dict[str, Any]) -> None:
    page = report.render(hostile, "html", Library()).decode()

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>app" not in page
    assert "\u202e" not in page
    assert "\x1b" not in page
    assert "{{ 7 * 7 }}" in page
    assert page.count("<script>") == 1


def test_hostile_text_is_only_text_in_markdown_and_on_the_terminal(hostile: dict[str, Any]) -> None:
    text = report.render(hostile, "md", Library()).decode()
    screen = report.terminal(hostile, width=80, color=False, written=())

    assert not re.search(r"(?<!\\)<script", text)
    assert "\x1b" not in text + screen
    assert "\u202e" not in text + screen


def test_html_needs_no_network() -> None:
    page = (ROOT / "report_templates" / "report.html.j2").read_text()

    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=\"https?:", page)


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("a\u202eb\x1bc\x00") == "a[U+202E]b␛c␀"


def test_every_statement_has_its_sentence() -> None:
    known = {
        f"{stage}.{name}" for stage, said in Library().load("report_templates", "sentences").items() for name in said
    }
    stages = {name.partition(".")[0] for name in known}
    used = set()
    for path in (ROOT / "forensics").rglob("*.py"):
        constants = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
        names = [text for text in constants if isinstance(text, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", text)]
        used |= {name for name in names if name.partition(".")[0] in stages}

    # Names that end in an underscore are completed by a value.
    assert {
        name for name in used - known if not any(each.startswith(name) for each in known if name.endswith("_"))
    } == set()


def test_a_report_is_rendered_again_from_its_json_alone(hostile: dict[str, Any]) -> None:
    import json

    again = json.loads(report.render(hostile, "json", Library()))

    assert report.render(again, "html", Library()) == report.render(hostile, "html", Library())
    assert report.seal(again) == hostile["seal"]


def test_a_pdf_is_the_same_twice_and_carries_the_evidence(hostile: dict[str, Any]) -> None:
    first, second = (report.render(hostile, "pdf", Library()) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF-1.7")
    # The name stands in a compressed stream of objects.
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", first, re.DOTALL)
    assert any(b"evidence.json" in inflated(each) for each in streams)


@pytest.fixture(scope="module")
def poisoned(sample_json: str) -> dict[str, Any]:
    """The sample's report with hostile text in every field that can hold text from a bundle."""
    import json

    turn = iter(range(1_000_000))

    def spoil(value: Any, name: str = "") -> Any:
        if name in (
            "claim",
            "seal",
            "sha256",
            "schema_version",
            "status",
            "verdict",
            "category",
            "remediation",
            "window",
            "kind",
            "time",
            "times",
            "start",
            "end",
            "onset",
            "at",
            "type",
            "priority",
            "source",
            "role",
            "first_time",
            "last_time",
            "decision",
            "ended",
            "earliest_signal",
            "first_alert",
            "would_fire_at",
            "fires_at",
            "first_seen",
            "mark",
            "anchor",
            "severity",
            "method_key",
            "marks",
            "options",
            "tool",
            "unit",
            "sli",
            "redaction",
            "timezone",
            "due",
            "ends_at",
            "peak_at",
            "first",
            "last",
            "recovered_at",
            "said_by",
        ) and not isinstance(value, dict):
            return value
        if isinstance(value, str):
            return f"{value} {HOSTILE[next(turn) % len(HOSTILE)][:300]}"
        if isinstance(value, dict):
            keep = name in ("marks", "tool", "options")
            return (
                value
                if keep
                else {
                    key: each if key == "evidence" and isinstance(each, list) else spoil(each, key)
                    for key, each in value.items()
                }
            )
        return [spoil(each, name) for each in value] if isinstance(value, list) else value

    found: dict[str, Any] = spoil(json.loads(sample_json))
    return found


def test_hostile_text_in_every_field_is_only_text(poisoned: dict[str, Any]) -> None:
    page = report.render(poisoned, "html", Library()).decode()
    text = report.render(poisoned, "md", Library()).decode()
    screen = report.terminal(poisoned, width=80, color=False, written=())

    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert not re.search(r"href=\"(?!#|data:)", page)
    # Commands stand in blocks and spans of code, where Markdown shows text as it is.
    spoken = re.sub(r"(`{3,}).*?\1|`[^`\n]*`", "", text, flags=re.DOTALL)
    assert not re.search(r"(?<!\\)<(script|img)", spoken)
    for each in (page, text, screen):
        assert "\x1b" not in each
        assert "\u202e" not in each


def test_the_pdf_has_pages_tags_bookmarks_and_a_title(sample_json: str) -> None:
    import json

    body = report.render(json.loads(sample_json), "pdf", Library())
    plain = b"".join(inflated(each) for each in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)) + body

    # Twelve pages hold every section of the sample; more would be padding.
    assert 6 <= len(re.findall(rb"/Type ?/Page\b", plain)) <= 12
    for wanted in (
        b"/StructTreeRoot",
        b"/Outlines",
        b"/MarkInfo",
        b"/AFRelationship",
        b"pdfaid:part",
        b"pdfuaid:part",
        b"DisplayDocTitle",
        b"evidence.json",
        b"/Lang",
    ):
        assert wanted in plain, wanted
