"""``forensics what-if``."""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from forensics.cli import reports
from forensics.errors import UsageError

if TYPE_CHECKING:
    from forensics.impact.whatif import Answer

EPILOG = """\b
Examples:
  forensics what-if incident-report/ pool=75
  forensics what-if incident-report/ timeout=10s rate=0.5
"""
SETTING = re.compile(r"(pool)=(\d+)|(timeout)=(\d+(?:\.\d+)?)(ms|s)?|(rate)=(\d+(?:\.\d+)?)")


@click.command("what-if", epilog=EPILOG)
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("settings", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
def command(out: Path, settings: tuple[str, ...], *, as_json: bool) -> None:
    """Replay the saturated pool of the case in OUT with another size, timeout or rate (a factor) of requests."""
    pool, timeout, rate = _understood(settings)
    _, found = reports.load(out)
    store = reports.case(out)
    from forensics import clock
    from forensics.impact import whatif
    from forensics.records.window import Window

    if found["incident"]["window"]["source"] == "none":
        raise UsageError("the report found no incident to replay", hint="Analyze again with --start and --end.")
    window = Window(*(clock.instant(found["incident"]["window"][name], "UTC") for name in ("start", "end")))
    told = whatif.ask(store, window, pool, timeout, rate)
    click.echo(json.dumps(asdict(told), sort_keys=True) if as_json else _words(told, settings))


def _understood(settings: tuple[str, ...]) -> tuple[int | None, float | None, float | None]:
    pool, timeout, rate = None, None, None
    for text in settings:
        match = SETTING.fullmatch(text)
        if match is None or (match[1] and int(match[2]) < 1):
            raise UsageError(f"what-if does not know {text!r}", hint="Use pool=75, timeout=10s or rate=0.5.")
        if match[1]:
            pool = int(match[2])
        elif match[3]:
            timeout = float(match[4]) / (1000 if match[5] == "ms" else 1)
        else:
            rate = float(match[7])
    return pool, timeout, rate


def _words(told: "Answer", settings: tuple[str, ...]) -> str:
    return (
        f"{' '.join(settings)}: {told.failed:,} of {told.requests:,} requests would have failed "
        f"(likely {told.failed_low:,} to {told.failed_high:,}), instead of {told.observed:,}.\n"
        f"Waits for a slot of {told.resource} at {told.component}: {told.wait_p95_s:.2f} s at the 95th percentile, "
        f"instead of {told.wait_p95_before_s:.2f} s.\n"
        f"Replayed from the access log with a pool of {told.size}, slots held for {told.hold_s:.2f} s on average and waits of up to "
        f"{told.timeout_s:g} s;\nunmodified the replay gives {told.replayed:,}. Other consumers are taken to hold what they held."
    )
