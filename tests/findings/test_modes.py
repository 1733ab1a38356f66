"""Every failure mode fits its own fitting sample and not its close miss."""

import pytest

from forensics.findings import modes
from forensics.library import Library

DEFINITIONS = modes.load(Library())
SAMPLES = [(name, number) for name, said in DEFINITIONS.items() for number in range(len(said["sample"]))]


@pytest.mark.parametrize(("name", "number"), SAMPLES, ids=[f"{name}-{number}" for name, number in SAMPLES])
def test_a_failure_mode_fits_what_its_samples_say(name: str, number: int) -> None:
    said = DEFINITIONS[name]
    sample = said["sample"][number]
    facts = [modes.Fact(row["kind"], "a", row["subject"], None, (), 100.0) for row in sample["signals"]]

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
