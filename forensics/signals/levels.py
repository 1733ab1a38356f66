"""Level shifts of metric series against their own baseline."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from forensics.clock import EPOCH
from forensics.library import Library
from forensics.measuring import labelled
from forensics.records.evidence import SeriesEvidence
from forensics.records.signal import Signal, Windows
from forensics.records.window import SECOND
from forensics.signals import counters, quantities
from forensics.signals.windowing import capped, hull, phase
from forensics.store import Store

# Robust deviations below which a shift is ordinary; 3.5 is Iglewicz and Hoaglin's bound for the modified z-score.
LEAST = 3.5
# Scales the median absolute deviation to the standard deviation of a normal distribution.
MAD = 1.4826
# A quartile wanders more than a median; its shift counts for that much less.
QUARTER = 0.7
# Tenth and ninetieth percentile of a normal distribution lie this far from its median.
TENTH = 1.2816


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each series whose level during the incident is unlike its baseline."""
    known = quantities.load(library)
    series = store.scan("series").collect()
    kinds = quantities.by_metric(series["metric"].unique().to_list(), known)
    counted = counters.found(store)
    shifts = _shifts(samples(store, windows, counted), series, kinds)
    return [
        _counted(store, signal, row, windows) if row["series_id"] in counted else signal
        for row in shifts.iter_rows(named=True)
        for signal in (_signal(row, windows, kinds[row["metric"]]),)
    ]


def _counted(store: Store, signal: Signal, row: Mapping[str, object], windows: Windows) -> Signal:
    """The signal of a counter: rates a minute, and evidence by how much it grew."""
    phases = (windows.incident, *windows.baselines[:1])
    labels = str(row["labels"])
    grown = (
        item
        for each in phases
        for item in counters.evidence(store, signal.component, signal.subject, labels, signal.peer, each)
    )
    return replace(signal, unit="/min", evidence=tuple(grown))


def samples(store: Store, windows: Windows, counted: frozenset[int]) -> pl.DataFrame:
    """Finite samples of both phases: series_id, time, value, phase, sorted; of the counters ``counted`` rates a minute."""
    frame = (
        store.scan("metrics")
        .filter(pl.col("value").is_finite())
        .select("series_id", "time", "value")
        .sort("series_id", "time", "value")
        .collect()
    )
    return counters.rates(frame, counted).with_columns(phase(windows, "time")).filter(pl.col("phase").is_not_null())


def _shifts(frame: pl.DataFrame, series: pl.DataFrame, kinds: Mapping[str, quantities.Quantity]) -> pl.DataFrame:
    """A row for each series that shifted: statistics of both phases, size, direction, onset."""
    during = frame.filter(pl.col("phase") == "during")
    base, here = _phases(frame)
    floors = pl.DataFrame(
        {
            "metric": list(kinds),
            "floor": [kinds[name].floor for name in kinds],
            "worse": [kinds[name].worse for name in kinds],
        },
        schema={"metric": pl.String, "floor": pl.Float64, "worse": pl.Int64},
    )
    # A component's own kind of metric gives the scale where its series is flat: what its peers usually show.
    table = base.join(here, on="series_id").join(series, on="series_id").join(floors, on="metric")
    usual = table.group_by("metric").agg(pl.col("median").abs().median().alias("usual"))
    table = table.join(usual, on="metric").with_columns(
        pl.max_horizontal(
            pl.col("mad") * MAD,
            # A skewed series reaches far on one side as a rule: that side gives the spread.
            pl.when(pl.col("now") >= pl.col("median"))
            .then(pl.col("peak") - pl.col("median"))
            .otherwise(pl.col("median") - pl.col("trough"))
            / TENTH,
            pl.col("floor") * pl.col("median").abs(),
            pl.col("floor") * 0.1 * pl.col("usual"),
            pl.lit(1e-9),
        ).alias("scale")
    )
    level = (pl.col("now") - pl.col("median")) / pl.col("scale")
    # What comes and goes moves the upper or lower quarter and leaves the median where it was.
    upper, lower = (
        (pl.col(a) - pl.col(b)) / pl.col("scale") * QUARTER for a, b in (("top", "high"), ("bottom", "low"))
    )
    edge = pl.when(upper.abs() >= lower.abs()).then(upper).otherwise(lower)
    table = table.with_columns(pl.when(level.abs() >= edge.abs()).then(level).otherwise(edge).alias("z"))
    table = table.filter(pl.col("z").abs() >= LEAST, pl.col("n_before") >= 2)
    return table.join(_onsets(during, table), on="series_id", how="left").sort("series_id")


def _phases(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Statistics of every series before and during."""
    before, during = frame.filter(pl.col("phase") == "before"), frame.filter(pl.col("phase") == "during")
    value = pl.col("value")
    base = before.group_by("series_id").agg(
        value.median().alias("median"),
        value.quantile(0.75, "nearest").alias("high"),
        value.quantile(0.25, "nearest").alias("low"),
        value.quantile(0.9, "nearest").alias("peak"),
        value.quantile(0.1, "nearest").alias("trough"),
        pl.len().alias("n_before"),
    )
    deviation = (
        before.join(base, on="series_id")
        .group_by("series_id")
        .agg((pl.col("value") - pl.col("median")).abs().median().alias("mad"))
    )
    here = during.group_by("series_id").agg(
        value.median().alias("now"),
        value.quantile(0.75, "nearest").alias("top"),
        value.quantile(0.25, "nearest").alias("bottom"),
        pl.len().alias("n"),
    )
    return base.join(deviation, on="series_id"), here


def _onsets(during: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """The first sample of the incident on the far side of the midpoint between both levels, and the step of the series."""
    joined = during.join(table.select("series_id", "median", "now", "z"), on="series_id")
    middle = (pl.col("median") + pl.col("now")) / 2
    beyond = pl.when(pl.col("z") > 0).then(pl.col("value") >= middle).otherwise(pl.col("value") <= middle)
    return joined.group_by("series_id").agg(
        pl.col("time").filter(beyond).min().alias("onset"),
        pl.col("time").sort().diff().median().dt.total_microseconds().alias("step"),
    )


def _signal(row: Mapping[str, object], windows: Windows, kind: quantities.Quantity) -> Signal:
    z = float(row["z"])  # type: ignore[arg-type]
    onset = row["onset"]
    labels = labelled(str(row["labels"]), str(row["peer"]))
    before, during = float(row["median"]), float(row["now"])  # type: ignore[arg-type]
    component, metric = str(row["component"]), str(row["metric"])
    evidence = [SeriesEvidence(component, metric, labels, windows.incident, "median", during, int(str(row["n"])))]
    if len(windows.baselines) == 1:
        evidence.append(
            SeriesEvidence(component, metric, labels, hull(windows), "median", before, int(str(row["n_before"])))
        )
    step = row["step"]
    return Signal(
        kind="level_shift",
        component=component,
        subject=metric,
        quantity=kind.name,
        direction=1 if z > 0 else -1,
        size=capped(abs(z)),
        onset=None if onset is None else int((onset - EPOCH).total_seconds() * SECOND),  # type: ignore[operator]
        onset_error_s=float(step) / SECOND if isinstance(step, int | float) else windows.incident.duration_s,
        before=before,
        during=during,
        unit=str(row["unit"]),
        peer=str(row["peer"]),
        evidence=tuple(evidence),
        amount=abs(during - before),
    )
