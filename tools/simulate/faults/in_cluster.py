"""Faults of the shop on Kubernetes."""

from tools.simulate.faults.cluster import NODES, broken, crash, event, pod
from tools.simulate.faults.innocent import deploy
from tools.simulate.faults.shapes import flat, ramp, saw, spikes, stairs, step
from tools.simulate.faults.world import LENGTH, ONSET, OVER, World


def memory_leak(w: World) -> None:
    """A cache without a bound grows until the kernel ends the container, again and again."""
    deploy(w, "dep-118", "storefront", ONSET - 6)
    w.changed("deploy", "dep-117", "payments", ONSET - 44, "payments 3.4.0: remember receipts", LEAK, version="3.4.0")
    grows = saw(ONSET - 44, LENGTH, 0.8e9, 2.14e9, 47, 0.8e9)
    for instance in range(3):
        who = pod(w, "payments", instance)
        w.measure(
            "payments",
            "container_memory_working_set_bytes",
            grows,
            0.01,
            namespace="shop",
            pod=who,
            container="payments",
            job="kubelet",
        )
        kills = [ONSET + 3 + 9 * number + instance for number in range(4)]
        w.measure(
            "payments", "kube_pod_container_status_restarts_total",
            stairs(kills), 0.0, namespace="shop", pod=who, container="payments", job="kubelet",
        )  # fmt: skip
        for at in kills:
            event(
                w,
                at,
                "Warning",
                "OOMKilling",
                f"Memory cgroup out of memory: Killed process {3000 + int(at)} (java)",
                "Node",
                NODES[instance],
            )
            event(w, at + 0.4, "Warning", "BackOff", "Back-off restarting failed container payments", "Pod", who, 3)
        broken(w, "payments", instance, crash(w, "payments", kills[-1], "OOMKilled", 137))
    w.slows("payments", ramp(ONSET - 10, ONSET + 5, LENGTH, 9.0, 1.0))
    w.breaks("payments", step(ONSET + 3, LENGTH, 0.35), lambda _: "java.lang.OutOfMemoryError: Java heap space", 503)


LEAK = """diff --git a/payments/src/receipts.py b/payments/src/receipts.py
--- a/payments/src/receipts.py
+++ b/payments/src/receipts.py
@@ -1,8 +1,12 @@
-from functools import lru_cache
+_receipts = {}

-@lru_cache(maxsize=2048)
 def receipt(order):
-    return render(order)
+    if order.id not in _receipts:
+        _receipts[order.id] = render(order)
+    return _receipts[order.id]
"""


def image_pull(w: World) -> None:
    """A rollout names a tag that the registry does not have, and old pods are gone already."""
    deploy(w, "dep-201", "storefront", ONSET - 9, 2)
    w.changed("deploy", "dep-202", "stock", ONSET, "stock 1.9.0", IMAGE, version="1.9.0")
    for instance in range(2):
        who = pod(w, "stock", instance)
        for number in range(5):
            event(
                w,
                ONSET + 1 + 4 * number,
                "Warning",
                "Failed",
                'Failed to pull image "registry.internal/stock:1.9.0-rc": manifest unknown',
                "Pod",
                who,
            )
            event(w, ONSET + 1.2 + 4 * number, "Warning", "Failed", "Error: ImagePullBackOff", "Pod", who)
        broken(w, "stock", instance, {
            "phase": "Pending", "born": ONSET, "tag": "1.9.0-rc",
            "state": {"waiting": {"reason": "ImagePullBackOff", "message": 'Back-off pulling image "registry.internal/stock:1.9.0-rc"'}},
        })  # fmt: skip
    w.measure(
        "stock",
        "kube_deployment_status_replicas_available",
        step(ONSET, LENGTH, 1.0, 3.0),
        0.0,
        namespace="shop",
        deployment="stock",
    )
    w.breaks("stock", step(ONSET + 0.5, LENGTH, 0.4), lambda _: "worker queue is full, request refused", 503)
    w.slows("stock", step(ONSET + 0.5, LENGTH, 12.0, 1.0))


IMAGE = """diff --git a/deploy/stock.yaml b/deploy/stock.yaml
--- a/deploy/stock.yaml
+++ b/deploy/stock.yaml
@@ -18,3 +18,3 @@
       containers:
         - name: stock
-          image: registry.internal/stock:1.8.2
+          image: registry.internal/stock:1.9.0-rc
"""


def liveness_probe(w: World) -> None:
    """A probe is given one second where the health page needs two: healthy containers are restarted."""
    deploy(w, "dep-311", "checkout", ONSET - 4, 1)
    w.changed("config", "cfg-88", "catalog", ONSET - 1, "catalog: faster probes", PROBE)
    for instance in range(3):
        who = pod(w, "catalog", instance)
        for number in range(7):
            at = ONSET + 1 + 5 * number + instance
            event(
                w,
                at,
                "Warning",
                "Unhealthy",
                'Liveness probe failed: Get "http://10.4.2.9:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
                "Pod",
                who,
                3,
            )
            event(
                w,
                at + 0.5,
                "Normal",
                "Killing",
                "Container catalog failed liveness probe, will be restarted",
                "Pod",
                who,
            )
        w.measure(
            "catalog", "kube_pod_container_status_restarts_total",
            lambda minute: max(0.0, (min(minute, LENGTH) - ONSET) // 5), 0.0, namespace="shop", pod=who, container="catalog",
        )  # fmt: skip
        broken(w, "catalog", instance, crash(w, "catalog", LENGTH - 4, "Error", 137))
    w.says("catalog", step(ONSET, LENGTH, 3.0), "info", lambda _: "SIGTERM received, draining")
    w.breaks("catalog", spikes(ONSET + 1, LENGTH, 0.6, 5, 2), lambda _: "connection reset while shutting down", 503)


PROBE = """diff --git a/deploy/catalog.yaml b/deploy/catalog.yaml
--- a/deploy/catalog.yaml
+++ b/deploy/catalog.yaml
@@ -31,4 +31,4 @@
           livenessProbe:
             httpGet: {path: /healthz, port: 8080}
-            timeoutSeconds: 5
-            failureThreshold: 6
+            timeoutSeconds: 1
+            failureThreshold: 1
"""


def node_lost(w: World) -> None:
    """A node stops reporting, and a third of every service with it."""
    deploy(w, "dep-402", "storefront", ONSET - 12, 3)
    lost = NODES[1]
    w.documents["k8s/lost"] = {lost: ONSET}
    event(w, ONSET + 0.7, "Normal", "NodeNotReady", f"Node {lost} status is now: NodeNotReady", "Node", lost)
    for service in ("catalog", "checkout", "payments"):
        who = pod(w, service, 1)
        event(w, ONSET + 5.7, "Normal", "TaintManagerEviction", f"Marking for deletion Pod shop/{who}", "Pod", who)
        event(w, ONSET + 0.8, "Warning", "NodeNotReady", "Node is not ready", "Pod", who)
        w.breaks(
            service,
            step(ONSET, ONSET + 7, 0.3),
            lambda _: "dial tcp 10.0.2.44:8080: connect: no route to host",
            503,
            1.0,
        )
    w.measure(
        lost,
        "kube_node_status_condition",
        step(ONSET, LENGTH, 0.0, 1.0),
        0.0,
        node=lost,
        condition="Ready",
        status="true",
    )
    w.measure(NODES[0], "kube_node_status_condition", flat(1.0), 0.0, node=NODES[0], condition="Ready", status="true")


def namespace_quota(w: World) -> None:
    """More pods are wanted, and the namespace may not have them."""
    deploy(w, "dep-520", "catalog", ONSET - 15, 2)
    w.traffic = ramp(ONSET - 6, ONSET + 4, OVER, 2.2, 1.0)
    said = 'Error creating: pods "checkout-6f7d9c-8x2lm" is forbidden: exceeded quota: shop-compute, requested: requests.cpu=500m, used: requests.cpu=12, limited: requests.cpu=12'
    for number in range(9):
        event(w, ONSET + 1 + 4 * number, "Warning", "FailedCreate", said, "ReplicaSet", "checkout-6f7d9c8b54", 4)
    w.measure(
        "checkout",
        "kube_deployment_spec_replicas",
        step(ONSET, OVER, 8.0, 3.0),
        0.0,
        namespace="shop",
        deployment="checkout",
    )
    w.measure(
        "checkout", "kube_deployment_status_replicas_available", flat(3.0), 0.0, namespace="shop", deployment="checkout"
    )
    w.measure(
        "shop",
        "kube_resourcequota",
        ramp(ONSET - 4, ONSET, OVER, 12.0, 9.5),
        0.0,
        namespace="shop",
        resource="requests.cpu",
        type="used",
    )
    w.measure("shop", "kube_resourcequota", flat(12.0), 0.0, namespace="shop", resource="requests.cpu", type="hard")
    w.slows("checkout", ramp(ONSET, ONSET + 6, OVER, 40.0, 1.0))
    w.breaks("checkout", ramp(ONSET, ONSET + 6, OVER, 0.2), lambda _: "request queue full, shedding load", 503)


def missing_secret(w: World) -> None:
    """A manifest asks for a secret that nobody made: new containers cannot be created."""
    deploy(w, "dep-601", "storefront", ONSET - 3)
    w.changed("config", "cfg-92", "payments", ONSET - 0.5, "payments: read the processor key from a secret", SECRET)
    for instance in range(3):
        who = pod(w, "payments", instance)
        for number in range(6):
            event(
                w,
                ONSET + 0.5 + 6 * number,
                "Warning",
                "Failed",
                'Error: secret "processor-key-v2" not found',
                "Pod",
                who,
                12,
            )
        waiting = {"reason": "CreateContainerConfigError", "message": 'secret "processor-key-v2" not found'}
        broken(w, "payments", instance, {"phase": "Pending", "born": ONSET, "state": {"waiting": waiting}})
    w.measure(
        "payments",
        "kube_deployment_status_replicas_available",
        step(ONSET, LENGTH, 0.0, 3.0),
        0.0,
        namespace="shop",
        deployment="payments",
    )
    w.measure(
        "payments",
        "kube_pod_container_status_waiting_reason",
        step(ONSET, LENGTH, 3.0),
        0.0,
        namespace="shop",
        container="payments",
        job="kubelet",
        reason="CreateContainerConfigError",
    )
    w.breaks("payments", step(ONSET, LENGTH, 0.97), lambda _: "upstream connect error: no healthy upstream", 503)


SECRET = """diff --git a/deploy/payments.yaml b/deploy/payments.yaml
--- a/deploy/payments.yaml
+++ b/deploy/payments.yaml
@@ -22,4 +22,6 @@
           env:
             - name: PROCESSOR_KEY
-              value: "$(LEGACY_KEY)"
+              valueFrom:
+                secretKeyRef:
+                  name: processor-key-v2
+                  key: key
"""
