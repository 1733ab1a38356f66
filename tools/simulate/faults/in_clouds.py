"""Faults of managed services."""

from tools.simulate.faults.clouds import ALB, DISTRIBUTION, report
from tools.simulate.faults.innocent import deploy
from tools.simulate.faults.shapes import flat, ramp, step
from tools.simulate.faults.world import LENGTH, ONSET, OVER, Alert, World


def cdn_misses(w: World) -> None:
    """The cache key takes in every cookie: almost nothing is found in the cache, and the origin serves it all."""
    deploy(w, "dep-51", "seats-api", ONSET - 14, 3)
    w.changed("config", "cfg-5", "cloudfront", ONSET, "cloudfront: pass cookies on for the new consent banner", COOKIES)
    w.documents["cloudtrail.json"] = [
        {
            "EventId": "9d1f",
            "EventName": "UpdateDistribution",
            "EventTime": w.iso(ONSET),
            "EventSource": "cloudfront.amazonaws.com",
            "Username": "terraform",
        },
        {
            "EventId": "9d20",
            "EventName": "DescribeInstances",
            "EventTime": w.iso(ONSET - 3),
            "EventSource": "ec2.amazonaws.com",
            "Username": "inventory",
        },
    ]
    w.chance["cloudfront", ALB] = step(ONSET, LENGTH, 0.97, 0.3)
    aws(w, DISTRIBUTION, "CacheHitRate", "AWS/CloudFront", "DistributionId", step(ONSET, LENGTH, 3.4, 71.0), "Percent")
    aws(
        w,
        DISTRIBUTION,
        "OriginLatency",
        "AWS/CloudFront",
        "DistributionId",
        step(ONSET, LENGTH, 2900.0, 130.0),
        "Milliseconds",
    )
    w.slows("seats-api", ramp(ONSET, ONSET + 4, LENGTH, 45.0, 1.0))
    w.breaks(
        "seats-api", ramp(ONSET + 2, ONSET + 6, LENGTH, 0.12), lambda _: "accept queue full, 128 requests waiting", 503
    )


COOKIES = """diff --git a/terraform/cdn.tf b/terraform/cdn.tf
--- a/terraform/cdn.tf
+++ b/terraform/cdn.tf
@@ -14,5 +14,5 @@
   cookies_config {
-    cookie_behavior = "none"
+    cookie_behavior = "all"
   }
"""


def aws(
    w: World, component: str, metric: str, namespace: str, dimension: str, curve: object, unit: str = "Count"
) -> None:
    """A CloudWatch series."""
    assert callable(curve)
    w.measure(component, metric, curve, 0.03, namespace=namespace, dimension=dimension, unit=unit)


def cold_starts(w: World) -> None:
    """The provider gives the function a new runtime: every environment starts anew, again and again."""
    deploy(w, "dep-52", "seats-api", ONSET - 17, 0)
    w.says(
        "price-quote",
        step(ONSET, OVER, 22.0, 0.1),
        "info",
        lambda dice: report(dice, 90 + dice.random() * 60, 3600 + dice.random() * 1300),
    )
    w.says(
        "price-quote",
        step(ONSET, OVER, 22.0, 0.1),
        "info",
        lambda _: (
            "INIT_START Runtime Version: java:21.v29\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:fab1c3"
        ),
    )
    aws(
        w,
        "price-quote",
        "InitDuration",
        "LambdaInsights",
        "function_name",
        step(ONSET, OVER, 4200.0, 620.0),
        "Milliseconds",
    )
    aws(w, "price-quote", "ConcurrentExecutions", "AWS/Lambda", "FunctionName", step(ONSET, OVER, 31.0, 5.0))
    w.slows("price-quote", flat(1.0), step(ONSET, OVER, 4.1))
    w.timeout = 5.0


def function_throttled(w: World) -> None:
    """A batch function takes the account's concurrency; customers' calls are refused."""
    deploy(w, "dep-53", "seats-api", ONSET - 5, 1)
    aws(w, "price-quote", "Throttles", "AWS/Lambda", "FunctionName", step(ONSET, OVER, 42.0))
    aws(w, "nightly-export", "ConcurrentExecutions", "AWS/Lambda", "FunctionName", step(ONSET - 1, OVER, 985.0, 2.0))
    aws(w, "account", "UnreservedConcurrentExecutions", "AWS/Lambda", "Account", step(ONSET - 1, OVER, 1000.0, 14.0))
    said = "An error occurred (TooManyRequestsException) when calling the Invoke operation (reached max retries: 4): Rate Exceeded."
    w.says(
        "seats-api",
        step(ONSET, OVER, 30.0),
        "error",
        lambda _: f"price-quote: {said} Reason: ConcurrentInvocationLimitExceeded",
    )
    w.breaks(
        "price-quote",
        step(ONSET, OVER, 0.55),
        lambda _: "invocation refused: concurrency limit of the account reached",
        503,
    )


def function_timeout(w: World) -> None:
    """A rates service outside answers late, and the function is ended by its own time limit."""
    deploy(w, "dep-54", "seats-api", ONSET - 12, 2)
    w.timeout = 9.0
    w.slows("price-quote", flat(1.0), step(ONSET, OVER, 1.6))
    w.breaks(
        "price-quote",
        step(ONSET, OVER, 0.4),
        lambda dice: f"{dice.getrandbits(32):08x}-55e1-4c0e-a0b7-2f6d1c9e0a11 Task timed out after 6.01 seconds",
        504,
        5.9,
    )
    w.says(
        "price-quote",
        step(ONSET, OVER, 18.0, 0.02),
        "warn",
        lambda _: (
            "HTTPSConnectionPool(host='api.fxrates.example', port=443): Read timed out. (read timeout=2.0), trying again"
        ),
    )


def replica_lag(w: World) -> None:
    """The replica falls behind a bulk update; what was just written is not found on it."""
    deploy(w, "dep-55", "seats-api", ONSET - 21, 3)
    replica = "seats-db-replica-1"
    aws(
        w,
        replica,
        "ReplicaLag",
        "AWS/RDS",
        "DBInstanceIdentifier",
        ramp(ONSET - 4, OVER, OVER + 1, 860.0, 0.4),
        "Seconds",
    )
    for name, level in (("seats-db", 31.0), (replica, 88.0)):
        aws(w, name, "CPUUtilization", "AWS/RDS", "DBInstanceIdentifier", step(ONSET - 4, OVER, level, 13.0), "Percent")
    aws(
        w,
        "seats-db",
        "WriteIOPS",
        "AWS/RDS",
        "DBInstanceIdentifier",
        step(ONSET - 4, OVER, 2400.0, 180.0),
        "Count/Second",
    )
    w.says(
        "seats-api",
        step(ONSET, OVER, 9.0),
        "warn",
        lambda _: "replica is behind by more than 30s, reading from it anyway",
    )
    w.breaks(
        "seats-api",
        step(ONSET, OVER, 0.16),
        lambda dice: f"hold h-{dice.randrange(10**6)} that was just made is not found",
        500,
    )


def burst_credits(w: World) -> None:
    """The volume has used up its burst credits; reads and writes wait for the disk."""
    deploy(w, "dep-56", "seats-api", ONSET - 16, 0)
    rds = "AWS/RDS", "DBInstanceIdentifier"
    aws(w, "seats-db", "BurstBalance", *rds, ramp(ONSET - 90, ONSET, LENGTH, 0.0, 92.0), "Percent")
    aws(w, "seats-db", "DiskQueueDepth", *rds, step(ONSET, LENGTH, 74.0, 0.9))
    aws(w, "seats-db", "ReadLatency", *rds, step(ONSET, LENGTH, 0.41, 0.002), "Seconds")
    aws(w, "seats-db", "WriteLatency", *rds, step(ONSET, LENGTH, 0.63, 0.003), "Seconds")
    aws(w, "seats-db", "ReadIOPS", *rds, step(ONSET, LENGTH, 300.0, 910.0), "Count/Second")
    w.slows("seats-db", flat(1.0), step(ONSET, LENGTH, 1.9))
    w.breaks(
        "seats-db",
        step(ONSET + 1, LENGTH, 0.1),
        lambda _: "org.postgresql.util.PSQLException: ERROR: canceling statement due to statement timeout",
        500,
        3.0,
    )


def provider_outage(w: World) -> None:
    """The payment provider answers 503 in the region; our own services are well."""
    deploy(w, "dep-57", "billing", ONSET - 26, 1)
    deploy(w, "dep-58", "frontdoor", ONSET - 4, 0)
    w.documents["status/paygate.json"] = {
        "page": {"name": "paygate"}, "components": [{"name": "Charges API (EU)", "status": "partial_outage", "updated_at": w.iso(ONSET + 9)}],
        "incidents": [{"id": "kx81", "name": "Elevated error rates on charges in EU", "status": "identified", "impact": "major", "started_at": w.iso(ONSET + 2)}],
    }  # fmt: skip
    w.breaks(
        "billing",
        step(ONSET, OVER, 0.6),
        lambda _: 'POST https://api.paygate.example/v2/charges returned 503: {"error":{"type":"api_unavailable"}}',
        502,
        1.2,
    )
    w.says("billing", step(ONSET, OVER, 5.0), "warn", lambda _: "circuit breaker for api.paygate.example is open")


def malformed_feed(w: World) -> None:
    """A supplier's price file comes with decimal commas: rows are refused and rooms show no price."""
    deploy(w, "dep-59", "orders-svc", ONSET - 9, 2)
    w.says(
        "feed-import",
        lambda _: 1.0,
        "info",
        lambda dice: f"imported {dice.randrange(180, 220)} rows of supplier file {dice.randrange(10**4)}",
    )
    w.says(
        "feed-import",
        step(ONSET, LENGTH, 45.0, 0.05),
        "error",
        lambda dice: (
            f"row {dice.randrange(9000)} of supplier file refused: could not parse '{dice.randrange(200)},{dice.randrange(99):02d}' as decimal in column price"
        ),
    )
    w.measure("feed-import", "rows_rejected", step(ONSET, LENGTH, 190.0, 0.4), 0.06)
    w.measure("feed-import", "rows_imported", step(ONSET, LENGTH, 12.0, 201.0), 0.06)
    w.says(
        "orders-svc",
        step(ONSET + 3, LENGTH, 12.0),
        "error",
        lambda dice: f"room {dice.randrange(400)} has no price, order refused: ValidationError price must not be null",
    )
    w.breaks("orders-svc", step(ONSET + 3, LENGTH, 0.3), lambda _: "ValidationError: price must not be null", 500)
    w.alerted.append(Alert("feed-import", "RejectedRowsHigh", ONSET + 6, None, 190.0, 20.0))
