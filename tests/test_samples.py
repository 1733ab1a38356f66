"""The sample incidents: the report says what the simulator knows, verifies, and is the same on every run."""

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import jsonschema
import pytest

from forensics import analysis, report, verification
from forensics.library import Library
from forensics.records.options import Options

ROOT = Path(__file__).resolve().parent.parent
NAMES = sorted(path.name for path in (ROOT / "sample_data").iterdir() if path.is_dir())
KNOWN = {name: json.loads((ROOT / "sample_data" / name / "expected.json").read_text()) for name in NAMES}
EXPECTED = {name: [*known["report"], *known.get("asked", {}).values()] for name, known in KNOWN.items()}
ASKED = [line[2:] for line in (ROOT / "tests" / "asked.md").read_text().splitlines() if line.startswith("- ")]


@cache
def analysed(name: str) -> dict[str, Any]:
    folder = Path(mkdtemp())
    try:
        return report.as_json(analysis.run(ROOT / "sample_data" / name / "bundle", folder / "case", Options()))
    finally:
        shutil.rmtree(folder)


def at(document: Any, pointer: str) -> Any:
    """What a pointer leads to; a step ``name=value`` is the first row whose ``name`` starts so; None where nothing is."""
    for step in (each.replace("~1", "/") for each in pointer.split("/")[1:]):
        if isinstance(document, list):
            name, is_named, value = step.partition("=")
            rows = [each for each in document if each[name].startswith(value)] if is_named else document[int(step) :]
            document = rows[0] if rows else None
        else:
            document = document.get(step) if document else None
    return document


@pytest.mark.parametrize(
    ("name", "row"),
    [(name, row) for name in NAMES for row in EXPECTED[name]],
    ids=lambda each: each if isinstance(each, str) else each["path"],
)
def test_the_report_says_what_the_simulator_knows(name: str, row: dict[str, Any]) -> None:
    found = at(analysed(name), row["path"])

    if "within" in row:
        assert row["within"][0] <= found <= row["within"][1]
    elif "one_of" in row:
        assert found in row["one_of"]
    elif "at_least" in row:
        assert len(found) >= row["at_least"]
    elif "unknown" in row:
        assert found in (None, "unknown", [])
    else:
        assert found == row["equals"]


@pytest.mark.parametrize("name", ["campaign-surge", "checkout-pool-exhaustion"])
def test_everything_asked_for_has_its_place_in_the_report(name: str) -> None:
    assert list(KNOWN[name]["asked"]) == ASKED


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_report_fits_its_schema_and_verifies(name: str) -> None:
    schema = json.loads((ROOT / "docs" / "report.schema.json").read_text())

    jsonschema.validate(analysed(name), schema)
    result = verification.verify(analysed(name), ROOT / "sample_data" / name / "bundle")

    assert result.mismatches == ()


def test_every_change_has_a_verdict_with_a_reason() -> None:
    for name in NAMES:
        for change in analysed(name)["changes"]:
            assert change["verdict"] in ("guilty", "cleared", "possible")
            assert change["reason"]["text"]


def test_files_made_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    source = ROOT / "sample_data" / "checkout-pool-exhaustion" / "bundle"
    for path in sorted((each for each in source.rglob("*") if each.is_file()), reverse=True):
        target = tmp_path / "bundle" / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())

    again = report.as_json(analysis.run(tmp_path / "bundle", tmp_path / "case", Options()))

    for form in ("json", "html", "md"):
        assert report.render(again, form, Library()) == report.render(
            analysed("checkout-pool-exhaustion"), form, Library()
        )


def test_damage_is_found() -> None:
    name = "checkout-pool-exhaustion"
    said = json.loads(json.dumps(analysed(name)))
    line = next(key for key, row in said["evidence"].items() if row["kind"] == "line")
    count = next(key for key, row in said["evidence"].items() if row["kind"] == "count")
    said["evidence"][line]["text"] = "nobody wrote this"
    said["evidence"][count]["value"] += 1

    wrong = verification.verify(said, ROOT / "sample_data" / name / "bundle").mismatches

    assert {each.what.split(",")[0] for each in wrong} == {"seal", f"evidence {line}", f"evidence {count}"}
