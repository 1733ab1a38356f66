"""What would settle an open question, why, and the command that exports it."""

from collections.abc import Iterator, Sequence

from forensics.collection import settling
from forensics.library import Library
from forensics.records.cause import Judgement, Missing
from forensics.records.finding import Change, Findings
from forensics.records.signal import Windows
from forensics.verdict.shipping import SHORTEST, Shipping

MOST = 5
# Kinds of files that settle which component it was.
SETTLING = ("logs", "metrics", "state")


def missing(
    findings: Findings, judgements: Sequence[Judgement], shipping: Shipping, windows: Windows, library: Library,
    *, is_identified: bool,
) -> tuple[Missing, ...]:  # fmt: skip
    """The diffs and times of changes that stay possible, then, unless the cause is identified, whole kinds of files."""
    possible = {each.change_id for each in judgements if each.verdict == "possible"}
    found = [item for each in findings.changes if each.id in possible for item in _of_change(each, shipping)][:MOST]
    if not is_identified:
        for each in findings.skipped:
            for table in SETTLING:
                command = next(iter(settling(library, table, windows.incident)), None)
                if command is not None and f"no {table} in" in each.why:
                    found.append(Missing(command.what, each.why, f"{command.run} > {command.writes}"))
    return tuple(dict.fromkeys(found))


def _of_change(change: Change, shipping: Shipping) -> Iterator[Missing]:
    name = (change.ref or change.id)[:12]
    if change.kind == "commit" and not change.effect:
        yield Missing(f"the diff of {name}", "what it does is not known", "git log -p > changes/git.log")
    if change.kind == "commit" and shipping.live(change) is None:
        yield Missing(
            f"when {name} went live",
            "it has no time and no deploy names it",
            "git log --date=iso-strict -p > changes/git.log",
        )
    if change.kind == "deploy" and not any(
        each.kind == "commit" and len(each.ref) >= SHORTEST for each in shipping.by_id.values()
    ):
        yield Missing(
            f"what {name} carries",
            "no commit of it is in the bundle",
            "git log -p LAST_GOOD..DEPLOYED > changes/git.log",
        )
