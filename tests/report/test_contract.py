"""What every report holds to: evidence that resolves, no blame, no empty section, the same facts in every form."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from forensics import report
from forensics.library import Library
from forensics.report.sections import listed, settings
from forensics.report.story import instant
from forensics.report.view import view

# Words that look for a person instead of a cause (Dekker, The Field Guide to Understanding Human Error).
BLAME = re.compile(
    r"human error|should have|could have known|careless|negligen|fault of|blame|mistake by|failed to follow|to blame",
    re.I,
)
CAUSAL = ("verdict", "candidates", "changes", "blast_radius", "contributing_factors")
# Sentences that weigh other sentences or say what is not there rest on the whole, not on a line; signals of traces and of
# rates of messages cite their evidence where the detector kept it.
WHOLE = re.compile(
    r"weaker evidence|is ahead of it|is nearly as likely|no deploy before|no change in the bundle|its own work|lost (time|[\d.]+)|"
    r"a new kind of message|a message never seen|a minute|it is not",
    re.I,
)


def prose(said: Any) -> Iterator[dict[str, Any]]:
    if isinstance(said, dict):
        if isinstance(said.get("text"), str) and isinstance(said.get("evidence"), list):
            yield said
        for inner in said.values():
            yield from prose(inner)
    elif isinstance(said, list):
        for inner in said:
            yield from prose(inner)


def ids(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for name, inner in said.items():
            if name == "evidence" and isinstance(inner, list):
                yield from inner
            else:
                yield from ids(inner)
    elif isinstance(said, list):
        for inner in said:
            yield from ids(inner)


def test_every_citation_resolves_and_nothing_is_kept_uncited(sample: dict[str, Any]) -> None:
    cited = set(ids({name: each for name, each in sample.items() if name != "evidence"}))

    assert cited == set(sample["evidence"])


def test_causal_sentences_and_measured_numbers_have_evidence(sample: dict[str, Any]) -> None:
    said = [each for name in CAUSAL for each in prose(sample[name])]
    bare = [each["text"] for each in said if not each["evidence"] and not WHOLE.search(each["text"])]
    measured = [name for name, each in sample["impact"].items() if isinstance(each, dict) and each["estimate"]]
    without = [name for name in measured if not sample["impact"][name]["evidence"]]

    assert len(said) > 20
    assert bare == []
    # The length of the incident is the distance of two instants, each with evidence of its own.
    assert set(without) <= {"duration_s"}


def test_no_sentence_blames_a_person(sample: dict[str, Any]) -> None:
    own = {
        name: each
        for name, each in sample.items()
        if name not in ("evidence", "timeline", "templates", "changes", "communications")
    }

    found = BLAME.findall(json.dumps(own))
    shipped = [path.read_text() for path in Library().files("report_templates", "sentences").values()]

    assert found == []
    assert [text for each in shipped for text in BLAME.findall(each)] == []


def test_actions_are_complete(sample: dict[str, Any]) -> None:
    assert {each["type"] for each in sample["actions"]} >= {"mitigate", "prevent", "detect"}
    for each in sample["actions"]:
        assert all(
            each[name] for name in ("claim", "title", "type", "priority", "owner_role", "due", "verify", "addresses")
        )
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", each["due"])


def test_each_draft_holds_only_what_was_known(sample: dict[str, Any]) -> None:
    drafts = sample["communications"]
    order = [drafts[name]["at"] for name in ("initial", "scope", "update", "resolved")]
    early = " ".join(drafts[name]["text"] for name in ("initial", "scope"))

    assert order == sorted(order)
    assert drafts.keys() == {"initial", "scope", "update", "resolved", "internal", "executive"}
    assert sample["verdict"]["failure_mode_title"].lower() not in early.lower()
    assert f"{sample['impact']['failed_requests']['estimate']:,.0f}".replace(",", "\u202f") not in early


def test_the_timeline_begins_before_the_onset_and_stays_near(sample: dict[str, Any]) -> None:
    times = [instant(each["time"]) for each in sample["timeline"]]
    start, end = (instant(sample["incident"]["window"][name]) for name in ("start", "end"))

    assert times == sorted(times)
    assert start - timedelta(hours=2) <= times[0] < start
    assert times[-1] <= end + timedelta(hours=1)


@pytest.mark.parametrize("form", ["html", "md"])
def test_every_form_says_the_same(sample: dict[str, Any], form: str) -> None:
    page = report.render(sample, form, Library()).decode()
    plain = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<body")[2] or page)).replace("\\", "").split())
    shown = view(sample)["show"]

    wanted = [tile["value"] for tile in shown["tiles"]] + [each["text"] for each in sample["verdict"]["summary"]]
    wanted += [each["reason"]["text"] for each in sample["changes"]] + [each["title"] for each in sample["actions"]]
    wanted += [each["text"] for each in sample["communications"].values()] + [each[1] for each in shown["facts"]]
    wanted += [each["text"] for name in ("well", "poorly", "lucky") for each in sample["lessons"][name]]
    wanted += [step["command"] for step in sample["runbook"]]

    assert [text for text in wanted if " ".join(text.replace("\\", "").split()) not in plain] == []


@pytest.mark.parametrize("form", ["html", "md"])
def test_no_section_is_empty(sample: dict[str, Any], form: str) -> None:
    bare = {
        **sample,
        **{
            name: []
            for name in ("candidates", "hypotheses", "changes", "timeline", "series", "blast_radius", "templates", "clusters", "health",
                         "saturation", "requests", "slo", "sla", "recovery", "forecast", "alerts", "similar_incidents", "actions", "runbook",
                         "data_gaps", "response")
        },
        "figures": {}, "communications": {}, "knowledge_base": {}, "remediation": {"immediate": [], "short_term": [], "long_term": []},
    }  # fmt: skip
    page = report.render(bare, form, Library()).decode()
    said = settings(Library())

    for each in (*listed(said, "story", form), *listed(said, "sections", form)):
        if form == "html":
            body = page.partition(f'<section id="{each["name"]}"')[2].partition("</section>")[0].partition("</h2>")[2]
            text = re.sub(r"<[^>]+>", "", body)
        else:
            text = page.partition(f"## {each['title']}\n")[2].partition("\n## ")[0]
        assert len(text.split()) >= 4, each["name"]


def test_a_user_lays_words_style_and_sections_on_top(sample: dict[str, Any], tmp_path: Any) -> None:
    mine = tmp_path / "report_templates"
    (mine / "sections").mkdir(parents=True)
    (mine / "settings.toml").write_text(
        'company = "Shop"\naccent = "#0a7a5a"\nsections = ["changes"]\n[titles]\nchanges = "Ledger"\n'
    )
    (mine / "custom.css").write_text("h1{letter-spacing:0}")
    (mine / "sections" / "do.html.j2").write_text("<p>Ask the team {{ verdict.first_failing_component }}.</p>")

    page = report.render(sample, "html", Library((tmp_path,))).decode()
    text = report.render(sample, "md", Library((tmp_path,))).decode()

    assert "Shop" in page
    assert "h1{letter-spacing:0}" in page
    assert "#0a7a5a" in page
    assert "Ask the team payment." in page
    assert "## Ledger" in text
    assert "## Forecast" not in text
    assert 'id="forecast"' not in page


@pytest.mark.parametrize("form", ["html", "md"])
def test_a_similar_incident_says_why_and_what_fixed_it(sample: dict[str, Any], form: str) -> None:
    past = {
        "id": "inc-7", "incident": "inc-7: Pool <b>full</b>", "when": "2025-11-03", "score": 0.714, "cause": "Pool exhausted",
        "reviewed": True, "why": ["cause pool", "template timed out"],
        "fixed_by": "Raise the pool.", "evidence": sample["verdict"]["evidence"][:1],
    }  # fmt: skip
    page = report.render(sample | {"similar_incidents": [past]}, form, Library()).decode()
    body = page.partition('<section id="similar')[2].partition("</section>")[0] if form == "html" else page
    said = " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\\", "").split())

    for wanted in (
        "71\u202f% alike".replace("\u202f", " "),
        "2025-11-03",
        "confirmed in its review",
        "cause pool; template timed out",
        "Raise the pool.",
    ):
        assert wanted in said
    assert "<b>full" not in body.replace("\\<b", "")
