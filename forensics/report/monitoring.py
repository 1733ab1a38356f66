"""The detection rules of a report as Prometheus alerting rules, and its signals as a Grafana dashboard.

https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/,
https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/.
"""

import json
from collections.abc import Mapping
from typing import Any

import yaml

SEVERITY = {"ratio": "page", "burn_rate": "page", "threshold": "ticket", "absence": "ticket"}


def alert_rules(report: Mapping[str, Any]) -> bytes:
    """A rule file for ``promtool check rules``; every rule says how it did on the bundle."""
    rules = [_rule(each) for each in report["detection"]["rules"]]
    names: dict[str, int] = {}
    for rule in rules:
        names[rule["alert"]] = names.get(rule["alert"], 0) + 1
        if names[rule["alert"]] > 1:
            rule["alert"] += str(names[rule["alert"]])
    groups = (
        [{"name": f"forensics: {report['incident']['title']}"[:120], "interval": "1m", "rules": rules}] if rules else []
    )
    text = yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=1_000)
    return text.encode("utf-8", "backslashreplace")


def _rule(each: Mapping[str, Any]) -> dict[str, Any]:
    false, hours = each["false_alarms_in_baseline"], each["baseline_h"]
    noise = (
        f"{false} false alarms in {hours:.0f} h" if false is not None else "false alarms unknown: baseline under 24 h"
    )
    return {
        "alert": each["name"],
        "expr": each["expr"],
        "for": f"{each['for_s']}s",
        "labels": {"severity": SEVERITY.get(each["kind"], "ticket")},
        "annotations": {
            "summary": _plain(each["text"]),
            "backtest": f"would have fired at {each['would_fire_at']}; {noise}",
        },
    }


def _plain(text: str) -> str:
    """Text that a Prometheus template leaves alone."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def dashboard(report: Mapping[str, Any]) -> bytes:
    """A dashboard with a panel for each rule, its limit as a threshold line."""
    panels = [_panel(number, each) for number, each in enumerate(report["detection"]["rules"])]
    window = report["incident"]["window"]
    document = {
        "title": report["incident"]["title"],
        "uid": report["incident"]["claim"],
        "schemaVersion": 39,
        "tags": ["forensics"],
        "timezone": "utc",
        "time": {"from": window["start"], "to": window["end"]},
        "templating": {
            "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}]
        },
        "annotations": {"list": []},
        "panels": panels,
    }
    return (json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode(
        "utf-8", "backslashreplace"
    )


def _panel(number: int, each: Mapping[str, Any]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${datasource}"}
    expr, limit = _split(each["expr"]) if each["kind"] != "burn_rate" else (each["expr"], None)
    steps: list[dict[str, Any]] = [{"color": "green", "value": None}]
    if limit is not None:
        steps.append({"color": "red", "value": limit})
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": f"{each['component']} {each['metric']}".strip(),
        "description": each["text"],
        "datasource": source,
        "gridPos": {"h": 8, "w": 12, "x": 12 * (number % 2), "y": 8 * (number // 2)},
        "targets": [{"refId": "A", "expr": expr, "datasource": source}],
        "fieldConfig": {
            "defaults": {
                "thresholds": {"mode": "absolute", "steps": steps},
                "custom": {"thresholdsStyle": {"mode": "line"}},
            },
            "overrides": [],
        },
    }


def _split(expr: str) -> tuple[str, float | None]:
    """The measured side of a comparison and its limit."""
    for sign in (" > ", " < "):
        left, _, right = expr.rpartition(sign)
        try:
            return (left, float(right)) if left else (expr, None)
        except ValueError:
            continue
    return expr, None
