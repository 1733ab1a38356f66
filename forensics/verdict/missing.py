"""What would settle an open question, why, and the command that exports it."""

from collections.abc import Iterator, Mapping, Sequence

from forensics.clock import iso
from forensics.records.cause import Judgement, Missing
from forensics.records.finding import Change, Findings
from forensics.records.signal import Windows
from forensics.records.window import SECOND
from forensics.verdict.shipping import SHORTEST, Shipping

MOST = 5
EXPORTS: Mapping[str, tuple[str, str]] = {
    "logs": (
        "application logs of the window",
        "kubectl logs deploy/NAME --timestamps --since-time={start} > logs/NAME.log",
    ),
    "metrics": (
        "metrics of the window and a day before it",
        "promtool query range --start {start} --end {end} URL QUERY > metrics/NAME.json",
    ),
    "state": ("cluster events and pod states", "kubectl get events,pods -A -o json > k8s/state.json"),
}


def missing(
    findings: Findings, judgements: Sequence[Judgement], shipping: Shipping, windows: Windows, *, is_identified: bool
) -> tuple[Missing, ...]:
    """The diffs and times of changes that stay possible, then, unless the cause is identified, whole kinds of files."""
    possible = {each.change_id for each in judgements if each.verdict == "possible"}
    found = [item for each in findings.changes if each.id in possible for item in _of_change(each, shipping)][:MOST]
    if not is_identified:
        start, end = (iso(time // SECOND * SECOND) for time in (windows.incident.start, windows.incident.end))
        for each in findings.skipped:
            for name, (what, command) in EXPORTS.items():
                if f"no {name} in" in each.why:
                    found.append(Missing(what, each.why, command.format(start=start, end=end)))
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
