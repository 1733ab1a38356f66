import pytest
import yaml

from forensics.impact.asked import Asked
from forensics.impact.dialects import Objective, objectives

OPENSLO = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: checkout-latency}
spec:
  service: checkout
  indicator: {spec: {thresholdMetric: {metricSource: {type: Prometheus, spec: {query: 'p95(x[5m])'}}}}}
  timeWindow: [{duration: 1M, isRolling: false, calendar: {startTime: 2026-01-01 00:00:00, timeZone: Europe/Berlin}}]
  budgetingMethod: Timeslices
  objectives: [{op: lte, value: 0.3, targetPercent: 99.5, timeSliceTarget: 0.95, timeSliceWindow: 1m}]
"""
SLOTH = """
version: prometheus/v1
service: pay
slos:
  - name: requests-availability
    objective: 99.95
    sli: {events: {error_query: 'sum(rate(h{code=~"5.."}[{{.window}}]))', total_query: 'sum(rate(h[{{.window}}]))'}}
"""
PYRRA = """
apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: {name: api-latency}
spec:
  target: "99"
  window: 2w
  indicator: {latency: {success: {metric: 'd_bucket{le="0.5"}'}, total: {metric: 'd_count{a="b"}'}}}
"""
GENERATOR = """
apiVersion: sre.google.com/v2
kind: ServiceLevelObjective
metadata: {name: web, labels: {service_name: web}}
spec:
  goal: 0.98
  backend: prometheus
  method: good_bad_ratio
  service_level_indicator: {filter_good: 'http{status="200"}'}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            OPENSLO,
            Objective(
                "checkout-latency", "checkout", "latency", 0.995, 30.0, is_assumed=False, method="timeslices",
                slice_target=0.95, calendar="month", zone="Europe/Berlin", threshold_s=0.3, query="p95(x[5m])", style="OpenSLO",
                asked=Asked(value="p95(x[5m])", limit=0.3),
            ),
        ),
        (
            SLOTH,
            Objective(
                "requests-availability", "pay", "availability", 0.9995, 30.0, is_assumed=False, style="Sloth",
                query='sum(rate(h{code=~"5.."}[{{.window}}])) ; sum(rate(h[{{.window}}]))',
                asked=Asked(bad='sum(rate(h{code=~"5.."}[{{.window}}]))', total="sum(rate(h[{{.window}}]))"),
            ),
        ),
        (
            PYRRA,
            Objective(
                "api-latency", "", "latency", 0.99, 14.0, is_assumed=False, threshold_s=0.5, style="Pyrra",
                query='d_bucket{le="0.5"} ; d_count{a="b"}',
                asked=Asked(good='d_bucket{le="0.5"}', total='d_count{a="b"}'),
            ),
        ),
        (
            GENERATOR,
            Objective(
                "web", "web", "availability", 0.98, 30.0, is_assumed=False, query='http{status="200"}', style="slo-generator",
                asked=Asked(good='http{status="200"}'),
            ),
        ),
    ],
    ids=["OpenSLO", "Sloth", "Pyrra", "slo-generator"],
)  # fmt: skip
def test_a_definition_is_read_as_written(text: str, expected: Objective) -> None:
    assert list(objectives([yaml.safe_load(text)])) == [expected]


@pytest.mark.parametrize("text", ["{}", "[1]", "kind: SLO", "kind: SLO\nspec: {objectives: [{target: x}]}", "a: b"])
def test_what_is_no_definition_gives_none(text: str) -> None:
    assert list(objectives([yaml.safe_load(text)])) == []
