"""``forensics attach``."""

import time
from pathlib import Path

import click

from forensics.cli import reports

EPILOG = """\b
Targets (the token is read from FORENSICS_NAME_TOKEN, as FORENSICS_JIRA_TOKEN, or from the keyring):
  jira:https://acme.atlassian.net/browse/OPS-12         (and FORENSICS_JIRA_USER)
  github:acme/shop#12
  gitlab:https://gitlab.com/acme/shop/-/issues/12
  servicenow:https://acme.service-now.com/incident/SYS_ID
  redmine:https://redmine.acme.example/issues/12
  pagerduty:PT4KHLK                                     (and FORENSICS_PAGERDUTY_USER)
  slack:C0123456789

\b
Example:
  forensics attach incident-report/ --to jira:https://acme.atlassian.net/browse/OPS-12
"""


@click.command("attach", epilog=EPILOG)
@click.argument("report", type=click.Path(path_type=Path))
@click.option("--to", "target", required=True, metavar="TRACKER:TICKET", help="The ticket.")
@click.option("--format", "formats", default="pdf", show_default=True, help="Files to attach, of pdf, html, md, json.")
@click.option("--link", default="", metavar="URL", help="Where the report can be read; named in the comment.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, and send nothing.")
@click.option("--definitions", multiple=True, type=click.Path(path_type=Path), metavar="DIR", help="As for analyze.")
def command(
    report: Path, target: str, formats: str, link: str, definitions: tuple[Path, ...], *, dry_run: bool
) -> None:
    """Attach REPORT (report.json, or the folder that holds it) to a ticket, with a short summary; never twice."""
    _, found = reports.load(report)
    from forensics import report as reporting
    from forensics import tickets
    from forensics.errors import UsageError
    from forensics.library import Library
    from forensics.tickets.attaching import KINDS

    name, _, address = target.partition(":")
    if name not in tickets.TRACKERS or not address:
        raise UsageError(
            f"no such target: {target}", hint=f"Write TRACKER:TICKET; trackers are {', '.join(tickets.TRACKERS)}."
        )
    wanted = tuple(dict.fromkeys(word.strip().lower() for word in formats.split(",") if word.strip()))
    unknown = sorted(set(wanted) - KINDS.keys())
    if unknown:
        raise UsageError(f"no such format: {', '.join(unknown)}", hint=f"Choose from {', '.join(KINDS)}.")
    sender, tracker = tickets.TRACKERS[name](address, dry_run)
    library = Library(definitions)
    bodies = {form: reporting.render(found, form, library) for form in wanted} if tracker.largest_bytes else {}
    said, files = tickets.prepared(found, bodies, link)
    done = tickets.attach(tracker, said, files, time.sleep)
    for each in sender.shown:
        click.echo(f"{each}\n")
    for each in done.left_out:
        click.echo(f"left out: {each}", err=True)
    if dry_run:
        click.echo("nothing was sent", err=True)
    else:
        click.echo(f"comment {done.comment}; attached: {', '.join(done.attached) or 'nothing new'}")
