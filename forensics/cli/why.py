"""``forensics why`` and ``forensics why-not``."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import reports

if TYPE_CHECKING:
    from forensics.inquiry import Matter
    from forensics.report.wording import Words

EPILOG = """\b
Examples:
  forensics why incident-report/ 9c44d1e7
  forensics why incident-report/ payment
"""
MARKS = {True: "yes", False: "no", None: "unknown"}


@click.command("why", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="Print the same facts as JSON.")
def command(out: Path, reference: str, *, as_json: bool) -> None:
    """Show how the verdict in OUT on a change, component or failure mode came about, and what would turn it."""
    told = _answer(out, reference)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True))
        return
    click.echo(f"{told['name']}: {told['verdict']}. {told['reason']}")
    for at, each in enumerate(told["tests"], 1):
        click.echo(f"  {at}. {each['test']:32} {each['holds']:8} {each['text']}")
    click.echo(f"First test that failed: {told['first_failed'] or 'none'}")
    if told["turned_by"]:
        click.echo(f"Without {' and '.join(told['turned_by'])} the verdict on it would be {told['turned_to']}.")
    else:
        alone = f"the test “{told['first_failed']}” alone decides it" if told["first_failed"] else "much speaks for it"
        click.echo(f"No one or two facts turn it: {alone}.")


def _answer(out: Path, reference: str) -> Mapping[str, Any]:
    path, report = reports.load(out)
    from forensics import inquiry
    from forensics.library import Library
    from forensics.report.wording import Words

    library = Library()
    matter = inquiry.reopen(path.parent / "case", report, library)
    kind, name = _named(matter, reference)
    words = Words(library)
    told = _of_change(matter, name, words) if kind == "change" else _of_place(matter, kind, name, words)
    turned = inquiry.turning(matter, kind, name)
    failed = next((each["test"] for each in told["tests"] if each["holds"] == "no"), None)
    return {
        **told, "kind": kind, "first_failed": failed, "turned_by": [each.text for each in turned[0]] if turned else [],
        "turned_to": inquiry.standing(turned[1], kind, name) if turned else None,
    }  # fmt: skip


def _named(matter: "Matter", reference: str) -> tuple[str, str]:
    """What is asked about: a change by id, commit or a prefix of seven letters, a component, or a failure mode."""
    from forensics.errors import UsageError

    for each in matter.findings.changes:
        if (reference in (each.id, each.ref) and each.kind == "commit") or reference == each.id:
            return "change", each.id
    for each in matter.findings.changes:
        if len(reference) >= 7 and (each.ref.startswith(reference) or each.id.startswith(reference)):
            return "change", each.id
    if reference in {each.component for each in matter.ranking.candidates} | {
        each.component for each in matter.findings.modes
    }:
        return "component", reference
    if reference in {each.mode for each in matter.findings.modes}:
        return "mode", reference
    raise UsageError(
        f"the case knows no change, component or failure mode {reference}",
        hint="Name one from the report: a change's id or commit, a candidate, or a failure mode that fits.",
    )


def _of_change(matter: "Matter", name: str, words: "Words") -> dict[str, Any]:
    judged = next(each for each in matter.verdict.judgements if each.change_id == name)
    change = next(each for each in matter.findings.changes if each.id == name)
    tests = [{"test": each.name, "holds": MARKS[each.holds], "text": words.say(each.said)} for each in judged.tests]
    title = f" “{change.title}”" if change.title else ""
    return {
        "name": f"{change.kind} {(change.ref or change.id)[:12]}{title}",
        "verdict": judged.verdict,
        "reason": words.say(judged.reason),
        "tests": tests,
    }


def _of_place(matter: "Matter", kind: str, name: str, words: "Words") -> dict[str, Any]:
    """A component by its reasons, a failure mode by what fits; what speaks against either fails."""
    tests: list[dict[str, str]] = []
    found = [each for each in matter.ranking.candidates if each.component == name] if kind == "component" else []
    for each in found[:1]:
        tests += [{"test": "evidence", "holds": "yes", "text": words.say(said)} for said in each.reasons]
        tests += [{"test": "rivals", "holds": "no", "text": words.say(said)} for said in each.against]
    for mode in [each for each in matter.findings.modes if name in (each.component, each.mode)][:3]:
        tests += [{"test": f"fits {mode.mode}", "holds": "yes", "text": words.say(said)} for said in mode.fits]
        tests += [{"test": f"fits {mode.mode}", "holds": "no", "text": words.say(said)} for said in mode.against]
        tests += [
            {"test": f"fits {mode.mode}", "holds": "unknown", "text": f"{gap.what}: {gap.why}"} for gap in mode.untested
        ]
    from forensics import inquiry

    place = f" (rank {found[0].rank} of {len(matter.ranking.candidates)})" if found else ""
    return {
        "name": f"{name}{place}",
        "verdict": inquiry.standing(matter.verdict, kind, name),
        "reason": "",
        "tests": tests,
    }
