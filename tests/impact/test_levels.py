"""A bundle with nothing but Prometheus metrics and definitions in four dialects, analysed end to end."""

import json
from typing import Any

import pytest

from forensics import analysis, report
from forensics.records.options import Options

START = 1_780_000_000
FAILING = range(160, 200)
DEFINITIONS = """
version: prometheus/v1
service: checkout
slos:
  - {name: sloth, objective: 99.9, sli: {events: {error_query: 'sum(rate(http_requests_total{status=~"5.."}[{{.window}}]))',
     total_query: 'sum(rate(http_requests_total[{{.window}}]))'}}}
  - {name: beyond, objective: 99, sli: {events: {error_query: 'predict_linear(a[1h], 3)', total_query: 'sum(rate(a[1m]))'}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: openslo}
spec:
  service: checkout
  indicator: {spec: {thresholdMetric: {metricSource: {type: Prometheus, spec: {
    query: 'histogram_quantile(0.9, sum(rate(http_request_duration_seconds_bucket[5m])) by (le))'}}}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives: [{op: lte, value: 0.3, target: 0.995}]
---
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: pyrra}
spec:
  target: "99"
  indicator: {latency: {success: {metric: 'http_request_duration_seconds_bucket{le="0.3"}'},
    total: {metric: 'http_request_duration_seconds_count'}}}
---
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata: {name: generator, labels: {service_name: checkout}}
spec:
  goal: 0.98
  backend: prometheus
  method: good_bad_ratio
  service_level_indicator: {filter_good: 'http_requests_total{status="200"}[window]', filter_valid: 'http_requests_total[window]'}
---
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata: {name: elsewhere, labels: {service_name: checkout}}
spec:
  goal: 0.98
  backend: cloud_monitoring
  method: good_bad_ratio
  service_level_indicator: {filter_good: 'a', filter_valid: 'b'}
"""


def matrix() -> str:
    """A scrape every 30 s for two hours: 270 requests each, 70 of them failing and 150 slow for twenty minutes."""
    series: dict[tuple[str, str, str], list[list[Any]]] = {}
    ok = bad = fast = 0
    for i in range(240):
        is_failing = i in FAILING
        ok += 200 if is_failing else 270
        bad += 70 if is_failing else 0
        fast += 120 if is_failing else 270
        values = {
            ("http_requests_total", "status", "200"): ok,
            ("http_requests_total", "status", "500"): bad,
            ("http_request_duration_seconds_bucket", "le", "0.3"): fast,
            ("http_request_duration_seconds_bucket", "le", "+Inf"): ok + bad,
            ("http_request_duration_seconds_count", "job", "checkout"): ok + bad,
        }
        for key, value in values.items():
            series.setdefault(key, []).append([START + 30 * i, str(value)])
    found = [
        {"metric": {"__name__": name, "job": "checkout", label: value}, "values": rows}
        for (name, label, value), rows in series.items()
    ]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": found}})


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("metrics-only")
    (folder / "bundle").mkdir()
    (folder / "bundle" / "prometheus.json").write_text(matrix())
    (folder / "bundle" / "slo.yaml").write_text(DEFINITIONS)
    window = Options(
        start=(START + 30 * 140) * 1_000_000,
        end=(START + 30 * 220) * 1_000_000,
        slo=("latency@300ms=99", "throughput@10rps=99"),
    )
    found: dict[str, Any] = report.as_json(analysis.run(folder / "bundle", folder / "case", window))
    return found


@pytest.fixture
def slos(told: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each for each in told["slo"]}


@pytest.mark.parametrize(
    ("name", "bad", "share"),
    [
        ("sloth", 2_800, 2_800 / 21_600),
        ("generator", 2_800, 2_800 / 21_600),
        ("pyrra", 6_000, 6_000 / 21_600),
        ("latency", 6_000, 6_000 / 21_600),
        ("throughput", 40, 1.0),
        ("elsewhere", 2_800, 2_800 / 21_600),
    ],
)
def test_each_definition_is_measured_on_metrics_alone(name: str, bad: int, share: float, slos: dict[str, Any]) -> None:
    found = slos[name]

    assert found["budget"]["spent"] == bad
    assert found["actual"] == pytest.approx(1 - share)
    assert found["evidence"]


def test_a_quantile_counts_minutes(slos: dict[str, Any]) -> None:
    found = slos["openslo"]

    # Twenty minutes of slow requests, and as long as they stay in the window of five minutes.
    assert 20 <= found["budget"]["spent"] <= 25
    assert found["method"] == "timeslices"


def test_what_was_run_and_what_was_not_is_said(slos: dict[str, Any]) -> None:
    for name in ("sloth", "openslo", "pyrra", "generator"):
        assert "evaluated on the metrics of the bundle" in slos[name]["remark"]
    assert "'predict_linear' is not evaluated" in slos["beyond"]["remark"]
    assert "cloud_monitoring and not Prometheus" in slos["elsewhere"]["remark"]


def test_a_counter_has_no_level_to_return_to(told: dict[str, Any]) -> None:
    assert [each for each in told["recovery"] if each["metric"].endswith("_total")] == []
