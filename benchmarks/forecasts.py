"""Forecasts of simulated series: ``python benchmarks/forecasts.py [N [FIRST_SEED]]``.

Half of the series rise towards a limit at a steady rate under correlated noise, and go on until they meet it; the other half
have the same noise and no trend. Prints how often the limit was met inside the 90 % interval, and how many stationary
series were taken for trends.
"""

import math
import random
import sys
from dataclasses import dataclass

from forensics.impact.trends import fit, meeting


@dataclass(frozen=True)
class Made:
    """A series up to now, its limit, and when it meets it; ``meets`` None without a trend."""

    samples: tuple[tuple[float, float], ...]
    limit: float
    meets: float | None


def make(seed: int, *, rises: bool) -> Made:
    """One series, a sample a minute; equal for equal seeds."""
    chance = random.Random(seed)
    n = chance.randint(60, 900)
    carried, noise = chance.uniform(0, 0.9), chance.uniform(0.1, 2.0)
    # From barely to plainly visible over the samples.
    slope = noise * chance.uniform(3, 30) / n if rises else 0.0
    limit = 50 + slope * n * chance.uniform(1.2, 3.0) if rises else 100.0
    state, samples, at = 0.0, [], 0
    while True:
        state = carried * state + math.sqrt(1 - carried**2) * chance.gauss(0, 1)
        value = 50 + slope * at + noise * state
        if at < n:
            samples.append((float(at), value))
        elif not rises:
            return Made(tuple(samples), limit, None)
        elif value >= limit:
            return Made(tuple(samples), limit, at - (n - 1))
        at += 1


def measure(seeds: range) -> tuple[int, int, int, int]:
    """Forecasts made, limits met inside, series without a forecast, stationary series with one."""
    made = inside = silent = false = 0
    for seed in seeds:
        series = make(seed, rises=True)
        trend = fit(series.samples)
        told = meeting(trend, series.limit) if trend is not None and trend.is_clear else None
        if told is None:
            silent += 1
        else:
            made += 1
            inside += told.low <= (series.meets or 0) <= (told.high if told.high is not None else math.inf)
        still = fit(make(seed, rises=False).samples)
        false += still is not None and still.is_clear
    return made, inside, silent, false


def main(arguments: list[str]) -> None:
    """Print the figures."""
    n = int(arguments[0]) if arguments else 200
    first = int(arguments[1]) if len(arguments) > 1 else 1
    made, inside, silent, false = measure(range(first, first + n))
    print(
        f"{n} rising series: {made} forecast, limit met inside the interval in {inside / made:.3f}; {silent} left unsaid"
    )
    print(f"{n} stationary series: {false} taken for trends")


if __name__ == "__main__":
    main(sys.argv[1:])
