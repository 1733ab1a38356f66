"""What a metric measures, by ``models/ranking/quantities.toml``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from forensics.library import Library


@dataclass(frozen=True, slots=True)
class Quantity:
    """A kind of measure: ``worse`` is the direction that hurts, ``floor`` the least relative spread."""

    name: str
    pattern: re.Pattern[str]
    worse: int
    floor: float


def load(library: Library) -> tuple[Quantity, ...]:
    """The quantities, in the order of the file."""
    rows = library.load("models", "ranking")["quantities"]["quantity"]
    return tuple(Quantity(row["name"], re.compile(row["match"]), row["worse"], row["floor"]) for row in rows)


def of(metric: str, known: tuple[Quantity, ...], cache: dict[str, Quantity]) -> Quantity:
    """The first quantity whose pattern is found in ``metric``."""
    if metric not in cache:
        cache[metric] = next(each for each in known if each.pattern.search(metric))
    return cache[metric]


def by_metric(metrics: list[str], known: tuple[Quantity, ...]) -> Mapping[str, Quantity]:
    """The quantity of each metric name."""
    cache: dict[str, Quantity] = {}
    return {metric: of(metric, known, cache) for metric in metrics}
