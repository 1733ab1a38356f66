"""The exported rules, replayed by Prometheus's own promtool over what the bundle holds."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from forensics import analysis, report
from forensics.clock import instant
from forensics.impact import edge, minutes
from forensics.library import Library
from forensics.records.options import Options
from forensics.records.signal import Windows
from forensics.records.window import MINUTE, Marks
from forensics.store import Store, existing

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data" / "checkout-pool-exhaustion" / "bundle"
INSTALL = "promtool is missing; run: sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus"
BEFORE = 180


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A folder with the case and the rules, and the report."""
    if shutil.which("promtool") is None:
        pytest.fail(INSTALL)
    folder = tmp_path_factory.mktemp("rules")
    said = report.as_json(analysis.run(SAMPLE, folder / "case", Options()))
    for name, form in (("alert-rules.yaml", "rules"), ("dashboard.json", "dashboard")):
        (folder / name).write_bytes(report.render(said, form, Library()))
    return folder, said


def promtool(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)


def gauges(store: Store, metrics: set[str], start: int, length: int) -> list[dict[str, str]]:
    """Input series of promtool, a value a minute from ``start``."""
    found = []
    for row in (
        store.scan("series").filter(pl.col("metric").is_in(metrics)).sort("series_id").collect().iter_rows(named=True)
    ):
        samples = store.scan("metrics").filter(pl.col("series_id") == row["series_id"]).sort("time").collect()
        values = dict(zip(samples["time"].to_physical().to_list(), samples["value"].to_list(), strict=True))
        labels = ",".join(f'{key}="{value}"' for key, value in json.loads(row["labels"]).items() if key != "__name__")
        told = " ".join(repr(values[at]) if (at := start + i * MINUTE) in values else "_" for i in range(length))
        found.append({"series": f"{row['metric']}{{{labels}}}", "values": told})
    return found


def counters(store: Store, start: int, length: int) -> list[dict[str, str]]:
    """The access log as request counters, good traffic at the average rate where it does not reach."""
    span = store.span()
    assert span is not None
    found = edge.find(store, Windows(span, "declared", (), Marks()))
    assert found is not None
    seen = minutes.of_edge(store, found)
    assert seen is not None
    rate, rows = round(seen.rate() or 0), {"200": ["0"], "502": ["0"]}
    good = bad = 0
    for i in range(1, length):
        place = (start + (i - 1) * MINUTE - seen.start) // MINUTE
        inside = 0 <= place < len(seen.total)
        total, failed = (seen.total[place], seen.bad[place]) if inside else (rate, 0)
        good, bad = good + total - failed, bad + failed
        rows["200"].append(str(good))
        rows["502"].append(str(bad))
    return [
        {"series": f'http_requests_total{{service="{found.component}",status="{status}"}}', "values": " ".join(values)}
        for status, values in rows.items()
    ]


def test_each_rule_fires_in_the_minute_that_is_stated_and_not_before(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, said = exported
    store = existing(folder / "case")
    rules = said["detection"]["rules"]
    onset = instant(said["incident"]["window"]["start"], "UTC") // MINUTE * MINUTE
    start, length = onset - BEFORE * MINUTE, BEFORE + 40
    checks = []
    for rule, written in zip(
        rules, yaml.safe_load((folder / "alert-rules.yaml").read_text())["groups"][0]["rules"], strict=True
    ):
        minute = (instant(rule["would_fire_at"], "UTC") - start) // MINUTE
        checks.append((minute - 1, written, False))
        checks.append((minute, written, True))
    tests = {
        "rule_files": ["alert-rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": gauges(store, {each["metric"] for each in rules}, start, length)
                + counters(store, start, length),
                "promql_expr_test": [],
                "alert_rule_test": [expectation(*each) for each in checks],
            }
        ],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(tests))

    result = promtool(folder, "test", "rules", "test.yaml")

    assert result.returncode == 0, result.stdout + result.stderr
    assert len(rules) >= 5
    assert {"threshold", "ratio", "burn_rate"} <= {each["kind"] for each in rules}


def expectation(minute: int, written: dict[str, Any], fires: bool) -> dict[str, Any]:
    """What promtool must find: labels are those of the rule and of the series it selects."""
    selected = written["expr"].split("{")[1].split("}")[0] if not written["expr"].startswith("sum") else ""
    labels = {
        name: value.strip('"') for name, _, value in (each.partition("=") for each in selected.split(",")) if name
    }
    alert = {"exp_labels": labels | written["labels"], "exp_annotations": written["annotations"]}
    return {"eval_time": f"{minute}m", "alertname": written["alert"], "exp_alerts": [alert] if fires else []}


def test_the_rules_are_valid_and_the_dashboard_shows_each(exported: tuple[Path, dict[str, Any]]) -> None:
    folder, said = exported

    result = promtool(folder, "check", "rules", "alert-rules.yaml")
    panels = json.loads((folder / "dashboard.json").read_text())["panels"]

    assert result.returncode == 0, result.stdout + result.stderr
    assert len(panels) == len(said["detection"]["rules"])


def test_false_alarms_are_told_only_from_a_day_of_baseline(exported: tuple[Path, dict[str, Any]]) -> None:
    _, said = exported

    for rule in said["detection"]["rules"]:
        assert (rule["false_alarms_in_baseline"] is None) == (rule["baseline_h"] < 24)
