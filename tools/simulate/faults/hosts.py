"""An estate on virtual machines: nginx, three application servers, PostgreSQL, node_exporter, syslog."""

import random
from itertools import accumulate
from pathlib import Path
from typing import Any

from tools.simulate.faults import export
from tools.simulate.faults.world import LENGTH, Request, Service, World

BOOKING = (
    Service("nginx", 0.002, ("bookings",), instances=1, capacity=400.0, is_silent=True),
    Service("bookings", 0.040, ("auth", "ledger", "postgres")),
    Service("auth", 0.008, instances=1, capacity=80.0),
    Service("ledger", 0.020, instances=1, capacity=80.0),
    Service("postgres", 0.010, instances=1, capacity=80.0, is_store=True),
)
OPERATIONS = {"GET /rooms": "nginx", "POST /bookings": "nginx"}
HOSTS = {
    "nginx": ("web-1",),
    "bookings": ("app-1", "app-2", "app-3"),
    "auth": ("auth-1",),
    "ledger": ("ledger-1",),
    "postgres": ("db-1",),
}
ALL = tuple(host for group in HOSTS.values() for host in group)


def world(name: str, seed: int) -> World:
    """The booking site at rest, with what syslog and PostgreSQL always say."""
    made = World(name, BOOKING, OPERATIONS, 1.8, seed)
    for host in ALL:
        syslog(
            made,
            host,
            0.2,
            lambda dice: (
                f"CRON[{dice.randrange(900, 32000)}]: (root) CMD (command -v debian-sa1 > /dev/null && debian-sa1 1 1)"
            ),
        )
        syslog(
            made,
            host,
            0.05,
            lambda dice: f"systemd[1]: Started session-{dice.randrange(9000)}.scope - Session of user deploy.",
        )
    syslog(
        made,
        "web-1",
        0.6,
        lambda dice: (
            f"sshd[{dice.randrange(900, 32000)}]: Failed password for invalid user admin from 203.0.113.{dice.randrange(250)} port {dice.randrange(1024, 65000)} ssh2"
        ),
    )
    postgres(
        made,
        0.2,
        lambda dice: f"LOG:  checkpoint complete: wrote {dice.randrange(100, 900)} buffers ({dice.random() * 3:.1f}%)",
    )
    made.says("bookings", lambda _: 0.15, "warn", lambda dice: f"room {dice.randrange(400)} has no picture")
    return made


def syslog(made: World, host: str, per_minute: Any, text: Any) -> None:
    """Lines of a host in the file where rsyslog gathers them."""
    curve = per_minute if callable(per_minute) else lambda _: per_minute
    made.writes("syslog/syslog", curve, lambda dice, at: f"{at:%Y-%m-%dT%H:%M:%S.%f}+00:00 {host} {text(dice)}")


def postgres(made: World, per_minute: Any, text: Any) -> None:
    """Lines of PostgreSQL's log."""
    curve = per_minute if callable(per_minute) else lambda _: per_minute

    def line(dice: random.Random, at: Any) -> str:
        return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d} UTC [{dice.randrange(800, 30_000)}] bookings@bookings {text(dice)}"

    made.writes("postgres/postgresql-16-main.log", curve, line)


def nginx(made: World, per_minute: Any, text: Any) -> None:
    """Lines of nginx's error log."""
    made.writes("nginx/error.log", per_minute, lambda dice, at: f"{at:%Y/%m/%d %H:%M:%S} [{text(dice)}")


def write(folder: Path, made: World) -> None:
    """The bundle that an on-call engineer would collect."""
    found = export.minutes(made)
    for source, rows in export.by_source(made).items():
        said = (
            f'time={made.iso(each.minute)} level={each.severity} service={source} msg="{each.text}"' for each in rows
        )
        export.lines(folder, f"app/{source}.log", said)
    export.raw(folder, made)
    ordered = sorted(made.requests, key=lambda each: (each.at + each.visits[0].seconds / 60, each.trace))
    export.lines(folder, "nginx/access.log", (_access(made, each) for each in ordered))
    for metric, rows_ in sorted(_metrics(made, found).items()):
        export.document(folder, f"prometheus/{metric}.json", export.matrix(made, rows_))
    export.document(folder, "alerts.json", export.alertmanager(made, export.alerts(made, found)))
    export.document(folder, "topology.json", {
        "calls": [{"caller": each.name, "callee": callee} for each in BOOKING for callee in each.calls],
        "runs_on": [{"service": name, "node": host} for name, hosts in HOSTS.items() for host in hosts],
    })  # fmt: skip
    export.changes(folder, made)


def _access(made: World, each: Request) -> str:
    first = each.visits[0]
    when = made.stamp(each.at + first.seconds / 60).strftime("%d/%b/%Y:%H:%M:%S +0000")
    inner = next((visit for visit in each.visits if visit.service == "bookings"), None)
    upstream = f"10.1.0.{11 + inner.instance}:8000" if inner else "-"
    method, path = each.operation.split()
    return (
        f'198.51.{each.user % 200}.{each.user % 251} - - [{when}] "{method} {path} HTTP/1.1" {first.status} {900 + each.user % 400} "-" "Mozilla/5.0" '
        f'rt={first.seconds:.3f} urt="{inner.seconds if inner else 0:.3f}" upstream="{upstream}"'
    )


def _metrics(made: World, found: Any) -> dict[str, list[tuple[dict[str, str], list[float]]]]:
    asked: dict[str, list[tuple[dict[str, str], list[float]]]] = {}
    for name, rows in found.items():
        if not made.services[name].is_store and name != "nginx":
            for code, count in (
                ("200", [each.requests - each.failed for each in rows]),
                ("500", [each.failed for each in rows]),
            ):
                label = {"__name__": "http_requests_total", "service": name, "code": code}
                asked.setdefault("http_requests_total", []).append((label, list(accumulate(map(float, count)))))
    said = {(metric, labels.get("instance"), labels.get("mode")) for _, labels, metric, _ in made.series}
    for name, hosts in HOSTS.items():
        for place, host in enumerate(hosts):
            node = {"instance": f"{host}:9100", "job": "node"}
            dice = random.Random(f"{made.name}/{host}")
            used = [
                0.04 + 0.9 * min(1.0, made.load(name, place, at)) + abs(dice.gauss(0, 0.01)) for at in range(LENGTH)
            ]
            for mode, values in (("user", used), ("steal", [abs(dice.gauss(0, 0.002)) for _ in range(LENGTH)])):
                if ("instance:node_cpu_seconds:rate5m", node["instance"], mode) not in said:
                    label = {"__name__": "instance:node_cpu_seconds:rate5m", **node, "mode": mode}
                    asked.setdefault("instance_node_cpu_seconds_rate5m", []).append((label, values))
            free = {"__name__": "node_memory_MemAvailable_bytes", **node}
            asked.setdefault("node_memory_MemAvailable_bytes", []).append(
                (free, [5e9 * (1 + dice.gauss(0, 0.01)) for _ in range(LENGTH)])
            )
            if ("node_filesystem_avail_bytes", node["instance"], None) not in said:
                disk = {"__name__": "node_filesystem_avail_bytes", **node, "mountpoint": "/"}
                asked.setdefault("node_filesystem_avail_bytes", []).append(
                    (disk, [4.2e10 - 2e6 * at for at in range(LENGTH)])
                )
    for component, labels, metric, values in made.series:
        owner = {} if {"instance", "service"} & set(labels) else {"service": component}
        asked.setdefault(metric.replace(":", "_"), []).append(({"__name__": metric, **owner, **labels}, values))
    return asked
