"""Faults of what the shop's services rely on: names, mesh, cache, queue, flags, and their own patience."""

from tools.simulate.faults.cluster import event
from tools.simulate.faults.innocent import deploy
from tools.simulate.faults.shapes import decay, flat, ramp, step
from tools.simulate.faults.world import LENGTH, ONSET, OVER, Alert, World, always


def name_server(w: World) -> None:
    """The cluster's name server loses its upstream; names are not found or come late."""
    deploy(w, "dep-702", "checkout", ONSET - 8, 3)
    for name, said in (("payments", "ledger-db"), ("catalog", "catalog-db"), ("stock", "redis")):
        w.breaks(
            name, step(ONSET, OVER, 0.18),
            always(f"dial tcp: lookup {said}.shop.svc.cluster.local on 10.96.0.10:53: read udp 10.4.1.7:41652->10.96.0.10:53: i/o timeout"),
            503, 2.0,
        )  # fmt: skip
        w.slows(name, flat(1.0), step(ONSET, OVER, 0.4))
    w.writes(
        "k8s/coredns.log",
        lambda _: 0.3,
        lambda dice, at: (
            f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z [INFO] plugin/reload: Running configuration SHA512 = {dice.getrandbits(40):x}"
        ),
    )
    w.writes(
        "k8s/coredns.log",
        step(ONSET, OVER, 40.0),
        lambda dice, at: (
            f"{at:%Y-%m-%dT%H:%M:%S.%f}000Z [ERROR] plugin/errors: 2 ledger-db.shop.svc.cluster.local. A: read udp 10.4.0.3:{dice.randrange(32000, 60000)}->169.254.169.253:53: i/o timeout"
        ),
    )
    w.count("coredns", "coredns_dns_responses_total", lambda _: 900.0, service="coredns", rcode="NOERROR")
    w.count(
        "coredns", "coredns_dns_responses_total", step(ONSET, OVER, 260.0, 0.2), service="coredns", rcode="SERVFAIL"
    )
    w.measure(
        "coredns",
        "coredns_forward_request_duration_seconds",
        step(ONSET, OVER, 1.9, 0.004),
        0.1,
        service="coredns",
        quantile="0.99",
    )


def mesh_policy(w: World) -> None:
    """Strict mutual TLS is asked of a service whose callers still send plain text."""
    deploy(w, "dep-811", "storefront", ONSET - 7, 1)
    w.changed("config", "cfg-97", "stock", ONSET, "stock: strict mTLS", STRICT)
    w.breaks(
        "stock",
        step(ONSET, LENGTH, 0.9),
        lambda _: "TLS handshake error from 10.4.2.31:51514: tls: first record does not look like a TLS handshake",
        503,
    )
    w.says(
        "checkout",
        step(ONSET, LENGTH, 20.0),
        "error",
        lambda _: (
            "upstream connect error or disconnect/reset before headers. reset reason: connection termination, response_flags=UC upstream_cluster=outbound|8080||stock.shop.svc.cluster.local"
        ),
    )
    w.count(
        "stock",
        "istio_requests_total",
        step(ONSET, LENGTH, 3.0, 40.0),
        service="stock",
        response_code="200",
        response_flags="-",
    )
    w.count(
        "stock",
        "istio_requests_total",
        step(ONSET, LENGTH, 36.0),
        service="stock",
        response_code="503",
        response_flags="UC",
    )
    w.count("stock", "envoy_listener_ssl_connection_error", step(ONSET, LENGTH, 90.0, 0.05), service="stock")


STRICT = """diff --git a/mesh/stock-peerauthentication.yaml b/mesh/stock-peerauthentication.yaml
--- a/mesh/stock-peerauthentication.yaml
+++ b/mesh/stock-peerauthentication.yaml
@@ -6,3 +6,3 @@
 spec:
   mtls:
-    mode: PERMISSIVE
+    mode: STRICT
"""


def retry_storm(w: World) -> None:
    """Two bad minutes of the ledger are over soon, and the retries they called forth are not."""
    deploy(w, "dep-901", "payments", ONSET - 25, 3)
    w.timeout = 2.0
    w.retries["checkout", "payments"] = step(ONSET, OVER, 4.0, 1.0)
    w.retries["storefront", "checkout"] = step(ONSET, OVER, 2.0, 0.0)
    w.breaks(
        "payments",
        step(ONSET, ONSET + 2, 0.8),
        lambda _: "ledger-db: canceling statement due to statement timeout",
        503,
        1.0,
    )
    w.slows("payments", step(ONSET, OVER, 30.0, 1.0))
    w.breaks(
        "payments",
        decay(ONSET + 2, 60.0, 0.75),
        lambda _: "server is overloaded: 512 requests in flight, rejecting",
        503,
    )
    w.count(
        "payments", "grpc_client_retries_total", step(ONSET, OVER, 380.0, 0.4), service="checkout", target="payments"
    )
    w.measure("payments", "http_requests_in_flight", step(ONSET, OVER, 500.0, 9.0), 0.04, service="payments")


def traffic_surge(w: World) -> None:
    """A campaign brings four times as many people; the catalogue is at its largest already."""
    deploy(w, "dep-1003", "checkout", ONSET - 11, 0)
    w.changed("campaign", "cmp-55", "", ONSET - 1, "Push message to 900 000 users: spring sale")
    w.traffic = ramp(ONSET - 1, ONSET + 3, OVER, 4.2, 1.0)
    w.slows("catalog", ramp(ONSET, ONSET + 3, OVER, 30.0, 1.0))
    w.breaks("catalog", ramp(ONSET + 1, ONSET + 4, OVER, 0.22), lambda _: "all 64 workers busy, request rejected", 503)
    event(
        w,
        ONSET + 2,
        "Normal",
        "SuccessfulRescale",
        "New size: 3; reason: the desired replica count is more than the maximum replica count",
        "HorizontalPodAutoscaler",
        "catalog",
    )
    for metric, value in (
        ("kube_horizontalpodautoscaler_status_current_replicas", 3.0),
        ("kube_horizontalpodautoscaler_spec_max_replicas", 3.0),
    ):
        w.measure("catalog", metric, flat(value), 0.0, namespace="shop", horizontalpodautoscaler="catalog")


def flag_nil(w: World) -> None:
    """A flag sends orders through code that expects an address which guests do not have."""
    deploy(w, "dep-1101", "storefront", ONSET - 5, 2)
    w.changed("flag", "guest_express_checkout", "checkout", ONSET, "guest express checkout")
    said = "TypeError: Cannot read properties of undefined (reading 'postalCode') at shippingZone (/app/src/express.js:41:27)"
    w.breaks("checkout", step(ONSET, LENGTH, 0.55), lambda _: said, 500)


def poison_message(w: World) -> None:
    """One event that cannot be read is taken again and again, and the queue behind it grows."""
    deploy(w, "dep-1202", "storefront", ONSET - 10, 1)
    w.measure(
        "invoice-worker",
        "kafka_consumergroup_lag",
        ramp(ONSET, LENGTH, LENGTH, 4200.0, 8.0),
        0.05,
        service="invoice-worker",
        topic="orders.placed",
        partition="3",
    )
    w.measure(
        "invoice-worker",
        "kafka_consumergroup_lag",
        flat(7.0),
        0.2,
        service="invoice-worker",
        topic="orders.placed",
        partition="1",
    )
    w.count(
        "invoice-worker",
        "kafka_consumer_records_consumed_total",
        step(ONSET, LENGTH, 60.0, 130.0),
        service="invoice-worker",
    )
    w.alerted.append(Alert("invoice-worker", "ConsumerLagHigh", ONSET + 14, None, 1212.0, 1000.0))
    w.says("invoice-worker", lambda _: 2.0, "info", lambda dice: f"invoiced order o-{dice.randrange(10**6)}")
    w.says(
        "invoice-worker",
        step(ONSET, LENGTH, 12.0),
        "error",
        lambda _: (
            "org.apache.kafka.common.errors.SerializationException: Error deserializing key/value for partition orders.placed-3 at offset 884213. If needed, please seek past the record to continue consumption."
        ),
    )
    w.says(
        "invoice-worker",
        step(ONSET, LENGTH, 12.0),
        "warn",
        lambda _: "record orders.placed-3@884213 is malformed: unexpected token at position 0, retrying",
    )


def cache_eviction(w: World) -> None:
    """The cache reaches its memory limit, evicts what is still wanted, and the database behind it is asked instead."""
    deploy(w, "dep-1301", "catalog", ONSET - 18, 0)
    full = ramp(ONSET - 60, ONSET, LENGTH, 2.147e9, 1.5e9)
    w.measure("redis", "redis_memory_used_bytes", full, 0.002, service="redis")
    w.measure("redis", "redis_memory_max_bytes", flat(2.147e9), 0.0, service="redis")
    w.count("redis", "redis_evicted_keys_total", step(ONSET, LENGTH, 5200.0), service="redis")
    w.count("redis", "redis_keyspace_hits_total", step(ONSET, LENGTH, 2100.0, 6000.0), service="redis")
    w.count("redis", "redis_keyspace_misses_total", step(ONSET, LENGTH, 4200.0, 240.0), service="redis")
    w.slows("stock", step(ONSET, LENGTH, 14.0, 1.0))
    w.says(
        "stock",
        step(ONSET, LENGTH, 9.0, 0.1),
        "warn",
        lambda dice: f"cache miss for item {dice.randrange(9000)}, rebuilding from source",
    )
    w.breaks("stock", step(ONSET + 2, LENGTH, 0.06), lambda _: "rebuilding item from source timed out", 500)
