"""Every noun that a report on health must know has a rule, and every rule tells well from unwell in a real export."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from forensics import analysis
from forensics.findings import health, levels, rules, saturation
from forensics.library import Library
from forensics.records.finding import HealthCheck, Holder
from forensics.records.options import Options, silent
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store

END = 1_778_076_000
HOUR = 60
INCIDENT = Window((END - 1800) * 1_000_000, END * 1_000_000)
WINDOWS = Windows(INCIDENT, "declared", (Window((END - 9000) * 1_000_000, (END - 1800) * 1_000_000),), Marks())
NOUNS = {
    "Response times", "Throughput", "Error rates", "CPU", "Memory", "Disk space", "Disk I/O", "Network", "Dependencies",
    "External services", "Connection pool in use", "Connection pool waiting", "Active connections", "Slow queries", "Lock waits",
    "Replication", "Database storage", "Cache hit rate", "Cache memory", "Cache evictions", "Traffic", "Distribution over instances",
    "Scaling", "Queue lag", "Background jobs", "Servers", "Pods", "Services", "Ingress", "Nodes", "Quotas", "Rollouts", "Docker",
    "Load balancers", "CDN", "TLS certificates", "AWS", "GCP", "Azure", "Serverless timeouts", "Serverless throttles", "Cold starts",
    "Service mesh",
}  # fmt: skip
DEFINED = [
    (area, row, number)
    for area, said in Library().load("models", "health").items()
    for row in said["check"]
    for number in range(len(row["sample"]))
]


def slug(area: str, noun: str, number: int) -> str:
    return f"{area}-{re.sub('[^a-z]+', '-', noun.lower())}-{number}"


def exported(component: str, row: dict[str, Any], sample: dict[str, Any]) -> list[dict[str, Any]]:
    """The series of a sample as Prometheus answers a range query; a counter rises by the sample's value a second."""
    found = []
    for series in sample["series"]:
        total, values = 0.0, []
        for minute in range(-150, 0):
            value = series["during"] if minute >= -30 else series["before"]
            total += 60 * value
            shown = total if row.get("counter") else value
            values.append([END + 60 * minute, repr(shown)])
        found.append({"metric": {**series["labels"], "service": component}, "values": values})
    return found


@pytest.fixture(scope="module")
def checks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[HealthCheck]]:
    """The checks of a bundle in which each sample is a component."""
    bundle = tmp_path_factory.mktemp("bundle")
    series = [
        one
        for area, row, number in DEFINED
        if "series" in row["sample"][number]
        for one in exported(slug(area, row["noun"], number), row, row["sample"][number])
    ]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": series}}
    (bundle / "metrics.json").write_text(json.dumps(answer))
    for area, row, number in DEFINED:
        if "text" in row["sample"][number]:
            (bundle / f"{slug(area, row['noun'], number)}.json").write_text(row["sample"][number]["text"])
    folder = tmp_path_factory.mktemp("case")
    _, store = analysis.read(
        bundle, folder / "case", folder / "x", Options(), Library(), over=analysis.threads, progress=silent
    )
    by_component: dict[str, list[HealthCheck]] = {}
    for each in health.check(store, WINDOWS, Library()):
        by_component.setdefault(each.component, []).append(each)
    return by_component


@pytest.mark.parametrize(("area", "row", "number"), DEFINED, ids=[slug(a, r["noun"], n) for a, r, n in DEFINED])
def test_a_rule_tells_well_from_unwell(
    area: str, row: dict[str, Any], number: int, checks: dict[str, list[HealthCheck]]
) -> None:
    sample = row["sample"][number]
    text = sample.get("text", "")
    component = re.search(r'"app":"([^"]+)"', text)[1] if text else slug(area, row["noun"], number)  # type: ignore[index]

    found = [each.status for each in checks[component] if each.check.partition(":")[0] == row["noun"]]

    assert found == [sample["status"]]


def test_every_noun_has_a_rule_that_warns_and_one_that_does_not() -> None:
    told = {row["noun"]: {sample["status"] for sample in row["sample"]} for _, row, _ in DEFINED}

    assert set(told) >= NOUNS
    assert all({"ok", "warn", "critical"} <= statuses for statuses in told.values())


def test_a_noun_that_the_bundle_does_not_show_is_unknown(tmp_path: Path) -> None:
    found = health.check(Store(tmp_path), WINDOWS, Library())

    assert {each.status for each in found} == {"unknown"}
    assert {each.check for each in found} >= NOUNS


def test_a_level_that_was_as_bad_before_counts_less() -> None:
    rule = next(each for each in rules.load(Library())[0] if each.noun == "CPU")

    assert [health._status(rule, 0.97, before) for before in (0.3, 0.97, None)] == ["critical", "warn", "critical"]


def test_a_counter_that_was_reset_still_grew() -> None:
    assert levels.statistic(((0, 5.0), (1_000_000, 9.0), (2_000_000, 2.0)), "increase") == 6.0


def test_the_holders_of_a_full_pool_are_named(tmp_path: Path) -> None:
    bundle = Path(__file__).parents[2] / "sample_data/checkout-pool-exhaustion/bundle"
    _, store = analysis.read(
        bundle, tmp_path / "case", tmp_path / "x", Options(include=("metrics/*", "incident.yaml")), Library(),
        over=analysis.threads, progress=silent,
    )  # fmt: skip
    span = store.span()
    assert span is not None
    incident = Window(span.end - 45 * MINUTE, span.end - 32 * MINUTE)
    windows = Windows(incident, "declared", (Window(span.start, incident.start - 30 * MINUTE),), Marks())

    found = saturation.find(store, windows)

    assert [(each.component, each.resource, each.size) for each in found] == [("payment", "PaymentPool", 50.0)]
    assert found[0].holders[0] == Holder("reconciliation-job", 0.0, 38.0)


@pytest.mark.parametrize(
    ("used", "size"),
    [
        ("process_open_fds", "process_max_fds"),
        ("redis_memory_used_bytes", "redis_memory_max_bytes"),
        ("pg_stat_activity_count", "pg_settings_max_connections"),
        ("worker_queue_length", "worker_queue_capacity"),
    ],
)
def test_who_holds_a_full_resource_is_told_before_and_during(tmp_path: Path, used: str, size: str) -> None:
    rows = [
        {"labels": {"__name__": used, "client": "api"}, "before": 20.0, "during": 15.0},
        {"labels": {"__name__": used, "client": "jobs"}, "before": 5.0, "during": 83.0},
        {"labels": {"__name__": size}, "before": 100.0, "during": 100.0},
        # The size of another kind of resource bounds nothing.
        {"labels": {"__name__": "thread_pool_size"}, "before": 8.0, "during": 8.0},
    ]
    answer = {"status": "success", "data": {"resultType": "matrix", "result": exported("shop", {}, {"series": rows})}}
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle/metrics.json").write_text(json.dumps(answer))
    _, store = analysis.read(
        tmp_path / "bundle", tmp_path / "case", tmp_path / "x", Options(), Library(), over=analysis.threads, progress=silent
    )  # fmt: skip

    found = saturation.find(store, WINDOWS)

    assert [(each.component, each.resource, each.size) for each in found if each.resource == used] == [
        ("shop", used, 100.0)
    ]
    assert found[0].holders == (Holder("jobs", 5.0, 83.0), Holder("api", 20.0, 15.0))
