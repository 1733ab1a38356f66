"""The command group: commands by name with their one-line help, each imported only when it runs."""

import difflib
import importlib
from collections.abc import Mapping

import click

from forensics import __version__

COMMANDS: Mapping[str, str] = {
    "init": "Write incident.yaml and a read-only script that collects a bundle.",
    "analyze": "Analyze an incident bundle and write the post-mortem.",
    "show": "Show the lines or series behind a claim.",
    "why": "Show how the verdict on a change, component or failure mode came about.",
    "why-not": "Show which test failed first, and what would turn the verdict.",
    "log": "Print one merged stream of everything that happened, in UTC.",
    "templates": "List the templates of log messages, and compare two bundles or windows.",
    "query": "Ask the case with SQL.",
    "what-if": "Replay the saturated pool with another size, timeout or rate.",
    "verify": "Check every piece of evidence in a report against its bundle.",
    "render": "Render report.json again, as HTML, PDF or Markdown.",
    "attach": "Attach a report to a ticket: Jira, GitHub, GitLab, ServiceNow, Redmine, PagerDuty, Slack.",
    "batch": "Analyze many bundles, with an index and what recurs.",
    "history": "Past incidents: add, search, compare, and what they teach.",
    "precheck": "Say whether a diff does again what caused a past incident.",
    "formats": "What is read, what a file is, and definitions of your own.",
    "doctor": "Say how a bundle was read, without its content.",
}
EPILOG = """\b
Example:
  forensics analyze ./incident-bundle/
"""


class Commands(click.Group):
    """Commands of the table above, found by name; a wrong word is answered with the nearest right one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command ``cmd_name`` from ``forensics.cli.CMD_NAME``."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"forensics.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table, without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest command in the error."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, 1, 0.5)
            raise click.UsageError(
                f"no such command: {args[0]}." + (f" Did you mean '{near[0]}'?" if near else ""), ctx
            )
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="forensics")
def forensics() -> None:
    """Find out what broke, from what an incident left behind: a post-mortem with evidence under every sentence."""
