"""Log messages whose rate changed: new, vanished, risen, fallen; normalised by how much was logged at all."""

import math

import polars as pl

from forensics.library import Library
from forensics.records.evidence import CountEvidence, LineEvidence
from forensics.records.signal import Signal, Windows
from forensics.signals.windowing import capped, minutes, phase
from forensics.store import Store

# A change smaller than this many deviations of a Poisson count is ordinary.
LEAST = 4.0
MOST = 400


def detect(store: Store, windows: Windows, library: Library) -> list[Signal]:
    """A signal for each template of a component whose rate changed; new and vanished ones count most.

    Size is the deviation of the count from what the baseline's rate predicts, in Poisson deviations after the
    variance-stabilising square root (Anscombe 1948): ``2 (sqrt(during) - sqrt(expected))``.
    """
    table = _rates(store, windows)
    share = _traffic(table)
    found: list[Signal] = []
    examples = _examples(store, windows, table)
    for row in table.iter_rows(named=True):
        expected = row["before"] * share
        size = 2 * (math.sqrt(row["during"] + 0.375) - math.sqrt(expected + 0.375))
        if row["before"] == 0 and row["severity"] >= 17:
            # Never seen before and an error: its first line already says something.
            size += LEAST
        if abs(size) >= LEAST:
            found.append(_signal(row, size, expected, windows, examples.get((row["component"], row["template_id"]))))
    return sorted(found, key=lambda each: (-each.size, each.component, each.subject))[:MOST]


def _traffic(table: pl.DataFrame) -> float:
    """How much was logged during the incident for each line before it: the median over components that log in both.

    Logs often cover part of a baseline only, and an error storm in one component must not shrink all others.
    """
    both = (
        table.group_by("component")
        .agg(pl.col("before", "during").sum())
        .filter(pl.col("before") > 0, pl.col("during") > 0)
    )
    ratios = (both["during"] / both["before"]).sort()
    return float(ratios.median() or 0.0) if len(ratios) else 1.0  # type: ignore[arg-type]


def _rates(store: Store, windows: Windows) -> pl.DataFrame:
    """Counts of every template of a component in both phases, with severity and first time during the incident."""
    names = store.scan("templates").select("message_key", "template_id", "template")
    counted = store.scan("counts").with_columns(phase(windows, "minute")).filter(pl.col("phase").is_not_null())
    return (
        counted.join(names, on="message_key")
        .group_by("component", "template_id", "template")
        .agg(
            pl.col("n").filter(pl.col("phase") == "before").sum().alias("before"),
            pl.col("n").filter(pl.col("phase") == "during").sum().alias("during"),
            pl.col("severity").max(),
            pl.col("minute").filter(pl.col("phase") == "during").min().alias("onset"),
        )
        .sort("component", "template_id")
        .collect()
    )


def _examples(store: Store, windows: Windows, table: pl.DataFrame) -> dict[tuple[str, str], tuple[LineEvidence, int]]:
    """The first line of each template and component during the incident."""
    keys = store.scan("templates").select("message_key", "template_id")
    logs = (
        store.scan("logs").with_columns(phase(windows, "time")).filter(pl.col("phase") == "during", pl.col("line") > 0)
    )
    first = (
        logs.join(keys, on="message_key")
        .sort("time", "file", "line")
        .group_by("component", "template_id", maintain_order=True)
        .agg(pl.col("file", "line", "message", "time").first())
        .collect()
    )
    return {
        (row["component"], row["template_id"]): (
            LineEvidence(row["file"], row["line"], row["line"], row["message"].split("\n")[0][:300]),
            int(row["time"].timestamp() * 1e6),
        )
        for row in first.with_columns(pl.col("time").dt.replace_time_zone("UTC")).iter_rows(named=True)
    }


def _signal(
    row: dict[str, object], size: float, expected: float, windows: Windows, example: tuple[LineEvidence, int] | None
) -> Signal:
    length = minutes([windows.incident])
    component = str(row["component"])
    is_error = int(str(row["severity"])) >= 17
    evidence: list[LineEvidence | CountEvidence] = [example[0]] if example else []
    if not example:
        evidence.append(CountEvidence("counts", (("component", "=", component),), windows.incident, "rows", 0))
    return Signal(
        kind="template_rate",
        component=component,
        subject=str(row["template"]),
        quantity="errors" if is_error else "template",
        direction=1 if size > 0 else -1,
        size=capped(abs(size)),
        onset=example[1] if example and size > 0 else None,
        onset_error_s=60.0 if size < 0 else 1.0,
        before=expected / length,
        during=float(str(row["during"])) / length,
        unit="/min",
        evidence=tuple(evidence) if example else (),
    )
