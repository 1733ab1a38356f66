"""``forensics why-not``: the same proof, asked from the other side."""

import click

from forensics.cli import why

EPILOG = """\b
Example:
  forensics why-not incident-report/ dep-2291
"""
command = click.Command(
    "why-not",
    callback=why.command.callback,
    params=list(why.command.params),
    epilog=EPILOG,
    help="Show which test of a change, component or failure mode failed first, and what would turn the verdict in OUT.",
)
