"""Lost transactions in simulated incidents of known truth: ``python benchmarks/lost_transactions.py [N] [SEED]``.

Each incident has its own season (a day's wave, a weekend), trend, noise (a slow level and counts above Poisson), volume and
length; transactions are removed and the loss is known. Prints coverage of the 90 % interval, error and half-width.
"""

import math
import random
import sys
from dataclasses import dataclass

from forensics.impact.expecting import Expected, Slots, expect

SLOTS_A_DAY = 288
WEEKS = 4


@dataclass(frozen=True)
class Made:
    """Counts with an incident in them, and what it took."""

    slots: Slots
    start: int
    length: int
    lead: int
    lost: int
    would_be: int


def make(seed: int) -> Made:
    """One incident; equal for equal seeds."""
    chance = random.Random(seed)
    volume = math.exp(chance.uniform(math.log(40), math.log(1000)))
    wave, weekend = chance.uniform(0.2, 0.8), chance.uniform(0.5, 1.1)
    drift, slow = chance.uniform(-0.1, 0.15) / SLOTS_A_DAY / 7, chance.uniform(0.002, 0.012)
    extra = chance.uniform(0.0, 0.06)
    peak = chance.uniform(0, 1)
    total = WEEKS * 7 * SLOTS_A_DAY
    level, counts = 0.0, []
    for i in range(total):
        day, part = divmod(i, SLOTS_A_DAY)
        level = 0.995 * level + chance.gauss(0, slow)
        shape = 1 + wave * math.cos(2 * math.pi * (part / SLOTS_A_DAY - peak))
        mean = (
            volume
            * shape
            * (weekend if day % 7 >= 5 else 1.0)
            * (1 + drift * i)
            * math.exp(level + chance.gauss(0, extra))
        )
        counts.append(max(0, round(chance.gauss(mean, math.sqrt(mean)))))
    length = chance.randint(2, 36)
    start = chance.randrange(total - 2 * SLOTS_A_DAY, total - length)
    depth = chance.uniform(0.1, 1.0)
    would_be = counts[start : start + length]
    left = [round(each * (1 - depth)) for each in would_be]
    known = tuple(float(each) for each in (*counts[:start], *left, *counts[start + length :]))
    return Made(Slots(known, 7 * SLOTS_A_DAY), start, length, 12, sum(would_be) - sum(left), sum(would_be))


def measure(seeds: range) -> tuple[float, float, float]:
    """Coverage, mean absolute error and median half-width, the last two as shares of what would have been."""
    inside, errors, widths = 0, [], []
    for seed in seeds:
        made = make(seed)
        found = expect(made.slots, made.start, made.length, made.lead)
        assert isinstance(found, Expected)
        actual = made.would_be - made.lost
        inside += found.low - actual <= made.lost <= found.high - actual
        errors.append(abs(found.value - made.would_be) / made.would_be)
        widths.append((found.high - found.low) / 2 / made.would_be)
    return inside / len(errors), math.fsum(errors) / len(errors), sorted(widths)[len(widths) // 2]


def main(arguments: list[str]) -> None:
    """Print the figures."""
    n, seed = (int(each) for each in (*arguments, "300", "1")[:2]) if len(arguments) != 1 else (int(arguments[0]), 1)
    coverage, error, width = measure(range(seed, seed + n))
    print(f"{n} incidents: coverage {coverage:.3f}, mean error {error:.2%}, median half-width {width:.2%}")


if __name__ == "__main__":
    main(sys.argv[1:])
