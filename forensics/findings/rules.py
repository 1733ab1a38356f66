"""The rules of ``models/health``: what to look at for each thing that can be well or unwell, and where it is not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.library import Library

STATISTICS = ("max", "min", "median", "last", "rate", "increase", "spread", "until")
KEYS = {
    "noun", "what", "table", "kind", "critical_match", "warn_match", "metric", "of", "summed", "statistic", "counter", "worse", "warn",
    "critical", "lasting", "factor", "least", "unit", "reason", "sample",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule over metrics: a ``statistic`` of the series whose name ``metric`` finds, over ``of`` where that is a limit.

    Attributes:
        noun: what is looked at, as a person would say it; one row a component and noun is reported.
        summed: series that differ by their holder alone are added up before the statistic.
        statistic: max, min, median, last; rate and increase of a counter; spread (the busiest over the median one); until
            (seconds from the end of the incident to the instant that the value is).
        worse: 1 where more is worse, -1 where less is.
        warn, critical: bounds of the value, None where only the baseline counts.
        factor: bounds of the value over its baseline.
        is_lasting: a bound counts in full although it was passed before the incident as well (an end date that comes near).
        least: a value below it is never reported, however far it is from its baseline.
    """

    area: str
    noun: str
    metric: re.Pattern[str]
    of: re.Pattern[str] | None
    is_summed: bool
    statistic: str
    worse: int
    warn: float | None
    critical: float | None
    is_lasting: bool
    factor: tuple[float, float] | None
    least: float
    unit: str


@dataclass(frozen=True, slots=True)
class StateRule:
    """A rule over rows of the ``state`` table of a ``kind``: what in their reason or message is critical, what a warning."""

    area: str
    noun: str
    kind: re.Pattern[str]
    critical: re.Pattern[str]
    warn: re.Pattern[str]


def load(library: Library) -> tuple[tuple[Rule, ...], tuple[StateRule, ...]]:
    """The rules in force, by file and place in it.

    Raises:
        DefinitionError: a rule lacks a key, has an unknown one, or a pattern that does not compile; all are listed.
    """
    metrics: list[Rule] = []
    states: list[StateRule] = []
    faults: list[str] = []
    for area, said in library.load("models", "health").items():
        for row in said.get("check", ()):
            place = f"models/health/{area}.toml: {row.get('noun', 'a check without noun')}"
            faults += [f"{place}: unknown key {key}" for key in sorted(set(row) - KEYS)]
            try:
                if row.get("table") == "state":
                    states.append(_state(area, row))
                else:
                    metrics.append(_rule(area, row))
            except (KeyError, re.error, ValueError) as error:
                faults.append(f"{place}: {error!r}")
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct these rules; the other files of the folder show how.")
    return tuple(metrics), tuple(states)


def _state(area: str, row: Mapping[str, Any]) -> StateRule:
    patterns = (re.compile(row[key]) for key in ("kind", "critical_match", "warn_match"))
    return StateRule(area, row["noun"], *patterns)


def _rule(area: str, row: Mapping[str, Any]) -> Rule:
    if row["statistic"] not in STATISTICS:
        raise ValueError(f"no such statistic: {row['statistic']}")
    factor = row.get("factor")
    return Rule(
        area, row["noun"], re.compile(row["metric"]), re.compile(row["of"]) if "of" in row else None, bool(row.get("summed")),
        row["statistic"], int(row["worse"]), row.get("warn"), row.get("critical"), bool(row.get("lasting")),
        (factor[0], factor[1]) if factor else None,
        float(row.get("least", 0.0)), row.get("unit", ""),
    )  # fmt: skip
