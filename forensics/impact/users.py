"""Users who met errors, and those who did not get through soon after."""

from dataclasses import dataclass

import polars as pl

from forensics.impact.edge import Edge
from forensics.impact.estimates import exact, unknown
from forensics.measuring import within
from forensics.records.evidence import CountEvidence, Statement
from forensics.records.impact import Estimate
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Window
from forensics.store import Store

# Somebody whose next request succeeds within this tried again and got through.
PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Users:
    """Distinct users with an error, those whom it kept out, errors that name nobody, and all failed requests."""

    erroring: int
    not_recovered: int
    unattributed_errors: int
    failed_requests: int


def affected(events: pl.DataFrame, within_s: float) -> Users:
    """Users from events in any order: columns user (or null), time (microseconds), is_error, and counts (bool).

    Errors count where ``counts`` holds; a user recovered when each of those was followed by a success within ``within_s``.
    """
    errors = events.filter("is_error", "counts")
    named = errors.drop_nulls("user")
    mine = events.filter(pl.col("user").is_in(named["user"].unique().to_list())).sort("user", "time", "is_error")
    success = pl.when(~pl.col("is_error")).then(pl.col("time")).backward_fill().over("user")
    met = mine.with_columns((success - pl.col("time")).alias("wait")).filter("is_error", "counts")
    kept_out = met.filter(pl.col("wait").is_null() | (pl.col("wait") > round(within_s * 1e6)))
    return Users(
        named["user"].n_unique(), kept_out["user"].n_unique(), errors.height - named.height, errors.height
    )  # fmt: skip


def count(store: Store, windows: Windows, found: Edge | None) -> tuple[Estimate, Estimate, Estimate]:
    """Users affected, users who did not get through within a minute, and failed requests that name nobody."""
    if found is None or found.source != "requests":
        return (unknown("impact.no_users", "users"),) * 2 + (unknown("impact.no_requests", "requests"),)
    reach = Window(windows.incident.start, windows.incident.end + 10 * MINUTE)
    events = (
        store.scan("requests")
        .filter(pl.col("component") == found.component, within(reach))
        .select(
            "user",
            pl.col("time").to_physical(),
            pl.col("is_error").fill_null(value=False),
            within(windows.incident).alias("counts"),
        )
        .collect()
    )
    if events["user"].null_count() == events.height:
        most = float(found.failed)
        says = Statement("impact.users_bound", {"n": most})
        bound = Estimate(None, min(1.0, most), most, "users", says, (found.failed_evidence,))
        return bound, bound, exact(most, "requests", "impact.unattributed", (found.failed_evidence,))
    counted = affected(events, PATIENCE_S)
    failed = found.failed_evidence
    cited = CountEvidence(failed.table, failed.filters, failed.window, "distinct:user", counted.erroring)
    return (
        _with_unnamed(counted.erroring, counted.unattributed_errors, "impact.users", cited),
        _with_unnamed(counted.not_recovered, counted.unattributed_errors, "impact.users_kept_out", cited),
        exact(float(counted.unattributed_errors), "requests", "impact.unattributed", (failed,)),
    )


def _with_unnamed(named: int, unnamed: int, say: str, cited: CountEvidence) -> Estimate:
    """Exact where every failed request names its user; else up to one more user a nameless error."""
    says = Statement(say, {"unnamed": unnamed})
    return Estimate(float(named), float(named), float(named + unnamed), "users", says, (cited,))
