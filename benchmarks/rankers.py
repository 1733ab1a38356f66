"""Rankings of causes side by side: this one, the n-sigma rule, BARO and a random order.

usage: python benchmarks/rankers.py DATA [--baro PYTHON] [--jobs N]

DATA is a folder with ``cases/ID`` (bundles) and ``truth/ID/truth.json`` (dataset, fault_type, root_causes). PYTHON is the
interpreter of an environment of its own that holds ``fse-baro``; without it BARO is left out. All are told the window and
the baselines. Prints a table for each system and, below it, its fault types: AC@1 with its Wilson 95 % interval, AC@3, and
median CPU seconds a case once it is ingested.

ours      as shipped, failure modes included (``models/ranking/weights.toml`` says what its weights were fitted on)
left out  the ranking alone, with weights fitted on the other systems of DATA
n-sigma   components by their greatest ``|x - mean| / deviation`` of a metric during the incident
BARO      components by BARO's RobustScorer (Pham, Ha, Zhang: BARO, FSE 2024), greatest ``(x - median) / IQR``, on the same table
random    what a random order of the components would get, computed
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import numpy
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.quiet_controls import wilson  # noqa: E402
from forensics import analysis, causal, findings, signals, templates, windows  # noqa: E402
from forensics.library import Library  # noqa: E402
from forensics.records.options import Options, R, T, silent  # noqa: E402
from forensics.records.signal import Windows  # noqa: E402
from forensics.signals.windowing import phase  # noqa: E402
from forensics.store import Store  # noqa: E402
from tools import fit_ranking  # noqa: E402

BARO = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas
from baro.root_cause_analysis import robust_scorer
found = {}
for path in sys.argv[1:]:
    table = pandas.read_csv(path)
    began = time.process_time()
    found[path] = [robust_scorer(table, inject_time=1)["ranks"], time.process_time() - began]
print(json.dumps(found))
"""
METHODS = ("ours", "left out", "n-sigma", "BARO", "random")
# Of a method's answer: the place of the first true cause from 1 (0 where it names none), or its chance to be among k.
Place = int | Callable[[int], float]


@dataclass(frozen=True)
class Answered:
    """A case, the place of the truth by method, CPU seconds by method, and the columns of the table for BARO."""

    name: str
    case: fit_ranking.Case
    places: Mapping[str, Place]
    seconds: Mapping[str, float]
    owners: tuple[str, ...]


def answer(data: Path, scratch: Path, name: str) -> Answered:
    """Reads a bundle, ranks it by every method that runs here, and leaves its metrics in ``scratch/NAME.csv``."""
    folder, truth = data / "cases" / name, data / "truth" / name / "truth.json"
    library, place = Library(), scratch / name
    bundle, store = analysis.read(
        folder, place / "case", place / "bundle", Options(), library, over=in_order, progress=silent
    )
    templates.mine(store, library)
    found = windows.find(store, bundle.declared, Options(), None)
    began = time.process_time()
    detected = signals.detect(store, found, library)
    matched = findings.match(store, found, detected, library)
    said = bundle.declared
    ranked = causal.rank(store, found, detected, matched, library, said.symptom_service, said.symptom_metric)
    ours = time.process_time() - began
    case = fit_ranking.seen(said, store, detected, truth)
    table, owners = wide(store, found)
    table.write_csv(scratch / f"{name}.csv")
    began = time.process_time()
    order = n_sigma(table, owners)
    plain = time.process_time() - began
    places: dict[str, Place] = {
        "ours": first_true([each.component for each in ranked.candidates], case),
        "n-sigma": first_true(order, case),
    }
    return Answered(name, case, places, {"ours": ours, "n-sigma": plain}, owners)


def in_order(work: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """One after another: cases run beside each other already."""
    return [work(each) for each in items]


def wide(store: Store, found: Windows) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Metrics of both phases by minute: ``time`` (0 before, 1 during) and a column a series, with the columns' owners."""
    kept = store.scan("metrics").with_columns(phase(found, "time")).filter(pl.col("phase").is_not_null())
    rows = kept.filter(pl.col("value").is_finite()).with_columns(pl.col("time").dt.truncate("1m")).collect()
    both = rows.group_by("series_id").agg(pl.col("phase").n_unique()).filter(pl.col("phase") == 2)
    names = store.scan("series").collect().unique("series_id", keep="first", maintain_order=True)
    series = names.join(both, on="series_id", how="semi").sort("component", "metric", "peer", "labels", "series_id")
    values = rows.sort("time", "series_id", "file", "line", "record").pivot(
        "series_id", index=["phase", "time"], values="value", aggregate_function="last", sort_columns=True
    )
    ids = [str(each) for each in series["series_id"]]
    columns = [pl.col(name).forward_fill().backward_fill().alias(f"c{at}") for at, name in enumerate(ids)]
    split = (pl.col("phase") == "during").cast(pl.Int64).alias("time")
    table = values.sort(split, "time").select(split, *columns)
    return table, tuple(series["component"])


def n_sigma(table: pl.DataFrame, owners: Sequence[str]) -> list[str]:
    """Components by their greatest deviation; series that are constant before the incident say nothing."""
    if not owners:
        return []
    values, during = table.drop("time").to_numpy(), table["time"].to_numpy() == 1
    spread = values[~during].std(axis=0)
    known = spread > 1e-9 * numpy.abs(values[~during]).max(axis=0)
    sizes = numpy.abs(values[during] - values[~during].mean(axis=0)).max(axis=0) / numpy.where(known, spread, math.inf)
    order = numpy.argsort(-numpy.round(sizes, 9), kind="stable")
    return list(dict.fromkeys(owners[at] for at in order if sizes[at] > 0))


def baro(python: str, scratch: Path, cases: Sequence[Answered]) -> list[Answered]:
    """The cases with BARO's answer; a case without metrics is one that it misses."""
    paths = {each.name: str(scratch / f"{each.name}.csv") for each in cases if each.owners}
    done = subprocess.run([python, "-c", BARO, *paths.values()], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    out = []
    for each in cases:
        ranks, seconds = found.get(paths.get(each.name, ""), ((), 0.0))
        order = list(dict.fromkeys(each.owners[int(column[1:])] for column in ranks))
        places = {**each.places, "BARO": first_true(order, each.case)}
        out.append(replace(each, places=places, seconds={**each.seconds, "BARO": seconds}))
    return out


def left_out(cases: Sequence[Answered]) -> list[Answered]:
    """The cases with the answer of weights fitted on the other systems."""
    kinds = [*sorted({clue.kind for each in cases for clue in each.case.clues})]
    kinds += [fit_ranking.VIEW, fit_ranking.UNREACHABLE]
    systems = {each.case.system for each in cases}
    others = {name: [each.case for each in cases if each.case.system != name] for name in systems}
    fitted = {
        name: fit_ranking.fit([fit_ranking.matrix(each, kinds) for each in rest], kinds)
        for name, rest in others.items()
        if rest
    }
    return [
        replace(each, places={**each.places, "left out": place_of(each.case, kinds, fitted[each.case.system])})
        if each.case.system in fitted
        else each
        for each in cases
    ]


def place_of(case: fit_ranking.Case, kinds: list[str], weights: numpy.ndarray) -> int:
    """The place of the truth by these weights."""
    scores = fit_ranking.matrix(case, kinds)[0] @ weights
    order = sorted(range(len(scores)), key=lambda at: (-round(float(scores[at]), 9), case.components[at]))
    return first_true([case.components[at] for at in order], case)


def first_true(order: Sequence[str], case: fit_ranking.Case) -> int:
    """The place of the first true cause, from 1; 0 where there is none."""
    return next((at for at, name in enumerate(order, 1) if name.lower() in case.truth), 0)


def by_chance(case: fit_ranking.Case) -> Callable[[int], float]:
    """The chance that a random order has a true cause among its first ``k``."""
    n, t = len(case.components), sum(name.lower() in case.truth for name in case.components)
    return lambda k: 1.0 - math.comb(n - t, k) / math.comb(n, k)


def show(what: str, cases: Sequence[Answered]) -> None:
    """Print one table."""
    print(f"\n{what}, cases: {len(cases)}\n{'':10} AC@1  (95 %)     AC@3   CPU s")
    for method in METHODS:
        places = [each.places[method] for each in cases if method in each.places]
        if not places:
            continue
        first, third = (sum(hit(place, k) for place in places) / len(places) for k in (1, 3))
        low, high = wilson(round(first * len(places)), len(places))
        bounds = f"({max(low, 0.0):.2f}-{high:.2f})" if method != "random" else " " * 11
        seconds = [each.seconds[method] for each in cases if method in each.seconds]
        print(f"{method:10} {first:.2f}  {bounds}  {third:.2f}  " + (f"{median(seconds):6.3f}" if seconds else ""))


def hit(place: Place, k: int) -> float:
    """Whether, or how likely, a true cause is among the first ``k``."""
    return place(k) if callable(place) else float(0 < place <= k)


def main() -> int:
    """Answer every case, then print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--baro", default="", metavar="PYTHON")
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    names = sorted(path.name for path in (asked.data / "cases").iterdir())
    with tempfile.TemporaryDirectory() as folder:
        with ProcessPoolExecutor(asked.jobs, mp_context=get_context("spawn")) as pool:
            cases = list(pool.map(partial(answer, asked.data, Path(folder)), names))
        if asked.baro:
            cases = baro(asked.baro, Path(folder), cases)
    cases = left_out(cases)
    cases = [replace(each, places={**each.places, "random": by_chance(each.case)}) for each in cases]
    for system in sorted({each.case.system for each in cases}):
        own = [each for each in cases if each.case.system == system]
        show(system, own)
        for fault in sorted({each.case.fault for each in own}):
            show(f"  {system}, {fault}", [each for each in own if each.case.fault == fault])
    return 0


if __name__ == "__main__":
    sys.exit(main())
