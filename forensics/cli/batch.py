"""``forensics batch``."""

import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from forensics.cli import asked, outputs

if TYPE_CHECKING:
    from forensics.batch import Outcome

EPILOG = """\b
Examples:
  forensics batch ./incidents/ -o ./reports
  forensics batch ./2025 ./2026 --workers 4 --memory 8GB --format html,json,pdf
"""
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
PATIENCE_S = 1.0


@click.command("batch", epilog=EPILOG)
@click.argument("roots", nargs=-1, required=True, metavar="DIR...", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("batch-report"),
    show_default=True,
    metavar="OUT",
    help="Folder of the reports.",
)
@click.option("--format", "formats", default="html,json", show_default=True, help="Of html, pdf, md, json.")
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes at once; as many as processors.")
@click.option(
    "--memory", default="", metavar="SIZE", help="What they may take together, as 4GB; half of the machine's."
)
@click.option("--keep-cases", is_flag=True, help="Keep the tables of each case, for show, log and query.")
@asked.reading
def command(
    roots: tuple[Path, ...],
    output: Path,
    formats: str,
    workers: int | None,
    memory: str,
    *,
    keep_cases: bool,
    **flags: Any,
) -> None:
    """Analyze every bundle in DIR (folders with data, archives) into OUT, with an index page and what recurs.

    What an earlier run has done with the same content, version and options is not done again. Exit 1 when a bundle failed.
    """
    wanted = outputs.formats(formats)
    limit = _bytes(memory) if memory else _half_of_memory()
    from forensics import batch
    from forensics.history import lock
    from forensics.library import Library

    options = asked.understood(**flags)
    bundles = batch.seek(roots)
    batch.prepared(output)
    plan = batch.Plan(output, wanted, options, workers or min(os.cpu_count() or 1, len(bundles)), limit, keep_cases)
    progress = _Progress(time.monotonic())
    try:
        with lock.writing(output, patience_s=0):
            outcomes = batch.run(bundles, plan, progress)
            written = outputs.write(output, batch.index(outcomes, output, wanted, Library(options.definitions)))
    finally:
        progress.clear()
    _tell(outcomes, written)


def _tell(outcomes: "Sequence[Outcome]", written: Sequence[Path]) -> None:
    """Say what became of the batch.

    Raises:
        ForensicsError: some bundle failed.
    """
    from forensics.errors import ForensicsError

    failed = [each for each in outcomes if each.row is None]
    old = sum(each.is_old for each in outcomes)
    click.echo(
        f"{len(outcomes)} bundles: {len(outcomes) - len(failed)} analyzed ({old} of them before), {len(failed)} failed"
    )
    for each in failed:
        click.echo(f"failed {each.bundle.name}: {each.error}", err=True)
    for path in written:
        click.echo(path.as_posix())
    if failed:
        raise ForensicsError(
            f"{len(failed)} of {len(outcomes)} bundles failed",
            hint="See above, and the index; run again to retry them.",
        )


class _Progress:
    """A line on a terminal: how many are done, and the time that is left if the rest goes as they went."""

    def __init__(self, started: float) -> None:
        self.started, self.fresh = started, 0
        self.is_shown = False

    def __call__(self, outcome: "Outcome", done: int, total: int) -> None:
        """One more is done."""
        self.fresh += not outcome.is_old
        elapsed = time.monotonic() - self.started
        if not sys.stderr.isatty() or elapsed < PATIENCE_S:
            return
        from forensics.batch import left_s

        left = left_s(elapsed, self.fresh, total - done)
        rest = f", {left:.0f} s left" if left is not None else ""
        self.is_shown = True
        print(f"\r\x1b[K{done} of {total} done{rest}: {outcome.bundle.name}"[:100], end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Take the line away."""
        if self.is_shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _bytes(text: str) -> int:
    from forensics.errors import UsageError

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    if match is None:
        raise UsageError(f"--memory does not understand {text!r}", hint="Write it as 4GB or 800MB.")
    return int(float(match[1]) * UNITS[match[2].upper()])


def _half_of_memory() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 4 << 30
