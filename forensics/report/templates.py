"""Log templates with their rates before and during the incident."""

from typing import Any

import polars as pl

from forensics.clock import iso
from forensics.measuring import within
from forensics.records.case import Case
from forensics.records.evidence import LineEvidence
from forensics.records.report.investigation import TemplateOut
from forensics.records.report.prose import claim
from forensics.records.window import MINUTE, Micros, Window
from forensics.report.citing import Register
from forensics.store import Store

MOST = 60


def rows(case: Case, store: Store, register: Register) -> tuple[TemplateOut, ...]:
    """Templates of the incident: those whose rate changed most first, errors before others."""
    windows = case.windows
    names = store.scan("templates").select("message_key", "template_id", "template")
    during = within(windows.incident, "minute")
    before = (
        pl.any_horizontal([within(each, "minute") for each in windows.baselines])
        if windows.baselines
        else pl.lit(value=False)
    )
    table = (
        store.scan("counts")
        .join(names, on="message_key")
        .group_by("template_id", "template")
        .agg(
            pl.col("n").sum().alias("count"),
            pl.col("n").filter(before).sum().alias("before"),
            pl.col("n").filter(during).sum().alias("during"),
            pl.col("severity").max(),
            pl.col("minute").min().to_physical().alias("first"),
            pl.col("component").unique().sort().alias("components"),
        )
        .filter((pl.col("during") > 0) | (pl.col("before") > 0))
        .collect()
    )
    length = max((windows.incident.end - windows.incident.start) / MINUTE, 1e-9)
    past = max(_covered(store, windows.baselines) / MINUTE, 1e-9)
    table = table.with_columns((pl.col("during") / length).alias("rate"), (pl.col("before") / past).alias("base"))
    change = (pl.col("rate") - pl.col("base")).abs() / (pl.col("base") + 0.1)
    ranked = table.with_columns(change.alias("change")).sort(
        [pl.col("severity") >= 17, "change", "count", "template_id"], descending=[True, True, True, False]
    )
    kept = ranked.head(MOST)
    examples = _examples(store, kept["template_id"].to_list())
    return tuple(
        _row(row, examples.get(row["template_id"]), register, bool(windows.baselines))
        for row in kept.iter_rows(named=True)
    )


def _covered(store: Store, baselines: tuple[Window, ...]) -> Micros:
    """How much of the baselines the logs cover: metrics often reach days further back."""
    minutes = pl.col("minute").to_physical()
    first, last = (
        store.scan("counts").select(minutes.min().alias("first"), minutes.max().alias("last")).collect().row(0)
    )
    if first is None:
        return 0
    return sum(max(0, min(each.end, last + MINUTE) - max(each.start, first)) for each in baselines)


def _examples(store: Store, wanted: list[str]) -> dict[str, LineEvidence]:
    keys = store.scan("templates").filter(pl.col("template_id").is_in(wanted)).select("message_key", "template_id")
    first = (
        store.scan("logs").filter(pl.col("line") > 0).join(keys, on="message_key")
        .sort("time", "file", "line").group_by("template_id", maintain_order=True).agg(pl.col("file", "line", "message").first())
        .collect()
    )  # fmt: skip
    return {
        row["template_id"]: LineEvidence(row["file"], row["line"], row["line"], row["message"].split("\n")[0][:300])
        for row in first.iter_rows(named=True)
    }


def _row(row: dict[str, object], example: LineEvidence | None, register: Register, has_baseline: bool) -> TemplateOut:
    base, rate = float(str(row["base"])), float(str(row["rate"]))
    return TemplateOut(
        claim("template", "", str(row["template_id"])),
        str(row["template_id"]),
        str(row["template"])[:600],
        int(str(row["count"])),
        base if has_baseline else None,
        rate,
        rate / base if base > 0 and has_baseline else None,
        iso(int(str(row["first"]))),
        tuple(row["components"][:20]),  # type: ignore[index]
        int(str(row["severity"])),
        example.text if example else "",
        register.cite([example] if example else []),
    )


def clusters(case: Case) -> tuple[dict[str, Any], ...]:
    """Error patterns, largest first."""
    return tuple(
        {
            "claim": claim("cluster", "", each.name),
            "name": each.name[:300],
            "members": [member[:300] for member in each.members],
            "components": list(each.components),
            "first_seen": iso(each.first),
            "count": each.count,
        }
        for each in case.findings.clusters[:30]
    )
