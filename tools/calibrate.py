"""Fit and check the chance that the first candidate is right, leaving one system out at a time.

usage: python tools/calibrate.py DATA

DATA as for ``fit_ranking.py``. Each system is ranked with weights fitted on the others; its chances come from a logistic
curve over ``ln(1 + lead)`` fitted on the others' left-out rankings, with ``DOUBTS`` wrong cases added. Prints share and
precision of ``identified``, area under ROC, Brier score, a reliability table with bootstrap intervals, the curve fitted
on all (``[confidence]`` of ``models/ranking/weights.toml``), and the same after the labels were shuffled.
"""

import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tools.fit_ranking import UNREACHABLE, VIEW, Case, fit, matrix, read  # noqa: E402

IDENTIFIED = 0.75
# An unknown system is harder than those that can be left out: one wrong case for each twenty-three.
DOUBTS = 4
SHUFFLES, RESAMPLES = 5, 2_000
BINS = ((0.0, 0.6), (0.6, 0.75), (0.75, 0.85), (0.85, 1.01))

Lead = tuple[float, bool]


def leads(cases: Sequence[Case]) -> Mapping[str, list[Lead]]:
    """By system left out: ``ln(1 + lead)`` of the first candidate of each case, and whether it is right."""
    kinds = [*sorted({clue.kind for case in cases for clue in case.clues}), VIEW, UNREACHABLE]
    found: dict[str, list[Lead]] = {}
    for system in sorted({case.system for case in cases}):
        weights = fit([matrix(case, kinds) for case in cases if case.system != system], kinds)
        for case in (each for each in cases if each.system == system):
            values, blame = matrix(case, kinds)
            scores = numpy.round(values @ weights, 9)
            order = numpy.argsort(-scores, kind="stable")
            lead = float(numpy.log1p(scores[order[0]] - scores[order[1]]))
            found.setdefault(system, []).append((lead, bool(blame[order[0]] > 0)))
    return found


def curve(known: Sequence[Lead]) -> tuple[float, float]:
    """Base and slope of the logistic curve by Newton's method, with the doubts added at even quantiles."""
    places = numpy.array([lead for lead, _ in known])
    added = numpy.quantile(places, (numpy.arange(DOUBTS) + 0.5) / DOUBTS)
    x = numpy.column_stack([numpy.ones(len(places) + DOUBTS), numpy.concatenate([places, added])])
    y = numpy.array([float(right) for _, right in known] + [0.0] * DOUBTS)
    ridge = numpy.diag([0.0, 1.0])
    found = numpy.zeros(2)
    for _ in range(50):
        p = 1 / (1 + numpy.exp(-x @ found))
        slope = x.T @ (y - p) - ridge @ found
        found = found + numpy.linalg.solve((x.T * (p * (1 - p))) @ x + ridge + 1e-9 * numpy.eye(2), slope)
    return float(found[0]), float(found[1])


def chances(found: Mapping[str, list[Lead]]) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Chance and outcome of every case, by the curve of the other systems."""
    pairs: list[tuple[float, bool]] = []
    for system, own in found.items():
        base, slope = curve([each for name, others in found.items() if name != system for each in others])
        pairs += [(1 / (1 + numpy.exp(-(base + slope * lead))), right) for lead, right in own]
    return numpy.array([chance for chance, _ in pairs]), numpy.array([float(right) for _, right in pairs])


def summary(chance: numpy.ndarray, right: numpy.ndarray) -> str:
    """One line of what the chances are worth."""
    sure = chance >= IDENTIFIED
    wins = [(a > b) + 0.5 * (a == b) for a in chance[right == 1] for b in chance[right == 0]]
    precision = f"{right[sure].mean():.2f}" if sure.any() else "-"
    brier, base = ((chance - right) ** 2).mean(), right.mean() * (1 - right.mean())
    return (
        f"right {right.mean():.2f}  identified {sure.mean():.2f} at precision {precision}  "
        f"AUROC {numpy.mean(wins):.2f}  Brier {brier:.3f} (base rate {base:.3f})"
    )


def reliability(chance: numpy.ndarray, right: numpy.ndarray) -> list[str]:
    """A row a bin: cases, mean chance, share right with its 95 % bootstrap interval."""
    draws = numpy.random.default_rng(7)
    rows = []
    for low, high in BINS:
        inside = (chance >= low) & (chance < high)
        if inside.any():
            own = right[inside]
            again = draws.choice(own, (RESAMPLES, len(own))).mean(axis=1)
            ends = numpy.quantile(again, (0.025, 0.975))
            rows.append(f"{low:.2f}-{min(high, 1):.2f}  n {inside.sum():3}  said {chance[inside].mean():.2f}  "
                        f"was {own.mean():.2f} ({ends[0]:.2f}-{ends[1]:.2f})")  # fmt: skip
    return rows


def main(arguments: list[str]) -> int:
    """Read, fit, print."""
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    data = Path(arguments[0])
    names = sorted(path.name for path in (data / "cases").iterdir())
    show([read(data / "cases" / name, data / "truth" / name / "truth.json") for name in names])
    return 0


def show(cases: Sequence[Case]) -> None:
    """Print all that there is to say of the chances."""
    found = leads(cases)
    print("left out  ", summary(*chances(found)))
    print("\n".join(reliability(*chances(found))))
    base, slope = curve([each for own in found.values() for each in own])
    print(f"base = {base:.2f}\nlead = {slope:.2f}")
    for seed in range(SHUFFLES):
        draw = random.Random(seed)
        shuffled = [replace(case, truth=frozenset([draw.choice(case.components).lower()])) for case in cases]
        chance, _ = chances(leads(shuffled))
        print(f"labels shuffled: identified {(chance >= IDENTIFIED).sum()}, greatest chance {chance.max():.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
