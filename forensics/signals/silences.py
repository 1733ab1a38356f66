"""Components that stopped logging."""

import polars as pl

from forensics.library import Library
from forensics.records.evidence import CountEvidence
from forensics.records.signal import Signal, Windows
from forensics.signals.windowing import capped, minutes, phase
from forensics.store import Store

# Fewer lines than these in the time of the incident would be silence by chance.
FEWEST = 12.0


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each component that logged before and says nothing during the incident."""
    table = (
        store.scan("counts")
        .with_columns(phase(windows, "minute"))
        .filter(pl.col("phase").is_not_null(), pl.col("component") != "")
        .group_by("component")
        .agg(
            pl.col("n").filter(pl.col("phase") == "before").sum().alias("before"),
            pl.col("n").filter(pl.col("phase") == "during").sum().alias("during"),
        )
        .sort("component")
        .collect()
    )
    if not table["during"].sum():
        # Nobody logs during the incident: the export ends before it, and that is no silence.
        return []
    share = minutes([windows.incident]) / minutes(windows.baselines)
    return [
        Signal(
            "silence", name, "no log line", "silence", -1, capped(2 * (before * share) ** 0.5), windows.incident.start, 60.0,
            before / minutes(windows.baselines), 0.0, "/min",
            evidence=(CountEvidence("counts", (("component", "=", name),), windows.incident, "rows", 0),),
        )
        for name, before, during in table.rows()
        if during == 0 and before * share >= FEWEST
    ]  # fmt: skip
