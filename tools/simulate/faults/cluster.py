"""An estate on Kubernetes: Prometheus, JSON logs, events, pods and nodes, OTLP traces."""

import json
import random
from itertools import accumulate
from pathlib import Path
from typing import Any

from tools.simulate.faults import export
from tools.simulate.faults.world import LENGTH, Service, World

SHOP = (
    Service("storefront", 0.012, ("catalog", "checkout")),
    Service("catalog", 0.025, ("catalog-db",)),
    Service("checkout", 0.030, ("stock", "payments"), memory=7e8),
    Service("stock", 0.015, ("redis",)),
    Service("payments", 0.045, ("ledger-db",), memory=8e8),
    Service("redis", 0.001, instances=1, memory=2e9, is_store=True),
    Service("catalog-db", 0.006, instances=1, memory=4e9, is_store=True),
    Service("ledger-db", 0.008, instances=1, memory=4e9, is_store=True),
)
OPERATIONS = {"GET /": "storefront", "POST /order": "storefront", "GET /search": "storefront"}
NODES = ("ip-10-0-1-17.internal", "ip-10-0-2-44.internal", "ip-10-0-3-91.internal")
NAMESPACE = "shop"


def world(name: str, seed: int) -> World:
    """The shop at rest, with the events that every cluster has."""
    made = World(name, SHOP, OPERATIONS, 1.6, seed)
    for minute in range(11, LENGTH, 23):
        event(
            made,
            minute,
            "Normal",
            "SuccessfulCreate",
            "Created pod: report-cron-29101320-xk2vp",
            "Job",
            "report-cron-29101320",
        )
    made.says("storefront", lambda _: 0.25, "warn", lambda dice: f"client closed request after {dice.randrange(900)}ms")
    made.says("catalog", lambda _: 0.1, "warn", lambda dice: f"slow image resize: {dice.randrange(800, 2000)}ms")
    return made


def pod(made: World, service: str, instance: int) -> str:
    """The name of a pod."""
    # Kubernetes encodes the hash of a template with ten letters and the rest with twenty-seven.
    template = export.ident(made, service, 9, "456789bcdf")
    return f"{service}-{template}-{export.ident(made, f'{service}{instance}', 5)}"


def event(made: World, minute: float, kind: str, reason: str, message: str, of: str, name: str, count: int = 1) -> None:
    """A cluster event about an object."""
    made.events.append({
        "apiVersion": "v1", "kind": "Event", "metadata": {"name": f"{name}.{len(made.events):x}", "namespace": NAMESPACE},
        "involvedObject": {"kind": of, "name": name, "namespace": NAMESPACE}, "reason": reason, "message": message, "type": kind,
        "count": count, "firstTimestamp": made.iso(minute), "lastTimestamp": made.iso(minute), "source": {"component": "kubelet"},
    })  # fmt: skip


def write(folder: Path, made: World) -> None:
    """The bundle that an on-call engineer would collect."""
    found = export.minutes(made)
    for source, rows in export.by_source(made).items():
        export.lines(folder, f"logs/{source}.ndjson", (json.dumps(_line(made, each)) for each in rows))
    export.raw(folder, made)
    _metrics(folder, made, found)
    export.document(folder, "traces/spans.json", export.otlp(made))
    rows_ = sorted(made.events, key=lambda each: (each["lastTimestamp"], each["metadata"]["name"]))
    export.document(folder, "k8s/events.json", {"apiVersion": "v1", "kind": "List", "items": rows_})
    export.document(folder, "k8s/pods.json", {"apiVersion": "v1", "kind": "PodList", "items": _pods(made)})
    export.document(folder, "k8s/nodes.json", {"apiVersion": "v1", "kind": "NodeList", "items": _nodes(made)})
    export.document(folder, "alerts/alertmanager.json", export.alertmanager(made, export.alerts(made, found)))
    export.changes(folder, made)
    for path, value in made.documents.items():
        if not path.startswith("k8s/"):
            export.document(folder, path, value)


def _line(made: World, each: Any) -> dict[str, Any]:
    row = {"ts": made.iso(each.minute), "level": each.severity, "service": each.source, "msg": each.text}
    return row | ({"trace_id": each.trace} if each.trace else {})


def _metrics(folder: Path, made: World, found: Any) -> None:
    asked: dict[str, list[tuple[dict[str, str], list[float]]]] = {}
    for name, rows in found.items():
        served = [{"__name__": "http_requests_total", "service": name, "code": code} for code in ("200", "500")]
        if not made.services[name].is_store:
            good = list(accumulate(float(each.requests - each.failed) for each in rows))
            bad = list(accumulate(float(each.failed) for each in rows))
            asked.setdefault("http_requests_total", []).extend([(served[0], good), (served[1], bad)])
            label = {"__name__": "http_request_duration_seconds", "service": name, "quantile": "0.95"}
            asked.setdefault("http_request_duration_seconds", []).append((label, [each.p95 for each in rows]))
        _containers(made, name, asked)
    for component, labels, metric, values in made.series:
        asked_of = {"job": "kube-state-metrics"} if metric.startswith("kube_") else {"service": component}
        owner = {} if {"service", "job"} & set(labels) else asked_of
        asked.setdefault(metric, []).append(({"__name__": metric, **owner, **labels}, values))
    for metric, series in sorted(asked.items()):
        export.document(folder, f"metrics/{metric.replace(':', '_')}.json", export.matrix(made, series))


def _containers(made: World, name: str, asked: dict[str, list[tuple[dict[str, str], list[float]]]]) -> None:
    """Processor and memory of each pod, unless the fault says otherwise of it."""
    said = {(metric, labels.get("pod")) for _, labels, metric, _ in made.series}
    for instance in range(made.services[name].instances):
        who = pod(made, name, instance)
        dice = random.Random(f"{made.name}/{who}")
        labels = {"namespace": NAMESPACE, "pod": who, "container": name, "job": "kubelet"}
        cpu = [0.05 + 2 * made.load(name, instance, at) + abs(dice.gauss(0, 0.01)) for at in range(LENGTH)]
        memory = [made.services[name].memory * (1 + dice.gauss(0, 0.01)) for _ in range(LENGTH)]
        for metric, values in (
            ("node_namespace_pod_container:container_cpu_usage_seconds_total:sum_irate", cpu),
            ("container_memory_working_set_bytes", memory),
        ):
            if (metric, who) not in said:
                asked.setdefault(metric, []).append(({"__name__": metric, **labels}, values))


def _pods(made: World) -> list[dict[str, Any]]:
    """Pods when the incident was over, or still going on where the fault says so of one."""
    found = []
    for name, said in made.services.items():
        for instance in range(said.instances):
            who = pod(made, name, instance)
            state = made.documents.get(f"k8s/{who}", {})
            status = {"phase": state.get("phase", "Running"), "containerStatuses": [{
                "name": name, "ready": not state, "restartCount": state.get("restarts", 0),
                "state": state.get("state", {"running": {"startedAt": made.iso(-4000)}}), "lastState": state.get("last", {}),
            }]}  # fmt: skip
            meta = {
                "name": who,
                "namespace": NAMESPACE,
                "labels": {"app": name},
                "creationTimestamp": made.iso(state.get("born", -4000)),
            }
            spec = {
                "nodeName": NODES[instance % 3],
                "containers": [{"name": name, "image": f"registry.internal/{name}:{state.get('tag', '1.8.2')}"}],
            }
            found.append({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status})
    return found


def _nodes(made: World) -> list[dict[str, Any]]:
    lost = made.documents.get("k8s/lost", {})
    return [
        {
            "apiVersion": "v1", "kind": "Node", "metadata": {"name": name, "creationTimestamp": made.iso(-90_000)},
            "status": {"nodeInfo": {"kubeletVersion": "v1.31.4"}, "conditions": [{
                "type": "Ready", "status": "Unknown" if name in lost else "True",
                "reason": "NodeStatusUnknown" if name in lost else "KubeletReady",
                "lastTransitionTime": made.iso(lost.get(name, -90_000)),
            }]},
        }
        for name in NODES
    ]  # fmt: skip


def broken(made: World, service: str, instance: int, state: dict[str, Any]) -> None:
    """How a pod stands when the cluster is asked."""
    made.documents[f"k8s/{pod(made, service, instance)}"] = state


def crash(made: World, service: str, at: float, reason: str, code: int) -> dict[str, Any]:
    """The last state of a container that ended."""
    ended = {"reason": reason, "exitCode": code, "startedAt": made.iso(at - 4), "finishedAt": made.iso(at)}
    return {"restarts": 6, "born": -4000, "last": {"terminated": ended}}
