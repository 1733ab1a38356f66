"""What a scenario fixes: load, resources, and what is changed when."""

from dataclasses import dataclass, field

MINUTE = 60.0
HOUR = 3_600.0
DAY = 86_400.0


@dataclass(frozen=True)
class Change:
    """Something that people did: ``kind`` deploy, migration or campaign; seconds after the start of the simulation."""

    id: str
    kind: str
    component: str
    at: float
    title: str
    version: str = ""
    commit: str = ""
    status: str = "succeeded"


@dataclass(frozen=True)
class Scenario:
    """One incident, or none. Times are seconds after ``epoch`` (Unix time of the start)."""

    name: str
    seed: int
    epoch: int = 1_778_018_400  # 2026-05-05T22:00:00Z
    length: float = 25 * HOUR + 7 * MINUTE
    exported: float = 75 * MINUTE  # how much of the end is exported as logs
    day_rate: float = 7.0  # orders a second at the busiest hour
    night_rate: float = 1.2
    busiest: float = 24.3 * HOUR  # after the start
    pool: int = 50
    pool_timeout: float = 3.0
    hold: float = 2.3  # seconds that a payment holds a connection, mean
    job_every: float = 1.5
    job_hold: float = 0.35
    job_workers: int = 38
    slow_jobs: tuple[float, float] | None = None  # from, until: job queries lack their index
    slow_job_hold: float = 170.0
    surge: tuple[float, float, float] | None = None  # from, until, factor on arrivals
    changes: tuple[Change, ...] = ()
    commits: tuple[tuple[str, float, str, str], ...] = ()  # sha, at, title, diff
    alert_after: float = 180.0
    notes: tuple[tuple[float, str, str], ...] = field(default=())


START = 24 * HOUR + 13 * MINUTE
INDEX = """diff --git a/migrations/0187_drop_unused_indexes.sql b/migrations/0187_drop_unused_indexes.sql
--- /dev/null
+++ b/migrations/0187_drop_unused_indexes.sql
@@ -0,0 +1,3 @@
+-- tidy up indexes that the planner statistics call unused
+DROP INDEX CONCURRENTLY IF EXISTS payments_unreconciled_idx;
+DROP INDEX CONCURRENTLY IF EXISTS payments_legacy_ref_idx;
"""
STYLE = """diff --git a/services/checkout/templates/summary.html b/services/checkout/templates/summary.html
--- a/services/checkout/templates/summary.html
+++ b/services/checkout/templates/summary.html
@@ -12,3 +12,3 @@
-    <h2 class="total">Total</h2>
+    <h2 class="total total--large">Your total</h2>
"""
README = """diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -3,1 +3,1 @@
-Run the tests with make.
+Run the tests with make test.
"""

POOL = Scenario(
    name="checkout-pool-exhaustion",
    seed=11,
    slow_jobs=(START, START + 22.3 * MINUTE),
    changes=(
        Change("dep-2291", "deploy", "inventory", 22.2 * HOUR, "Inventory 4.8.1", "4.8.1", "b81c07d2"),
        Change("dep-2293", "deploy", "checkout", START - 6.5 * MINUTE, "Checkout 7.12.0: larger totals", "7.12.0", "5e0f9a41"),
        Change("mig-0187", "migration", "payment", START, "Drop unused indexes", "0187", "9c44d1e7"),
        Change("mig-0188", "migration", "payment", START + 22.3 * MINUTE, "Restore payments_unreconciled_idx", "0188", "f27be630"),
    ),
    commits=(
        ("b81c07d2f0c94f0c8a6f31f1e0a2b6c4d1e7f089", 21.6 * HOUR, "Say how to run the tests", README),
        ("5e0f9a41c7d24be39a1ff0e2b7c6d5a4938271f0", START - 35 * MINUTE, "Show totals larger", STYLE),
        ("9c44d1e7a5b34c2d8e9f0a1b2c3d4e5f60718293", START - 12 * MINUTE, "Tidy up unused indexes", INDEX),
    ),
    notes=(
        (200.0, "on-call engineer", "I am looking into it: checkout returns 502s since a few minutes."),
        (420.0, "incident commander", "Acknowledged. Was the checkout deploy the cause? Hold further deploys."),
        (760.0, "database engineer", "All 50 connections of payment's pool are taken, most of them by the reconciliation job."),
        (1_130.0, "database engineer", "The job scans the whole table since the index is gone. Restoring it."),
        (1_380.0, "on-call engineer", "Index is back, mitigated. Errors are falling."),
        (1_800.0, "incident commander", "Back to normal for five minutes. Resolved."),
    ),
)  # fmt: skip
SURGE = Scenario(
    name="campaign-surge",
    seed=23,
    day_rate=4.0,
    hold=3.0,
    surge=(START, START + 26 * MINUTE, 4.6),
    changes=(
        Change("dep-2310", "deploy", "checkout", START - 9 * MINUTE, "Checkout 7.13.0: new footer", "7.13.0", "aa10c3f5"),
        Change("cmp-0412", "campaign", "", START - 20.0, "Push message to 400 000 app users: spring sale"),
    ),
    commits=(("aa10c3f5d7e94c1b8f2a3b4c5d6e7f8091a2b3c4", START - 50 * MINUTE, "Show totals larger", STYLE),),
    notes=(
        (240.0, "on-call engineer", "I am looking into it: checkout is slow and returns 502s."),
        (900.0, "marketing", "The spring push went out at the full hour, to everyone at once."),
        (1_620.0, "on-call engineer", "Load is falling, mitigated by itself."),
        (2_000.0, "incident commander", "Back to normal. Resolved."),
    ),
)  # fmt: skip
HEALTHY = Scenario(
    name="healthy",
    seed=37,
    changes=(
        Change("dep-2270", "deploy", "inventory", 24 * HOUR - 20 * MINUTE, "Inventory 4.8.0", "4.8.0", "c0ffee12"),
        Change(
            "dep-2271",
            "deploy",
            "checkout",
            24 * HOUR + 25 * MINUTE,
            "Checkout 7.11.2: new footer",
            "7.11.2",
            "d00dfeed",
        ),
    ),
    commits=(("d00dfeed0a1b2c3d4e5f60718293a4b5c6d7e8f9", 24 * HOUR, "Show totals larger", STYLE),),
)
SCENARIOS = {each.name: each for each in (POOL, SURGE, HEALTHY)}
