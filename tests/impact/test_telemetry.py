from pathlib import Path

import pytest

from forensics.impact import telemetry
from tests.impact.test_queries import BAD, HOUR, OK, counted, store_of


def test_requests_that_two_metrics_count_count_once(tmp_path: Path) -> None:
    rows = {
        OK: counted(60, [10.0] * 10),
        BAD: counted(60, [2.0] * 10),
        ("http_request_duration_seconds_count", "{}"): counted(60, [12.0] * 10),
    }

    found = telemetry.minutes(store_of(tmp_path, rows), HOUR)

    assert found is not None
    assert (found.bad, found.total) == ((2,) * 10, (12,) * 10)


def test_failures_with_a_counter_of_their_own(tmp_path: Path) -> None:
    rows = {
        ("http_requests_total", "{}"): counted(60, [10.0] * 10),
        ("http_requests_errors_total", "{}"): counted(60, [1.0] * 10),
    }

    found = telemetry.minutes(store_of(tmp_path, rows), HOUR)

    assert found is not None
    assert (sum(found.bad), sum(found.total)) == (10, 100)


def test_a_scrape_every_five_minutes_leaves_no_minute_unknown(tmp_path: Path) -> None:
    rows = {OK: counted(300, [50.0] * 6), BAD: counted(300, [0.0] * 5 + [5.0])}

    found = telemetry.minutes(store_of(tmp_path, rows), HOUR)

    assert found is not None
    assert all(found.known)
    assert found.total == (10,) * 25 + (11,) * 5


def test_an_error_ratio_and_a_rate(tmp_path: Path) -> None:
    rows = {
        ("error_ratio", "{}"): [(60 * i, 0.5 if i > 8 else 0.0) for i in range(1, 11)],
        ("requests_per_second", "{}"): [(60 * i, 2.0) for i in range(1, 11)],
    }

    found = telemetry.minutes(store_of(tmp_path, rows), HOUR)

    assert found is not None
    assert (found.source, sum(found.bad), sum(found.total)) == ("gauges", 120, 1_200)


@pytest.mark.parametrize("metric", ["cpu_seconds_total", "queue_depth"])
def test_what_counts_no_requests_gives_none(metric: str, tmp_path: Path) -> None:
    assert telemetry.minutes(store_of(tmp_path, {(metric, "{}"): counted(60, [1.0] * 10)}), HOUR) is None
