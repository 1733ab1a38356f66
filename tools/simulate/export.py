"""What people export from the shop after an incident: logs, metrics, traces, histories, alerts, orders, chat."""

import gzip
import json
import random
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tools.simulate.scenario import MINUTE, Scenario
from tools.simulate.shop import Request, Shop

CITIES = (
    "Mozilla/5.0 (iPhone)",
    "Mozilla/5.0 (Windows NT 10.0)",
    "Mozilla/5.0 (X11; Linux)",
    "ShopApp/8.2 (Android 15)",
)


def write(folder: Path, shop: Shop) -> None:
    """Write the whole bundle; the same shop gives the same bytes."""
    start = shop.said.length - shop.said.exported
    requests = sorted(
        (each for each in shop.requests if each.at >= start), key=lambda each: (each.at + each.seconds, each.order)
    )
    _gzip(folder / "nginx/access.log.gz", (_access(shop.said, each) for each in requests))
    for name, rows in _app_logs(shop, requests, start).items():
        ordered = sorted(rows, key=lambda row: (row["ts"], row["msg"]))
        _gzip(folder / f"logs/{name}.ndjson.gz", (json.dumps(row) for row in ordered))
    _gzip(folder / "postgres/postgresql.log.gz", _postgres(shop, start))
    for name, document in _metrics(shop).items():
        _gzip(folder / f"metrics/{name}.json.gz", [json.dumps(document)])
    _gzip(folder / "traces/spans.json.gz", [json.dumps(_traces(shop.said, requests))])
    _changes(folder, shop.said)
    _json(folder / "alerts/alertmanager.json", _alerts(shop))
    _json(folder / "k8s/events.json", _events(shop.said))
    _gzip(folder / "orders/orders.csv.gz", _orders(shop.said, requests))
    if shop.said.notes:
        _json(folder / "chat/incident-channel.json", _chat(shop.said))
    _text(folder / "slo/checkout.yaml", SLO)
    _text(folder / "incident.yaml", INCIDENT)


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def _json(path: Path, value: Any) -> None:
    _text(path, json.dumps(value, indent=1) + "\n")


def _gzip(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress("".join(line + "\n" for line in lines).encode(), 9, mtime=0))


def iso(said: Scenario, at: float) -> str:
    """Seconds after the start as ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(said.epoch + at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _access(said: Scenario, each: Request) -> str:
    when = datetime.fromtimestamp(said.epoch + each.at + each.seconds, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    agent = CITIES[each.user % len(CITIES)]
    upstream = f"10.2.0.{11 + each.order % 3}:8080"
    return (
        f'10.20.{each.user % 200}.{each.user % 251} - u{each.user} [{when}] "POST /api/checkout HTTP/1.1" {each.status} '
        f'{312 if each.status == 200 else 157} "-" "{agent}" rt={each.seconds:.3f} urt="{each.seconds:.3f}" upstream="{upstream}" '
        f'order="o-{each.order}" attempt={each.attempt} trace={each.trace}'
    )


def _app_logs(shop: Shop, requests: list[Request], start: float) -> Mapping[str, list[dict[str, Any]]]:
    """Every warning and error, and every tenth line of what went well."""
    said = shop.said
    rows: dict[str, list[dict[str, Any]]] = {"checkout": [], "payment": [], "inventory": [], "reconciler": []}

    def log(service: str, at: float, level: str, message: str, trace: str = "", **more: Any) -> None:
        row = {"ts": iso(said, at), "level": level, "service": service, "msg": message}
        rows[service].append(row | ({"trace_id": trace} if trace else {}) | more)

    for each in requests:
        end = each.at + each.seconds
        if each.order % 10 == 0:
            log(
                "inventory",
                each.at + each.inventory,
                "info",
                f"reserved {1 + each.order % 4} items for order o-{each.order}",
                each.trace,
            )
        for began, seconds, done in each.payments:
            if not done:
                log(
                    "payment", began + seconds, "error",
                    f"Connection is not available, request timed out after {shop.said.pool_timeout * 1000:.0f}ms", each.trace,
                    logger="com.zaxxer.hikari.pool.HikariPool", stack=STACK,
                )  # fmt: skip
            elif each.order % 10 == 0:
                log(
                    "payment",
                    began + seconds,
                    "info",
                    f"charged order o-{each.order} in {seconds * 1000:.0f}ms",
                    each.trace,
                )
        if each.status == 502:
            log("checkout", end, "error", f"order o-{each.order} failed: payment answered 503 twice", each.trace)
        elif each.status == 500:
            log("checkout", end, "error", f"order o-{each.order} failed: unexpected end of stream", each.trace)
        elif each.status == 422:
            log("checkout", end, "warn", f"order o-{each.order} refused: cart has changed", each.trace)
        elif each.order % 10 == 0:
            log("checkout", end, "info", f"order o-{each.order} placed", each.trace)
    for began, seconds, cancelled in shop.jobs:
        if began + seconds >= start and not cancelled and (seconds > 5 or int(began) % 5 == 0):
            level = "warn" if seconds > 5 else "info"
            log("reconciler", began + seconds, level, f"reconciled batch of 200 payments in {seconds * 1000:.0f}ms")
    return rows


STACK = "\n".join(
    (
        "java.sql.SQLTransientConnectionException: PaymentPool - Connection is not available",
        "\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:696)",
        "\tat com.zaxxer.hikari.pool.HikariPool.getConnection(HikariPool.java:181)",
        "\tat shop.payment.ChargeRepository.begin(ChargeRepository.java:58)",
    )
)


def _postgres(shop: Shop, start: float) -> list[str]:
    said, found = shop.said, []

    def line(at: float, pid: int, who: str, level: str, text: str) -> None:
        stamp = datetime.fromtimestamp(said.epoch + at, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        found.append((at, f"{stamp} UTC [{pid}] {who} {level}:  {text}"))

    at = start
    while at < said.length:
        line(at, 71, "", "LOG", "checkpoint starting: time")
        at += 300
    for number, (began, seconds, cancelled) in enumerate(shop.jobs):
        if began + seconds >= start and seconds > 5:
            pid = 4_000 + number % 900
            if cancelled:
                line(began + seconds, pid, "reconciler@shop", "ERROR", "canceling statement due to user request")
            else:
                line(
                    began + seconds,
                    pid,
                    "reconciler@shop",
                    "LOG",
                    f"duration: {seconds * 1000:.3f} ms  execute <unnamed>: {QUERY}",
                )
    for change in said.changes:
        if change.kind == "migration":
            line(change.at, 3_811, "migrator@shop", "LOG", f"statement: -- {change.version}: {change.title}")
    return [text for _, text in sorted(found)]


QUERY = "SELECT id FROM payments WHERE reconciled_at IS NULL ORDER BY created_at LIMIT 200"


def _metrics(shop: Shop) -> Mapping[str, Any]:
    """Prometheus range answers, one a query, a sample a minute over the whole length."""
    said = shop.said
    noise = random.Random(said.seed + 1)
    stamp = [said.epoch + each.at for each in shop.minutes]

    def series(name: str, labels: Mapping[str, str], values: Iterable[float]) -> dict[str, Any]:
        pairs = [[time, f"{value:.6g}"] for time, value in zip(stamp, values, strict=True)]
        return {"metric": {"__name__": name, **labels}, "values": pairs}

    pay = {"service": "payment", "pool": "PaymentPool"}
    busy = [sum(each.in_use.values()) for each in shop.minutes]
    rate = [each.requests / 60 for each in shop.minutes]
    answers = {
        "pool": [
            *(
                series("db_pool_in_use", {**pay, "consumer": name}, (each.in_use[name] for each in shop.minutes))
                for name in ("payment-api", "reconciliation-job")
            ),
            series("db_pool_size", pay, (said.pool for _ in shop.minutes)),
            series("db_pool_waiting", pay, (each.waiting for each in shop.minutes)),
        ],
        "http": [
            series("http_requests_per_second", {"service": "checkout"}, rate),
            series("http_error_ratio", {"service": "checkout"}, (each.failed / max(each.requests, 1) for each in shop.minutes)),
            series("http_request_duration_seconds_p95", {"service": "checkout"}, (each.p95 for each in shop.minutes)),
        ],
        "resources": [
            series("process_cpu_ratio", {"service": name}, (max(0.01, base + slope * one + noise.gauss(0, 0.01)) for one in rate))
            for name, base, slope in (("checkout", 0.08, 0.012), ("payment", 0.1, 0.015), ("inventory", 0.06, 0.006))
        ] + [
            series("process_resident_memory_bytes", {"service": name}, (base * (1 + noise.gauss(0, 0.01)) for _ in shop.minutes))
            for name, base in (("checkout", 6.1e8), ("payment", 8.4e8), ("inventory", 4.2e8))
        ] + [series("pg_cpu_ratio", {"service": "postgresql"}, (max(0.01, 0.05 + 0.011 * one + noise.gauss(0, 0.01)) for one in busy))],
    }  # fmt: skip
    return {
        name: {"status": "success", "data": {"resultType": "matrix", "result": rows}} for name, rows in answers.items()
    }


def _traces(said: Scenario, requests: list[Request]) -> dict[str, Any]:
    """Every fiftieth request."""
    by_service: dict[str, list[dict[str, Any]]] = {"gateway": [], "checkout": [], "inventory": [], "payment": []}

    def span(
        service: str, trace: str, ident: str, parent: str, name: str, at: float, seconds: float, failed: bool
    ) -> None:
        begin = int((said.epoch + at) * 1e6) * 1000
        row = {"traceId": trace, "spanId": ident, "name": name, "kind": 2, "startTimeUnixNano": str(begin)}
        row |= {"endTimeUnixNano": str(begin + int(seconds * 1e6) * 1000), "status": {"code": 2} if failed else {}}
        by_service[service].append(row | ({"parentSpanId": parent} if parent else {}))

    for number, each in enumerate(requests):
        if number % 50:
            continue
        bad, trace = each.status >= 500, each.trace
        span("gateway", trace, "a" * 16, "", "POST /api/checkout", each.at, each.seconds, bad)
        span("checkout", trace, "b" * 16, "a" * 16, "place order", each.at + 0.001, each.seconds - 0.002, bad)
        span("inventory", trace, "c" * 16, "b" * 16, "reserve", each.at + 0.004, each.inventory, failed=False)
        for place, (began, seconds, done) in enumerate(each.payments):
            span("payment", trace, f"d{place}" * 8, "b" * 16, "charge", began, seconds, not done)
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]},
                "scopeSpans": [{"spans": rows}],
            }
            for name, rows in by_service.items()
        ]
    }


def _changes(folder: Path, said: Scenario) -> None:
    deploys = [each for each in said.changes if each.kind == "deploy"]
    _json(folder / "changes/deploys.json", [
        {
            "id": each.id, "service": each.component, "version": each.version, "commit_sha": each.commit, "title": each.title,
            "started_at": iso(said, each.at - 95), "finished_at": iso(said, each.at), "status": each.status,
        }
        for each in deploys
    ])  # fmt: skip
    migrations = [each for each in said.changes if each.kind == "migration"]
    if migrations:
        _json(folder / "changes/migrations.json", [
            {
                "migration": each.id, "name": f"{each.version}: {each.title}", "service": each.component, "commit": each.commit,
                "applied_at": iso(said, each.at), "status": each.status,
            }
            for each in migrations
        ])  # fmt: skip
    campaigns = [each for each in said.changes if each.kind == "campaign"]
    if campaigns:
        _json(folder / "changes/campaigns.json", [
            {"campaign": each.id, "title": each.title, "sent_at": iso(said, each.at), "channel": "push"} for each in campaigns
        ])  # fmt: skip
    log = []
    for sha, at, title, diff in sorted(said.commits, key=lambda row: -row[1]):
        when = datetime.fromtimestamp(said.epoch + at, UTC).strftime("%Y-%m-%d %H:%M:%S +0000")
        log.append(f"commit {sha}\nAuthor: Shop Team <team@shop.example>\nDate:   {when}\n\n    {title}\n\n{diff}")
    _text(folder / "changes/git.log", "\n".join(log))


def _alerts(shop: Shop) -> list[dict[str, Any]]:
    """The rule 'more than 2 % of requests fail for two minutes', evaluated each minute as Prometheus would."""
    said, since, fired, ended = shop.said, None, None, None
    for each in shop.minutes:
        bad = each.failed / max(each.requests, 1) > 0.02
        since = (since or each.at) if bad else None
        if since is not None and each.at - since >= 2 * MINUTE and fired is None:
            fired = each.at
        if fired is not None and ended is None and not bad and each.at > fired:
            ended = each.at
    if fired is None:
        return []
    labels = {"alertname": "CheckoutErrorRatio", "service": "checkout", "severity": "critical"}
    note = {"summary": "More than 2 % of checkout requests fail", "description": "http_error_ratio > 0.02 for 2m"}
    return [
        {
            "labels": labels,
            "annotations": note,
            "startsAt": iso(said, fired),
            "endsAt": iso(said, ended or said.length),
            "status": {"state": "resolved" if ended else "active"},
        }
    ]


def _events(said: Scenario) -> dict[str, Any]:
    items = []
    for each in said.changes:
        if each.kind == "deploy":
            items.append({
                "kind": "Event", "type": "Normal", "reason": "ScalingReplicaSet", "count": 1,
                "message": f"Scaled up replica set {each.component}-{each.commit} to 3",
                "involvedObject": {"kind": "Deployment", "name": each.component, "namespace": "shop"},
                "lastTimestamp": iso(said, each.at - 60)[:19] + "Z",
            })  # fmt: skip
    return {"apiVersion": "v1", "kind": "List", "items": items}


def _orders(said: Scenario, requests: list[Request]) -> list[str]:
    """An order once, as it ended: placed, failed or refused."""
    last = {each.order: each for each in requests}
    rows = ["order_id,created_at,user,amount,currency,outcome"]
    for order, each in sorted(last.items()):
        outcome = {200: "placed", 422: "refused"}.get(each.status, "failed")
        rows.append(f"o-{order},{iso(said, each.at + each.seconds)},u{each.user},{each.value:.2f},EUR,{outcome}")
    return rows


def _chat(said: Scenario) -> list[dict[str, Any]]:
    from tools.simulate.scenario import START

    return [
        {
            "type": "message",
            "user": role.replace(" ", "-"),
            "user_profile": {"title": role},
            "ts": f"{said.epoch + START + at:.6f}",
            "text": text,
        }
        for at, role, text in said.notes
    ]


SLO = """apiVersion: openslo/v1
kind: SLO
metadata:
  name: checkout-availability
spec:
  description: Orders that do not fail on our side
  service: checkout
  indicator:
    metadata: {name: checkout-availability}
    spec:
      ratioMetric:
        good: {metricSource: {type: Prometheus, spec: {query: 'sum(rate(http_requests_total{status!~"5.."}[5m]))'}}}
        total: {metricSource: {type: Prometheus, spec: {query: 'sum(rate(http_requests_total[5m]))'}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives:
    - {displayName: Orders, target: 0.995}
"""
INCIDENT = """severity: SEV2
timezone: Europe/Berlin
business:
  currency: EUR
  average_order_value: 47.0
  monthly_orders: 10500000
"""
