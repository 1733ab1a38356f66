"""How long the ranking takes on a large simulated case, once it is ingested.

usage: python benchmarks/ranking_scale.py [COMPONENTS SERIES SPANS]

Writes case tables (by default of 500 components, 20,000 series and 400,000 spans) as the readers would leave them:
components call each other as a tree, metrics come once a minute for two hours, and from 90 minutes on one component in the
middle is slow, short of processor and fails; a tenth of all series drift as well. Then measures signals, failure modes
and ranking, each in CPU and wall seconds, the peak of memory, and the place of the component that failed.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import numpy
import polars as pl

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forensics import causal, findings, signals, windows  # noqa: E402
from forensics.library import Library  # noqa: E402
from forensics.records.bundle import Declared  # noqa: E402
from forensics.records.options import Options  # noqa: E402
from forensics.records.tables import TABLES  # noqa: E402
from forensics.store import Store  # noqa: E402

T = TypeVar("T")
MINUTE = 60_000_000
START, MINUTES, FAULT = 1_778_050_800_000_000, 120, 90
METRICS = ("cpu_percent", "latency_avg", "error_ratio", "requests", "memory_bytes", "disk_read_bytes", "queue_depth")
FANOUT = 5


def name(at: int) -> str:
    """The name of a component."""
    return f"service-{at:04d}"


def filled(table: str, columns: Mapping[str, object], rows: int) -> pl.DataFrame:
    """A frame with every column of ``table``; those not given are empty."""
    given = pl.DataFrame(columns)
    rest = [
        pl.lit("" if kind == pl.String else None).cast(kind).alias(each)
        for each, kind in TABLES[table].items()
        if each not in columns
    ]
    return given.with_columns(rest).head(rows)


def write(store: Store, components: int, series: int, spans: int) -> str:
    """The tables of the case; the component at fault."""
    random = numpy.random.default_rng(7)
    names = [name(at) for at in range(components)]
    guilty = components // 3
    parents = [(at - 1) // FANOUT for at in range(1, components)]
    store.write("components", filled("components", {"component": names, "kind": ["service"] * components}, components))
    edges = {"source": [names[at] for at in parents], "target": names[1:], "kind": ["calls"] * len(parents)}
    store.write("edges", filled("edges", {**edges, "weight": [1.0] * len(parents)}, len(parents)))
    ends = numpy.array([START, START + MINUTES * MINUTE]).astype("datetime64[us]")
    seen = {"path": ["metrics.csv"], "kind": ["metrics"], "first_time": ends[:1], "last_time": ends[1:]}
    store.write("files", filled("files", seen, 1))
    _metrics(store, names, series, guilty, random)
    _spans(store, names, spans, guilty, random)
    return names[guilty]


def _metrics(store: Store, names: list[str], series: int, guilty: int, random: numpy.random.Generator) -> None:
    ids = numpy.arange(series, dtype=numpy.uint64)
    owner, metric = ids % len(names), ids // len(names)
    said = [METRICS[at] if at < len(METRICS) else f"gauge_{at}" for at in metric]
    columns = {"series_id": ids, "component": [names[at] for at in owner], "metric": said, "kind": ["gauge"] * series}
    store.write("series", filled("series", {**columns, "file": ["metrics.csv"] * series}, series))
    values = 20.0 + random.normal(0.0, 1.0, (series, MINUTES))
    drifts = random.random(series) < 0.1
    values[drifts, FAULT:] += random.uniform(3.0, 12.0, (drifts.sum(), 1))
    values[(owner == guilty) & (metric < 3), FAULT:] += 60.0
    stamps = START + numpy.arange(MINUTES) * MINUTE
    table = {
        "time": numpy.tile(stamps, series).astype("datetime64[us]"),
        "series_id": numpy.repeat(ids, MINUTES),
        "value": values.ravel(),
    }
    store.write("metrics", filled("metrics", table, series * MINUTES))


def _spans(store: Store, names: list[str], spans: int, guilty: int, random: numpy.random.Generator) -> None:
    """Traces from the root to a random component; half of a slow component's traces are slow as a whole."""
    ways: list[list[int]] = []
    for at in range(len(names)):
        way = [at]
        while way[0]:
            way.insert(0, (way[0] - 1) // FANOUT)
        ways.append(way)
    rows: dict[str, list[object]] = {
        each: [] for each in ("trace_id", "span_id", "parent_id", "component", "duration_us", "is_error")
    }
    minutes: list[float] = []
    made = 0
    while made < spans:
        way = ways[int(random.integers(len(names)))]
        minute, trace = float(random.uniform(0.0, MINUTES)), f"{made:016x}"
        bad = guilty in way and minute >= FAULT
        for depth, at in enumerate(way):
            slow = bad and depth <= way.index(guilty)
            rows["trace_id"].append(trace)
            rows["span_id"].append(f"{made:016x}")
            rows["parent_id"].append(f"{made - 1:016x}" if depth else None)
            rows["component"].append(names[at])
            rows["duration_us"].append((len(way) - depth) * 10_000 + int(random.integers(2_000)) + 300_000 * slow)
            rows["is_error"].append(slow and made % 3 == 0)
            minutes.append(minute)
            made += 1
    start = (START + numpy.array(minutes) * MINUTE).astype("datetime64[us]")
    table = {**rows, "start": start, "operation": ["handle"] * made, "file": ["spans.json"] * made}
    store.write("spans", filled("spans", table, made))


def timed(what: str, work: Callable[[], T]) -> T:
    """Run, and print how long it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    # ``ru_maxrss`` of a child starts at its parent's.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(
        f"{what:14} {time.process_time() - cpu:7.2f} s CPU {time.perf_counter() - wall:7.2f} s wall, peak {peak:,.0f} MB"
    )
    return found


def measure(folder: Path, guilty: str) -> None:
    """Rank the case; in a process of its own the peak is that of the ranking."""
    store, library = Store(folder), Library()
    options = Options(start=START + FAULT * MINUTE, end=START + MINUTES * MINUTE)
    found = timed("window", lambda: windows.find(store, Declared(), options, None))
    detected = timed("signals", lambda: signals.detect(store, found, library))
    matched = timed("failure modes", lambda: findings.match(store, found, detected, library))
    ranked = timed("ranking", lambda: causal.rank(store, found, detected, matched, library, name(0)))
    places = [each.component for each in ranked.candidates]
    print(
        f"{len(detected.signals)} signals; the component at fault is number {places.index(guilty) + 1 if guilty in places else 0}"
    )


def main(arguments: list[str]) -> int:
    """Write in one process, measure in another."""
    import subprocess

    if arguments[:1] == ["--measure"]:
        measure(Path(arguments[1]), arguments[2])
        return 0
    components, series, spans = (int(each) for each in arguments or ("500", "20000", "400000"))
    with tempfile.TemporaryDirectory() as folder:
        guilty = write(Store(Path(folder)), components, series, spans)
        return subprocess.run([sys.executable, __file__, "--measure", folder, guilty]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
