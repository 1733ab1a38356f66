"""The command line. Heavy imports stay inside the commands, so that ``forensics --help`` answers at once."""

import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

import click

from forensics.cli.group import forensics
from forensics.errors import ForensicsError


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with the codes that ``forensics.errors`` lists."""
    for stream in (sys.stdout, sys.stderr):
        # A console may know fewer characters than a report: show "?" rather than fail.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    code = _run(arguments)
    if "duckdb" in sys.modules:
        # DuckDB 2.0 reports leaks of its own types when the interpreter ends; nothing else is left to do by then.
        for each in (sys.stdout, sys.stderr):
            if each is not None:
                each.flush()
        os._exit(code)
    sys.exit(code)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = forensics.main(arguments, prog_name="forensics", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except ForensicsError as error:
        _complain(error)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("forensics: interrupted; nothing was written", err=True)
        return 1
    except BrokenPipeError:
        # The reader of our output has gone (``forensics log OUT | head``): not an error, and nothing more to say.
        sys.stdout = None
        return 0
    except Exception:
        traceback.print_exc()
        click.echo("forensics: this is a bug; please report the traceback above", err=True)
        return 1


def _complain(error: ForensicsError) -> None:
    color = None if sys.stderr.isatty() else False
    click.secho(f"forensics: {error.message}", err=True, fg="red", color=color)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
