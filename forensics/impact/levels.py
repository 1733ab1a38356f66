"""Service levels: availability against declared objectives, else against an assumed one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from forensics.errors import UsageError
from forensics.impact.edge import Edge
from forensics.records.bundle import Bundle
from forensics.records.impact import Budget, Slo
from forensics.records.options import Options
from forensics.records.signal import Windows
from forensics.store import Store

ASSUMED = 0.999
ASSUMED_WINDOW_DAYS = 30
DAY_MINUTES = 1_440
# Traces are samples; fewer than this say nothing about a ratio of a thousandth.
FEWEST_SPANS = 200


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective as somebody declared it; ``window_days`` is the SLO's own window."""

    name: str
    component: str
    sli: str
    target: float
    window_days: float
    is_assumed: bool


def assess(bundle: Bundle, store: Store, windows: Windows, found: Edge | None, options: Options) -> tuple[Slo, ...]:
    """Each availability objective against the edge's requests in the incident; others are named as not measured.

    Raises:
        UsageError: ``--slo`` cannot be read.
    """
    objectives = [*_asked(options), *_declared(bundle.declared.slos), *_in_files(bundle)] or [
        Objective(
            "availability",
            found.component if found else "",
            "availability",
            ASSUMED,
            ASSUMED_WINDOW_DAYS,
            is_assumed=True,
        )
    ]
    return tuple(_measured(each, windows, found) for each in objectives)


def _measured(each: Objective, windows: Windows, found: Edge | None) -> Slo:
    window = f"{each.window_days:g} d"
    allowed_minutes = (1 - each.target) * each.window_days * DAY_MINUTES
    if each.sli != "availability" or found is None or found.requests < (FEWEST_SPANS if found.source == "spans" else 1):
        budget = Budget("occurrences", None, None, None, allowed_minutes, None)
        return Slo(
            each.name, each.component, each.sli, each.target, window, windows.incident, None, None, "not_measured",
            each.is_assumed, budget, None, 1.0, (),
        )  # fmt: skip
    actual = (found.requests - found.failed) / found.requests
    burn = (1 - actual) / (1 - each.target) if each.target < 1 else None
    spent_minutes = found.failed / found.requests * windows.incident.duration_s / 60
    # What the whole window allows follows from the incident's own rate of requests, spread evenly over it.
    per_minute = found.requests / max(windows.incident.duration_s / 60, 1e-9)
    allowed = per_minute * each.window_days * DAY_MINUTES * (1 - each.target)
    budget = Budget(
        "occurrences",
        allowed,
        float(found.failed),
        found.failed / allowed if allowed else None,
        allowed_minutes,
        spent_minutes,
    )
    evidence = (found.all_evidence, found.failed_evidence)
    return Slo(
        each.name, each.component or found.component, each.sli, each.target, window, windows.incident, actual, actual >= each.target,
        "occurrences", each.is_assumed, budget, burn, 0.0, evidence,
    )  # fmt: skip


def _asked(options: Options) -> Iterator[Objective]:
    for text in options.slo:
        name, _, percent = text.partition("=")
        if re.fullmatch(r"\d+(?:\.\d+)?%?", percent):
            target = float(percent.rstrip("%")) / 100
            if not 0 < target <= 1:
                raise UsageError(f"--slo {text}: an objective lies between 0 and 100", hint="Write availability=99.9.")
            yield Objective(name, "", name, target, ASSUMED_WINDOW_DAYS, is_assumed=False)
            continue
        try:
            said = yaml.safe_load(Path(text).read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError) as error:
            raise UsageError(
                f"--slo {text}: {error}", hint="Write availability=99.9, or name an OpenSLO file."
            ) from error
        yield from _openslo([said])


def _declared(slos: Sequence[Mapping[str, Any]]) -> Iterator[Objective]:
    for said in slos:
        if "spec" in said:
            yield from _openslo([said])
        elif isinstance(said.get("objective", said.get("target")), int | float):
            target = float(said.get("objective", said.get("target")))
            yield Objective(
                str(said.get("name", "availability")), str(said.get("service", "")), str(said.get("sli", "availability")),
                target / 100 if target > 1 else target, _days(str(said.get("window", "30d"))), is_assumed=False,
            )  # fmt: skip


def _in_files(bundle: Bundle) -> Iterator[Objective]:
    """OpenSLO documents among the bundle's small YAML files."""
    for file in bundle.files:
        if file.path.endswith((".yaml", ".yml")) and file.size_bytes < 1 << 20:
            try:
                found = list(yaml.safe_load_all(file.location.read_text(encoding="utf-8", errors="replace")))
            except (yaml.YAMLError, OSError):
                continue
            yield from _openslo(found)


def _openslo(documents: Sequence[Any]) -> Iterator[Objective]:
    """Objectives of OpenSLO v1 documents of kind SLO (https://github.com/OpenSLO/OpenSLO)."""
    for said in documents:
        if not isinstance(said, Mapping) or said.get("kind") != "SLO" or not isinstance(said.get("spec"), Mapping):
            continue
        spec = said["spec"]
        windows = spec.get("timeWindow") or [{}]
        days = _days(str(windows[0].get("duration", "30d")))
        indicator = spec.get("indicator") or {}
        name = str((said.get("metadata") or {}).get("name", "slo"))
        shape = str(indicator).lower() + name.lower() + str(spec.get("description", "")).lower()
        sli = "latency" if "latency" in shape or "duration" in shape else "availability"
        for each in spec.get("objectives") or ():
            target = each.get("target", each.get("targetPercent"))
            if isinstance(target, int | float):
                ratio = float(target) / 100 if "targetPercent" in each or target > 1 else float(target)
                yield Objective(name, str(spec.get("service", "")), sli, ratio, days, is_assumed=False)


def _days(text: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhdwMQY])?", text)
    if not match:
        return ASSUMED_WINDOW_DAYS
    units = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1, "w": 7, "M": 30, "Q": 91, "Y": 365}
    return float(match[1]) * units[match[2] or "d"]
