"""Objectives as somebody declared them: on the command line, in incident.yaml, or in files of the bundle."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from forensics.errors import UsageError
from forensics.impact import asked, dialects
from forensics.impact.dialects import ASSUMED_WINDOW_DAYS, Objective, days, ratio
from forensics.records.bundle import Bundle
from forensics.records.options import Options

ASSUMED = 0.999
BIGGEST = 1 << 20
HINT = (
    "Write availability=99.9, latency@300ms=99, throughput@50rps=99 or freshness@10m=99, or name a file of OpenSLO, Sloth, "
    "Pyrra or slo-generator."
)
UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "rps": 1}
# What a limit means: a time that requests take, requests a second, or the age of data.
LIMITED = ("throughput", "freshness")
PLAIN = re.compile(
    r"(?P<name>[A-Za-z][\w-]*)(?:@(?P<limit>\d+(?:\.\d+)?)(?P<unit>ms|s|m|h|rps))?=(?P<percent>\d+(?:\.\d+)?)%?"
)


def read(bundle: Bundle, options: Options, component: str) -> tuple[Objective, ...]:
    """Every objective, those of the command line first; without any, an assumed one of 99.9 % availability.

    Raises:
        UsageError: ``--slo`` cannot be read.
    """
    found = [*_asked(options.slo), *_declared(bundle.declared.slos), *_in_files(bundle)]
    unique = {_key(each): each for each in reversed(found)}
    kept = [each for each in found if unique[_key(each)] is each]
    return tuple(kept) or (
        Objective("availability", component, "availability", ASSUMED, ASSUMED_WINDOW_DAYS, is_assumed=True),
    )


def _key(each: Objective) -> tuple[object, ...]:
    return each.name, each.component, each.target, each.sli, each.threshold_s


def _asked(texts: Sequence[str]) -> Iterator[Objective]:
    for text in texts:
        match = PLAIN.fullmatch(text)
        if match:
            yield _plain(match, text)
            continue
        try:
            documents = list(yaml.safe_load_all(Path(text).read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise UsageError(f"--slo {text}: {error}", hint=HINT) from error
        found = list(dialects.objectives(documents))
        if not found:
            raise UsageError(f"--slo {text}: no objective is in it", hint=HINT)
        yield from found


def _plain(match: re.Match[str], text: str) -> Objective:
    target = ratio(match["percent"])
    if not 0 < target <= 1:
        raise UsageError(f"--slo {text}: an objective lies between 0 and 100", hint="Write availability=99.9.")
    limit = float(match["limit"]) * UNITS[match["unit"]] if match["limit"] else None
    sli = match["name"] if limit is None or match["name"] in LIMITED else "latency"
    if limit is None and sli in LIMITED:
        raise UsageError(f"--slo {text}: {sli} needs a limit", hint=HINT)
    return Objective(match["name"], "", sli, target, ASSUMED_WINDOW_DAYS, is_assumed=False, threshold_s=limit)


def _declared(slos: Sequence[Mapping[str, Any]]) -> Iterator[Objective]:
    for said in slos:
        if "spec" in said or "slos" in said:
            yield from dialects.objectives([said])
            continue
        target = said.get("objective", said.get("target"))
        if isinstance(target, int | float | str) and re.fullmatch(r"\d+(\.\d+)?%?", str(target)):
            value = float(str(target).rstrip("%"))
            limit = said.get("threshold_s", said.get("threshold"))
            yield Objective(
                str(said.get("name", "availability")), str(said.get("service", "")), str(said.get("sli", "availability")),
                ratio(str(target)) if value > 1 else value, days(str(said.get("window", "30d"))), is_assumed=False,
                threshold_s=float(limit) if isinstance(limit, int | float) else None,
                query=" ; ".join(str(said[key]) for key in ("good", "bad", "total", "query") if said.get(key)),
                style="incident.yaml", asked=asked.declared(said),
            )  # fmt: skip


def _in_files(bundle: Bundle) -> Iterator[Objective]:
    """Objectives in the bundle's small YAML files, whatever of the known dialects they are written in."""
    for file in bundle.files:
        if file.path.endswith((".yaml", ".yml")) and file.size_bytes < BIGGEST:
            try:
                found = list(yaml.safe_load_all(file.location.read_text(encoding="utf-8", errors="replace")))
            except (yaml.YAMLError, ValueError, RecursionError, OSError):
                continue
            yield from dialects.objectives(found)
