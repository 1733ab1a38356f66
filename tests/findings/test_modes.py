"""Every failure mode fits its own fitting sample and not its close miss."""

import subprocess
import tomllib
from pathlib import Path

import jinja2
import pytest
import yaml

from forensics.findings import modes
from forensics.findings.fact import Fact
from forensics.library import Library

DEFINITIONS = modes.load(Library())
SAMPLES = [(name, number) for name, said in DEFINITIONS.items() for number in range(len(said["sample"]))]


@pytest.mark.parametrize(("name", "number"), SAMPLES, ids=[f"{name}-{number}" for name, number in SAMPLES])
def test_a_failure_mode_fits_what_its_samples_say(name: str, number: int) -> None:
    said = DEFINITIONS[name]
    sample = said["sample"][number]
    facts = [Fact(row["kind"], "a", row["subject"], None, (), 100.0) for row in sample["signals"]]

    found = modes.fit(name, said, "a", facts)

    assert (found is not None) == sample["fits"]


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_failure_mode_says_what_to_do_and_has_both_samples(name: str) -> None:
    said = DEFINITIONS[name]

    assert all(said.get(key) for key in ("means", "source", "now", "soon", "later", "runbook", "causes", "remediation"))
    assert {sample["fits"] for sample in said["sample"]} == {True, False}


def test_no_two_failure_modes_give_the_same_advice() -> None:
    advice = [said[key] for said in DEFINITIONS.values() for key in ("now", "soon", "later")]

    assert len(set(advice)) == len(advice)


def test_what_to_measure_differs_between_modes_and_between_components() -> None:
    said = tomllib.loads((Path(__file__).parents[2] / "report_templates/sentences/sizing.toml").read_text())["unknown"]
    asked = jinja2.Environment(autoescape=False).from_string(said)

    texts = [asked.render(component=at, title=mode["title"]) for at in ("shop", "db") for mode in DEFINITIONS.values()]

    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_failure_mode_names_its_look_alikes_and_checks(name: str) -> None:
    said = DEFINITIONS[name]

    assert {each["mode"] for each in said["look_alike"]} <= set(DEFINITIONS) - {name}
    assert all(each["test"] for each in said["look_alike"])
    assert all(each["text"] and each["command"] and each["expected"] for each in said["runbook"])


def test_alert_rules_are_promql(tmp_path: Path) -> None:
    rules = [
        {"alert": name, "expr": said["alert"]["expr"], "for": said["alert"]["for"]}
        for name, said in DEFINITIONS.items()
    ]
    written = tmp_path / "rules.yaml"
    written.write_text(yaml.safe_dump({"groups": [{"name": "failure modes", "rules": rules}]}))

    done = subprocess.run(["promtool", "check", "rules", written], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("shares", "fits"), [((0.8,), True), ((0.1,), False), ((0.1, None), False), ((None,), True)])
def test_a_limit_is_reached_only_where_the_share_says_so(shares: tuple[float | None, ...], fits: bool) -> None:
    facts = [Fact("metric", "a", "cpu usage", None, (), 100.0, each) for each in shares]

    found = modes.fit("cpu_saturation", DEFINITIONS["cpu_saturation"], "a", facts)

    assert (found is not None) == fits
