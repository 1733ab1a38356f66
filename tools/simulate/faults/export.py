"""What all estates export alike: numbers by the minute, traces, histories of changes, alerts."""

import json
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.simulate.faults.world import LENGTH, Alert, Change, Line, Request, World


@dataclass(frozen=True, slots=True)
class Minute:
    """One service in one minute, as a scrape sees it."""

    requests: int
    failed: int
    p95: float


def text(folder: Path, path: str, content: str) -> None:
    """Write a file of the bundle."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode())


def document(folder: Path, path: str, value: Any) -> None:
    """Write a JSON document of the bundle."""
    text(folder, path, json.dumps(value, indent=1) + "\n")


def lines(folder: Path, path: str, rows: Iterable[str]) -> None:
    """Write lines; no file where there are none."""
    if found := list(rows):
        text(folder, path, "\n".join(found) + "\n")


def minutes(world: World) -> Mapping[str, list[Minute]]:
    """Every service by the minute, from the requests that reached it."""
    times: dict[tuple[str, int], list[float]] = {}
    failed: dict[tuple[str, int], int] = {}
    for request in world.requests:
        for visit in request.visits:
            place = visit.service, min(LENGTH - 1, int(visit.at + visit.seconds / 60))
            times.setdefault(place, []).append(visit.seconds)
            failed[place] = failed.get(place, 0) + (visit.status >= 500)
    found: dict[str, list[Minute]] = {}
    for name in world.services:
        rows = (sorted(times.get((name, minute), ())) for minute in range(LENGTH))
        found[name] = [
            Minute(len(row), failed.get((name, minute), 0), row[int(0.95 * (len(row) - 1))] if row else 0.0)
            for minute, row in enumerate(rows)
        ]
    return found


def by_source(world: World) -> Mapping[str, list[Line]]:
    """Lines in the order of their times, by who wrote them."""
    found: dict[str, list[Line]] = {}
    for each in sorted(world.lines, key=lambda line: (line.minute, line.source, line.text)):
        if each.minute < LENGTH:
            found.setdefault(each.source, []).append(each)
    return found


def raw(folder: Path, world: World) -> None:
    """Files whose text the fault or the estate gave as it stands."""
    for path, rows in world.raw.items():
        lines(folder, path, (row for _, row in sorted(rows)))
    for path, content in world.texts.items():
        text(folder, path, content)


def ident(world: World, of: str, length: int, letters: str = "bcdfghjklmnpqrstvwxz2456789") -> str:
    """Letters and digits as platforms append them to names."""
    dice = random.Random(f"{world.name}/{of}")
    return "".join(dice.choice(letters) for _ in range(length))


def otlp(world: World, every: int = 8) -> Any:
    """Spans of every eighth request; a store appears as its caller's client span."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for number, request in enumerate(world.requests):
        if number % every:
            continue
        for place, visit in enumerate(request.visits):
            is_store = world.services[visit.service].is_store and visit.parent >= 0
            owner = request.visits[visit.parent].service if is_store else visit.service
            begin = round((world.start + visit.at * 60) * 1e6)
            row: dict[str, Any] = {
                "traceId": request.trace, "spanId": _span(request, place),
                "name": request.operation if place == 0 else f"{'query' if is_store else 'handle'} {visit.service}",
                "kind": 3 if is_store else 2, "startTimeUnixNano": str(begin * 1000),
                "endTimeUnixNano": str((begin + round(visit.seconds * 1e6)) * 1000),
                "status": {"code": 2} if visit.status >= 500 else {},
            }  # fmt: skip
            if visit.parent >= 0:
                row["parentSpanId"] = _span(request, visit.parent)
            if is_store:
                row["attributes"] = [{"key": "peer.service", "value": {"stringValue": visit.service}}]
            rows.setdefault(owner, []).append(row)
    return {"resourceSpans": [
        {"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": name}}]}, "scopeSpans": [{"spans": found}]}
        for name, found in sorted(rows.items())
    ]}  # fmt: skip


def _span(request: Request, place: int) -> str:
    return f"{(int(request.trace[:12], 16) + place) & (1 << 64) - 1:016x}"


def git_log(world: World) -> str:
    """Commits behind the deploys, newest first, 20 minutes or so before each went live."""
    found = []
    for each in sorted((each for each in world.changes if each.sha), key=lambda each: -each.minute):
        when = world.stamp(each.minute - 23).strftime("%Y-%m-%d %H:%M:%S +0000")
        found.append(
            f"commit {each.sha}\nAuthor: Dev Team <dev@example.com>\nDate:   {when}\n\n    {each.title}\n\n{each.diff}"
        )
    return "\n".join(found)


def changes(folder: Path, world: World) -> None:
    """Deploys, migrations, flags, configurations and campaigns, each in the file of the system that records it."""
    writers: Mapping[str, tuple[str, Callable[[Change], dict[str, Any]]]] = {
        "deploy": ("changes/deploys.json", lambda each: {
            "id": each.id, "service": each.component, "version": each.more.get("version", "1.8.2"), "commit_sha": each.sha,
            "title": each.title, "started_at": world.iso(each.minute - 1.5), "finished_at": world.iso(each.minute), "status": "succeeded",
        }),
        "config": ("changes/config.json", lambda each: {
            "id": each.id, "service": each.component, "version": each.more.get("version", "r41"), "kind": "config", "title": each.title,
            "commit_sha": each.sha, "timestamp": world.iso(each.minute),
        }),
        "migration": ("changes/migrations.json", lambda each: {
            "migration": each.id, "name": each.title, "service": each.component, "commit": each.sha,
            "applied_at": world.iso(each.minute), "status": "succeeded",
        }),
        "flag": ("changes/flags.json", lambda each: {
            "timestamp": world.iso(each.minute), "flag": each.id, "service": each.component, "change": each.more.get("turn", "off->on"),
        }),
        "campaign": ("changes/campaigns.json", lambda each: {"campaign": each.id, "title": each.title, "sent_at": world.iso(each.minute)}),
    }  # fmt: skip
    for kind, (path, row) in writers.items():
        if found := [
            row(each) for each in sorted(world.changes, key=lambda each: (each.minute, each.id)) if each.kind == kind
        ]:
            document(folder, path, found)
    if log := git_log(world):
        text(folder, "changes/git.log", log)


def alerts(world: World, found: Mapping[str, list[Minute]]) -> list[Alert]:
    """'More than 3 % fail' and 'p95 over three times its usual', each for three minutes, evaluated as Prometheus would."""
    fired = list(world.alerted)
    for service in sorted(set(world.operations.values())):
        rows = found[service]
        usual = sorted(each.p95 for each in rows[:90])[45]
        errors = [each.failed / max(1, each.requests) for each in rows]
        for name, values, limit in (
            ("HighErrorRate", errors, 0.03),
            ("HighLatency", [each.p95 for each in rows], 3 * usual),
        ):
            over = [minute for minute in range(3, LENGTH) if all(one > limit for one in values[minute - 3 : minute])]
            if over:
                end = next((minute for minute in range(over[0], LENGTH) if values[minute] <= limit), None)
                fired.append(Alert(service, name, float(over[0]), end, values[over[0]], limit))
    return fired


def alertmanager(world: World, fired: Iterable[Alert]) -> list[dict[str, Any]]:
    """Alerts as Alertmanager's API gives them."""
    return [
        {
            "labels": {"alertname": each.name, "service": each.service, "severity": "critical"},
            "annotations": {"summary": f"{each.name} on {each.service}: {each.observed:.3g} is above {each.threshold:.3g}"},
            "startsAt": world.iso(each.fired), "endsAt": world.iso(each.ended or LENGTH + 5),
            "status": {"state": "active", "silencedBy": [], "inhibitedBy": []}, "fingerprint": f"{abs(int(each.fired * 7919)):016x}",
        }
        for each in fired
    ]  # fmt: skip


def matrix(world: World, rows: Iterable[tuple[Mapping[str, str], Iterable[float]]]) -> dict[str, Any]:
    """A Prometheus range answer, one sample a minute."""
    result = [
        {"metric": dict(labels), "values": [[world.start + 60 * at, f"{value:.6g}"] for at, value in enumerate(values)]}
        for labels, values in rows
    ]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}
