"""What ``--fail-on`` says to a CI system: JUnit XML, and a job summary in Markdown."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar
from xml.etree import ElementTree

import click

from forensics.cli import conditions, outputs
from forensics.errors import OutputError, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])
# What XML 1.0 does not allow even when escaped.
UNSPEAKABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARKS = re.compile(r"([\\`*_\[\]<>|#~])")
FILE = click.Path(path_type=Path, dir_okay=False)


def options(command: Command) -> Command:
    """Add ``--junit`` and ``--summary``."""
    told = "Add a job summary as Markdown to FILE, as for GITHUB_STEP_SUMMARY."
    command = click.option("--summary", type=FILE, metavar="FILE", help=told)(command)
    told = "Write the conditions of --fail-on as JUnit XML, a test case each."
    return click.option("--junit", type=FILE, metavar="FILE", help=told)(command)


def wanted(fail_on: str, junit: Path | None) -> Mapping[str, float]:
    """The conditions, checked before any work.

    Raises:
        UsageError: a condition that there is not, or ``--junit`` without one.
    """
    found = conditions.parse(fail_on)
    if junit is not None and not found:
        raise UsageError("--junit has nothing to say without a condition", hint="Add --fail-on identified,slo.")
    return found


def settle(asked: Mapping[str, float], report: Mapping[str, Any], junit: Path | None, summary: Path | None) -> None:
    """Write what each condition found, then end the run where one holds.

    Raises:
        OutputError: a file cannot be written.
        ConditionError: a condition holds.
    """
    outcome = conditions.held(asked, report)
    write(report, outcome, junit, summary)
    conditions.check(outcome)


def write(report: Mapping[str, Any], outcome: Mapping[str, str], junit: Path | None, summary: Path | None) -> None:
    """Write what was asked for; ``outcome`` says by condition what it found, "" where it does not hold.

    A summary is added to what earlier steps of a job wrote there.

    Raises:
        OutputError: a file cannot be written.
    """
    if junit is not None:
        outputs.write(junit.parent, {junit.name: as_junit(outcome).encode()})
    if summary is not None:
        _add(summary, as_summary(report, outcome))


def _add(place: Path, text: str) -> None:
    try:
        before = place.read_bytes() if place.exists() else b""
    except OSError as error:
        raise OutputError(f"cannot read {place}: {error.strerror}", hint="Name another file.") from error
    gap = b"\n" if before and not before.endswith(b"\n\n") else b""
    outputs.write(place.parent, {place.name: before + gap + text.encode()})


def as_junit(outcome: Mapping[str, str]) -> str:
    """JUnit XML with a test case for each condition, failed where it holds.

    >>> print(as_junit({"slo": "not met: <a>"}).splitlines()[3].strip())
    <failure message="not met: &lt;a&gt;" type="condition" />
    """
    failures = sum(map(bool, outcome.values()))
    counts = {"tests": str(len(outcome)), "failures": str(failures), "errors": "0", "skipped": "0"}
    suite = ElementTree.Element("testsuite", {"name": "forensics", **counts})
    for name, said in outcome.items():
        case = ElementTree.SubElement(suite, "testcase", {"classname": "forensics.fail-on", "name": name, "time": "0"})
        if said:
            told = {"message": UNSPEAKABLE.sub("\N{REPLACEMENT CHARACTER}", said), "type": "condition"}
            ElementTree.SubElement(case, "failure", told)
    ElementTree.indent(suite)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(suite, encoding="unicode")}\n'


def as_summary(report: Mapping[str, Any], outcome: Mapping[str, str]) -> str:
    """The verdict, when it was, and each condition, as Markdown."""
    verdict, window = report["verdict"], report["incident"]["window"]
    lines = [
        f"## {plain(report['incident']['title'])}", "",
        f"**{plain(verdict['status'])}**, confidence {verdict['confidence']:.0%}, {window['start']} to {window['end']}", "",
        *(plain(each["text"]) for each in verdict["summary"]), "",
    ]  # fmt: skip
    if outcome:
        lines += ["| condition | outcome |", "|---|---|"]
        lines += [f"| {name} | {f'failed: {plain(said)}' if said else 'passed'} |" for name, said in outcome.items()]
        lines.append("")
    steps = [f"- {plain(each['text'])}" for each in report["remediation"]["immediate"][:3]]
    return "\n".join(lines + (["First steps:", "", *steps, ""] if steps else []))


def plain(text: str) -> str:
    r"""``text`` on one line, with what Markdown or HTML would act on escaped.

    >>> plain("a|b <img>\nc")
    'a\\|b \\<img\\> c'
    """
    return MARKS.sub(r"\\\1", " ".join(text.split()))
