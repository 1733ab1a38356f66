"""What people wrote survives: edits by claim, kept or listed when the bundle changes, marked in every rendering."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from forensics import analysis, report
from forensics.errors import UsageError
from forensics.library import Library
from forensics.records.options import Options
from forensics.report.reviewing import checked, claims

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"


def thirty(found: dict[str, Any]) -> dict[str, Any]:
    """Thirty edits over every kind of claim."""
    known = sorted(set(claims(found)))
    step = len(known) // 30
    chosen = known[: step * 30 : step]
    kinds = ({"decision": "accept"}, {"decision": "reject", "note": "seen otherwise"}, {"text": "As the team says it"})
    return {"claims": {claim: kinds[index % 3] for index, claim in enumerate(chosen)}}


def test_thirty_edits_are_kept_or_listed_when_a_file_is_added(sample: dict[str, Any], tmp_path: Path) -> None:
    said = thirty(sample)
    shutil.copytree(SAMPLE, tmp_path / "bundle")
    more = [
        {"ts": f"2026-05-06T22:{20 + n % 10}:00Z", "level": "error", "service": "mailer", "msg": "queue is full"}
        for n in range(60)
    ]
    (tmp_path / "bundle" / "logs" / "mailer.ndjson").write_text("\n".join(json.dumps(row) for row in more))

    again = report.as_json(analysis.run(tmp_path / "bundle", tmp_path / "case", Options()))
    review = report.reviewed(again, checked(said, "review.yaml"), Library())["review"]

    live = {*review["accepted"], *review["rejected"], *review["reworded"]}
    assert len(said["claims"]) == 30
    assert live | set(review["orphaned"]) == set(said["claims"])
    assert live & set(review["orphaned"]) == set()
    assert review["edits"].keys() == said["claims"].keys()
    # Almost everything still fits: a claim does not hang on values or words.
    assert len(live) >= 25


def test_people_come_first_and_the_machine_stays_visible(sample: dict[str, Any]) -> None:
    step = sample["remediation"]["immediate"][0]
    action = sample["actions"][0]
    said = {
        "claims": {
            step["claim"]: {"text": "Put the index back", "by": "database engineer"},
            action["claim"]: {"owner": "Payments team", "due": "2026-06-01"},
            "000000000000": {"text": "Nothing says this any more"},
        },
        "verdict": {"status": "probable", "summary": "The dropped index did it.", "by": "incident commander"},
        "lessons": {"well": ["Nobody touched the innocent deploy"]},
        "sections": [{"title": "Customers", "text": "Two wrote to us."}],
    }

    found = report.reviewed(sample, checked(said, "review.yaml"), Library())

    for form in ("html", "md"):
        page = report.render(found, form, Library()).decode()
        for text in (
            "Put the index back", step["text"][:40], "Payments team", "2026-06-01", "The dropped index did it.", "incident commander",
            "Nobody touched the innocent deploy", "Two wrote to us.", "Nothing says this any more", "Edits that no longer fit",
        ):  # fmt: skip
            assert text in page, (form, text)
    assert found["verdict"] == sample["verdict"]
    assert found["seal"] == report.seal(found) != sample["seal"]


def test_without_a_review_nothing_changes(sample: dict[str, Any], tmp_path: Path) -> None:
    assert report.read_review(tmp_path / "review.yaml") is None
    assert report.reviewed(sample, None, Library()) is sample


@pytest.mark.parametrize(
    "text",
    [
        "claims: [1]",
        "claim: {}",
        "claims: {a: {decision: maybe}}",
        "a: &a [*a]",
        "{",
        "verdict: {status: guilty}",
        "sections: {}",
    ],
)
def test_a_broken_review_is_told_before_any_work(tmp_path: Path, text: str) -> None:
    (tmp_path / "review.yaml").write_text(text)

    with pytest.raises(UsageError) as refused:
        report.read_review(tmp_path / "review.yaml")

    assert refused.value.hint


def test_a_review_written_by_hand_reads_like_one_from_the_page(tmp_path: Path) -> None:
    said = {"claims": {"740a16918220": {"decision": "accept", "due": 3}}, "lessons": {"lucky": ["quiet hour"]}}
    (tmp_path / "review.yaml").write_text(yaml.safe_dump(said))

    assert report.read_review(tmp_path / "review.yaml") == {
        "edits": {"740a16918220": {"decision": "accept", "due": "3"}},
        "verdict": {},
        "lessons": {"well": [], "poorly": [], "lucky": ["quiet hour"]},
        "sections": [],
    }
