"""Estates of managed services: CloudFront, a load balancer, Lambda and RDS on AWS; Cloud Run on GCP; functions on Azure."""

import csv
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.simulate.faults import export
from tools.simulate.faults.world import LENGTH, Line, Service, World

ALB, DISTRIBUTION = "app/seats-web/50dc6c495c0c9188", "E2QWRUHAPOMQZL"
SEATS = (
    Service("cloudfront", 0.004, (ALB,), instances=1, capacity=4000.0, is_silent=True),
    Service(ALB, 0.001, ("seats-api",), instances=1, capacity=4000.0, is_silent=True),
    Service("seats-api", 0.030, ("price-quote", "seats-db")),
    Service("price-quote", 0.060, instances=1, capacity=400.0),
    Service("seats-db", 0.006, instances=1, capacity=400.0, is_store=True),
)
ORDERS = (
    Service("frontdoor", 0.006, ("orders-svc",)),
    Service("orders-svc", 0.035, ("billing",)),
    Service("billing", 0.050),
)
DIMENSIONS = {
    "cloudfront": ("DistributionId", DISTRIBUTION),
    ALB: ("LoadBalancer", ALB),
    "price-quote": ("FunctionName", "price-quote"),
}


def aws(name: str, seed: int) -> World:
    """The seat shop at rest."""
    made = World(name, SEATS, {"GET /seats": "cloudfront", "POST /hold": "cloudfront"}, 2.4, seed)
    made.chance["cloudfront", ALB] = lambda _: 0.3
    made.says("price-quote", lambda _: 6.0, "info", lambda dice: report(dice, 40 + dice.random() * 60))
    made.says("seats-api", lambda _: 0.1, "warn", lambda dice: f"seat map {dice.randrange(300)} is older than an hour")
    return made


def orders(name: str, seed: int) -> World:
    """The order service at rest, on GCP or Azure."""
    made = World(name, ORDERS, {"POST /orders": "frontdoor", "GET /orders": "frontdoor"}, 1.6, seed)
    made.says("orders-svc", lambda _: 0.15, "warn", lambda dice: f"order {dice.randrange(10**6)} has an empty note")
    return made


def report(dice: Any, milliseconds: float, init: float = 0.0) -> str:
    """The line with which Lambda ends an invocation."""
    more = f"\tInit Duration: {init:.2f} ms" if init else ""
    return (
        f"REPORT RequestId: {dice.getrandbits(32):08x}-7a1c-4a3b-9d2e-{dice.getrandbits(48):012x}\tDuration: {milliseconds:.2f} ms\t"
        f"Billed Duration: {int(milliseconds) + 1} ms\tMemory Size: 512 MB\tMax Memory Used: {dice.randrange(120, 180)} MB{more}"
    )


def write_aws(folder: Path, made: World) -> None:
    """What the AWS command line gives, and the access logs from their bucket."""
    found = export.minutes(made)
    for source, rows in export.by_source(made).items():
        events = [
            {"timestamp": round((made.start + each.minute * 60) * 1000), "message": _message(each), "ingestionTime": round((made.start + each.minute * 60 + 2) * 1000)}
            for each in rows
        ]  # fmt: skip
        export.document(folder, f"logs/{source}.json", {"events": events, "nextForwardToken": "f/3791"})
    export.raw(folder, made)
    export.lines(folder, "cloudfront/E2QWRUHAPOMQZL.log", _edge(made))
    export.lines(folder, "alb/access.log", _balancer(made))
    for namespace, results in sorted(_cloudwatch(made, found).items()):
        path = f"cloudwatch/{namespace.replace('/', '-').lower()}.json"
        export.document(folder, path, {"namespace": namespace, "metric_data_results": results})
    export.document(folder, "traces/spans.json", export.otlp(made))
    export.document(folder, "alarms.json", {"MetricAlarms": [
        {
            "AlarmName": f"{each.service}-{each.name}", "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{each.name}",
            "StateValue": "OK" if each.ended else "ALARM", "StateUpdatedTimestamp": made.iso(each.fired),
            "StateReason": f"Threshold Crossed: 3 datapoints were greater than the threshold ({each.threshold:.3g}).",
            "MetricName": each.name, "Threshold": each.threshold, "Dimensions": [{"Name": "Service", "Value": each.service}],
        }
        for each in export.alerts(made, found)
    ]})  # fmt: skip
    for path, value in made.documents.items():
        export.document(folder, path, value)
    export.changes(folder, made)


def _message(each: Line) -> str:
    plain = each.text.startswith(("REPORT", "INIT_START", "START", "END")) or "Task timed out" in each.text
    return each.text if plain else json.dumps({"level": each.severity, "service": each.source, "msg": each.text})


def _edge(made: World) -> Iterable[str]:
    yield "#Version: 1.0"
    yield "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version"
    for each in sorted(made.requests, key=lambda one: (one.at + one.visits[0].seconds / 60, one.trace)):
        first, when = each.visits[0], made.stamp(each.at + each.visits[0].seconds / 60)
        method, path = each.operation.split()
        kind = "Error" if first.status >= 500 else "Miss" if len(each.visits) > 1 else "Hit"
        yield (
            f"{when:%Y-%m-%d}\t{when:%H:%M:%S}\tDUB56-P1\t{700 + each.user % 400}\t198.51.100.{each.user % 250}\t{method}\td111111abcdef8.cloudfront.net\t{path}\t"
            f"{first.status}\t-\tMozilla/5.0\t-\t-\t{kind}\t{each.trace[:20]}==\tseats.example\thttps\t{60 + each.user % 30}\t{first.seconds:.3f}\t-\tTLSv1.3\t"
            f"TLS_AES_128_GCM_SHA256\t{kind}\tHTTP/2.0"
        )


def _balancer(made: World) -> Iterable[str]:
    rows = []
    for each in made.requests:
        place = next((at for at, visit in enumerate(each.visits) if visit.service == ALB), None)
        target = next((visit for visit in each.visits if visit.service == "seats-api"), None)
        if place is None or target is None:
            continue
        visit = each.visits[place]
        when = made.stamp(visit.at + visit.seconds / 60)
        rows.append((when, (
            f"https {when:%Y-%m-%dT%H:%M:%S.%f}Z {ALB} 130.176.1.{each.user % 250}:{20_000 + each.user} 10.0.{target.instance}.20:8080 0.001 {target.seconds:.3f} 0.000 "
            f'{visit.status} {target.status} 412 9120 "{each.operation.split()[0]} https://seats.example:443{each.operation.split()[1]} HTTP/1.1" "Mozilla/5.0" '
            f'TLS_AES_128_GCM_SHA256 TLSv1.3 arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/seats/73e2d6bc24d8a067 "Root=1-{each.trace[:8]}-{each.trace[8:32]}"'
        )))  # fmt: skip
    return (row for _, row in sorted(rows))


def _cloudwatch(made: World, found: Mapping[str, list[export.Minute]]) -> dict[str, list[dict[str, Any]]]:
    """Series by namespace; those that the fault gives stand first and are not made twice."""
    results: dict[str, list[dict[str, Any]]] = {}
    times = [made.stamp(at).isoformat().replace("+00:00", "Z") for at in range(LENGTH)]

    def add(namespace: str, metric: str, dimension: tuple[str, str], unit: str, values: Iterable[float]) -> None:
        results.setdefault(namespace, []).append({
            "metric_name": metric, "dimensions": [{"Name": dimension[0], "Value": dimension[1]}], "unit": unit,
            "timestamps": times, "values": [float(f"{value:.6g}") for value in values],
        })  # fmt: skip

    said = set()
    for component, labels, metric, values in made.series:
        said.add((labels["namespace"], metric))
        add(labels["namespace"], metric, (labels["dimension"], component), labels.get("unit", "None"), values)
    edge, balancer, quote = found["cloudfront"], found[ALB], found["price-quote"]
    usual: tuple[tuple[str, str, str, str, Iterable[float]], ...] = (
        ("AWS/CloudFront", "Requests", "cloudfront", "None", (each.requests for each in edge)),
        (
            "AWS/CloudFront",
            "5xxErrorRate",
            "cloudfront",
            "Percent",
            (100 * each.failed / max(1, each.requests) for each in edge),
        ),
        ("AWS/ApplicationELB", "RequestCount", ALB, "Count", (each.requests for each in balancer)),
        ("AWS/ApplicationELB", "TargetResponseTime", ALB, "Seconds", (each.p95 for each in balancer)),
        ("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", ALB, "Count", (each.failed for each in balancer)),
        ("AWS/Lambda", "Invocations", "price-quote", "Count", (each.requests for each in quote)),
        ("AWS/Lambda", "Errors", "price-quote", "Count", (each.failed for each in quote)),
        ("AWS/Lambda", "Duration", "price-quote", "Milliseconds", (1000 * each.p95 for each in quote)),
    )
    for namespace, metric, service, unit, counted in usual:
        if (namespace, metric) not in said:
            add(namespace, metric, DIMENSIONS[service], unit, counted)
    if ("AWS/RDS", "CPUUtilization") not in said:
        add(
            "AWS/RDS",
            "CPUUtilization",
            ("DBInstanceIdentifier", "seats-db"),
            "Percent",
            (14 + 30 * made.load("seats-db", 0, at) for at in range(LENGTH)),
        )
    return results


def write_gcp(folder: Path, made: World) -> None:
    """The output of gcloud logging read, Cloud Monitoring as CSV."""
    for source, rows in export.by_source(made).items():
        export.document(folder, f"logging/{source}.json", [
            {
                "insertId": f"{source}-{number:06d}", "logName": "projects/shop/logs/run.googleapis.com%2Fstderr", "timestamp": made.iso(each.minute),
                "severity": {"warn": "WARNING"}.get(each.severity, each.severity.upper()), "textPayload": each.text,
                "resource": {"type": "cloud_run_revision", "labels": {"service_name": source, "location": "europe-west1"}},
            }
            for number, each in enumerate(rows)
        ])  # fmt: skip
    _managed(
        folder,
        made,
        "monitoring/metrics.csv",
        "run.googleapis.com/request_count",
        "run.googleapis.com/request_latencies",
    )


def write_azure(folder: Path, made: World) -> None:
    """Application logs as JSON lines, Azure Monitor as CSV, the activity log."""
    for source, rows in export.by_source(made).items():
        export.lines(folder, f"logs/{source}.ndjson", (
            json.dumps({"timestamp": made.iso(each.minute), "level": each.severity, "service": source, "message": each.text}) for each in rows
        ))  # fmt: skip
    export.document(folder, "activity.json", [
        {
            "eventTimestamp": made.iso(minute), "operationName": {"value": "Microsoft.Web/sites/config/list/action", "localizedValue": "List Web App Settings"},
            "resourceId": "/subscriptions/1/resourceGroups/shop/providers/Microsoft.Web/sites/orders-svc", "level": "Informational", "status": {"value": "Succeeded"},
        }
        for minute in range(7, LENGTH, 31)
    ])  # fmt: skip
    _managed(folder, made, "monitor/metrics.csv", "Requests", "HttpResponseTime")


def _managed(folder: Path, made: World, path: str, count: str, latency: str) -> None:
    found = export.minutes(made)
    target = io.StringIO()
    table = csv.writer(target, lineterminator="\n")
    table.writerow(("timestamp", "service", "metric", "value"))
    series = [(name, count, [float(each.requests) for each in rows]) for name, rows in found.items()]
    series += [(name, f"{count} (5xx)", [float(each.failed) for each in rows]) for name, rows in found.items()]
    series += [(name, latency, [each.p95 for each in rows]) for name, rows in found.items()]
    series += [(component, metric, values) for component, _, metric, values in made.series]
    for at in range(LENGTH):
        for name, metric, values in series:
            table.writerow((made.iso(at), name, metric, f"{values[at]:.6g}"))
    export.text(folder, path, target.getvalue())
    export.raw(folder, made)
    export.document(folder, "traces/spans.json", export.otlp(made))
    export.document(folder, "alerts/alertmanager.json", export.alertmanager(made, export.alerts(made, found)))
    for name, value in made.documents.items():
        export.document(folder, name, value)
    export.changes(folder, made)
