from pathlib import Path
from typing import Any

import polars as pl
import pytest

from forensics.impact import gains, indicators, queries, telemetry
from forensics.impact.asked import Asked
from forensics.impact.queries.parsing import Aggregate, Call, Selector, parse
from forensics.records.window import MINUTE, Window
from forensics.store import Store

START = 1_750_000_020_000_000
HOUR = Window(START, START + 60 * MINUTE)


def store_of(folder: Path, rows: dict[tuple[str, str], list[tuple[int, float]]]) -> Store:
    """Series by metric and labels (JSON): seconds from the start and values."""
    store = Store(folder)
    keys = sorted(rows)
    store.write(
        "series",
        pl.DataFrame(
            [{"series_id": i, "component": "web", "peer": "", "metric": metric, "unit": "", "kind": "", "labels": labels, "file": "m"}
             for i, (metric, labels) in enumerate(keys)]
        ),
    )  # fmt: skip
    values = [
        {"time": START + at * 1_000_000, "series_id": i, "value": value, "file": "m", "line": 0, "record": ""}
        for i, key in enumerate(keys)
        for at, value in rows[key]
    ]
    store.write("metrics", pl.DataFrame(values).with_columns(pl.col("time").cast(pl.Datetime("us"))))
    return store


def counted(step: int, gain: list[float], start: float = 0.0) -> list[tuple[int, float]]:
    """A counter that is read every ``step`` seconds."""
    found, level = [(0, start)], start
    for i, each in enumerate(gain, start=1):
        level += each
        found.append((i * step, level))
    return found


OK, BAD = ("http_requests_total", '{"status": "200"}'), ("http_requests_total", '{"status": "503"}')
RATIO = Asked(bad='sum(rate(http_requests_total{status=~"5.."}[5m]))', total="sum(rate(http_requests_total[5m]))")


def test_a_query_is_read_into_its_parts() -> None:
    assert parse('sum by (le) (rate(x_bucket{a!="b",c=~"d|e"}[{{.window}}]))') == Aggregate(
        "sum", ("le",), False, Call("rate", (Selector("x_bucket", (("a", "!=", "b"), ("c", "=~", "d|e")), 300),))
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("predict_linear(x[1h], 3)", "predict_linear"),
        ("sum(rate(x[5m] offset 1d))", "offset"),
        ("max_over_time(x[1h:1m])", "sub-query"),
        ("a / on(b) c", "on"),
        ("rate(x)", "range"),
        ("sum(rate(x[5m])", "end"),
        ("sum(rate(x[5m])) > 3", "goes on"),
        ("\u00e9", "cannot be read"),
        ("(" * 90 + "x" + ")" * 90, "deep"),
    ],
)
def test_what_goes_beyond_the_subset_says_what(text: str, why: str) -> None:
    with pytest.raises(queries.Unread, match=why):
        parse(text)


def test_events_are_counted_minute_by_minute(tmp_path: Path) -> None:
    store = store_of(tmp_path, {OK: counted(30, [10.0] * 20), BAD: counted(30, [0.0] * 10 + [2.0] * 10)})

    found = queries.measure(store, RATIO, "web", HOUR)

    assert (found.source, sum(found.bad), sum(found.total)) == ("query", 20, 220)
    assert found.total == (20,) * 5 + (24,) * 5
    assert [each.metric for each in found.evidence] == ["http_requests_total", "http_requests_total"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "asked",
    [
        Asked(good='http_requests_total{status="200"}', total="http_requests_total"),
        Asked(good='sum(increase(http_requests_total{status="200"}[1h]))', bad='sum(increase(http_requests_total{status!="200"}[1h]))'),
        Asked(ratio='1 - sum(rate(http_requests_total{status="503"}[5m])) / sum(rate(http_requests_total[5m]))'),
        Asked(ratio='sum(rate(http_requests_total{status="503"}[5m])) / sum(rate(http_requests_total[5m]))', is_error=True),
        Asked(bad='sum(rate(http_requests_total{status="503"}[5m])) or vector(0)', total="sum(rate(http_requests_total[5m]))"),
        Asked(bad='sum(rate(http_requests_total[5m])) - sum(rate(http_requests_total{status="200"}[5m]))',
              total="sum(rate(http_requests_total[5m]))"),
    ],
)  # fmt: skip
def test_each_way_of_writing_a_share_counts_the_same(asked: Asked, tmp_path: Path) -> None:
    store = store_of(tmp_path, {OK: counted(30, [10.0] * 20), BAD: counted(30, [0.0] * 10 + [2.0] * 10)})

    found = queries.measure(store, asked, "web", HOUR)

    assert (sum(found.bad), sum(found.total)) == (20, 220)


def test_a_quantile_is_held_against_its_limit_each_minute(tmp_path: Path) -> None:
    fast, slow = [10.0] * 30, [10.0] * 15 + [2.0] * 15
    rows = {
        ("d_bucket", '{"le": "0.1"}'): counted(60, slow),
        ("d_bucket", '{"le": "0.5"}'): counted(60, fast),
        ("d_bucket", '{"le": "+Inf"}'): counted(60, fast),
    }
    query = "histogram_quantile(0.9, sum(rate(d_bucket[5m])) by (le))"

    found = queries.measure(store_of(tmp_path, rows), Asked(value=query, limit=0.1), "web", HOUR)

    assert found.source == "value"
    # Two of ten in the window are slow from the first minute on: over a tenth.
    assert [i for i, bad in enumerate(found.bad) if bad] == list(range(15, len(found.bad)))


def test_a_name_that_the_bundle_has_not_is_said(tmp_path: Path) -> None:
    store = store_of(tmp_path, {OK: counted(30, [10.0] * 20)})

    with pytest.raises(queries.Unread, match="no series named other_total"):
        queries.measure(store, Asked(bad="other_total", total="http_requests_total"), "web", HOUR)
    assert sum(queries.measure(store, RATIO, "web", HOUR).bad) == 0


def test_resets_gaps_and_scrapes_stored_twice(tmp_path: Path) -> None:
    samples = [(0, 90.0), (60, 100.0), (60, 100.0), (120, 5.0), (420, 55.0)]
    store = store_of(tmp_path, {OK: samples})

    found = gains.gained(store, [0])

    # Reset before 120 s; what came in the gap until 420 s is spread over its five minutes.
    assert [row[2:] for row in found.rows()] == [(10.0, False), (5.0, True)] + [(10.0, False)] * 5
    assert found["minute"].to_list() == list(range(found["minute"][0], found["minute"][0] + 7))
    assert gains.resets(found) == 1


def test_a_reset_is_told_as_a_lower_bound(tmp_path: Path) -> None:
    store = store_of(tmp_path, {OK: [(0, 90.0), (60, 100.0), (120, 5.0)], BAD: [(0, 0.0), (60, 0.0), (120, 0.0)]})

    found = queries.measure(store, RATIO, "web", HOUR)
    plain = telemetry.minutes(store, HOUR)

    assert found.remarks == ("resets",)
    assert plain is not None
    assert (plain.remarks, plain.total) == (("resets",), found.total)


def test_a_clock_that_was_set_back_does_not_count_twice(tmp_path: Path) -> None:
    # Fifty requests a minute; at 300 s the clock goes back by 90 s, and samples fall between those before.
    before = [(at, 1_000 + at * 50 / 60) for at in range(0, 301, 60)]
    after = [(at - 90, 1_000 + at * 50 / 60) for at in range(360, 661, 60)]
    store = store_of(tmp_path, {OK: sorted(before + after)})

    found = gains.gained(store, [0])

    assert found["gain"].sum() == 550
    assert gains.resets(found) == 0


def test_no_traffic_is_no_result(tmp_path: Path) -> None:
    store = store_of(tmp_path, {OK: counted(60, [0.0] * 10), BAD: counted(60, [0.0] * 10)})

    found = queries.measure(store, RATIO, "web", HOUR)

    assert (sum(found.total), sum(found.known)) == (0, 10)


def histogram(**counts: list[float]) -> dict[tuple[str, str], list[tuple[int, float]]]:
    bounds = {"low": "0.1", "high": "0.5", "top": "+Inf"}
    return {
        ("http_duration_seconds_bucket", f'{{"le": "{bounds[name]}"}}'): counted(60, gain)
        for name, gain in counts.items()
    }


@pytest.mark.parametrize(
    ("rows", "limit", "bad", "total", "remarks"),
    [
        (histogram(low=[5.0] * 4, high=[8.0] * 4, top=[10.0] * 4), 0.5, 8, 40, ()),
        (histogram(low=[4.0] * 4, high=[8.0] * 4, top=[10.0] * 4), 0.3, 16, 40, ("interpolated",)),
        (histogram(low=[9.0] * 4, high=[8.0] * 4, top=[10.0] * 4), 0.5, 4, 40, ("mended",)),
        (
            histogram(high=[8.0] * 4) | {("http_duration_seconds_count", "{}"): counted(60, [10.0] * 4)}, 0.5, 8, 40, (),
        ),
    ],
    ids=["at a bound", "between bounds", "not monotone", "without +Inf"],
)  # fmt: skip
def test_latency_from_a_histogram(
    rows: dict[Any, Any], limit: float, bad: int, total: int, remarks: tuple[str, ...], tmp_path: Path
) -> None:
    found = indicators.latency(store_of(tmp_path, rows), HOUR, (), limit, 0.99)

    assert found is not None
    assert (sum(found.bad), sum(found.total), found.remarks) == (bad, total, remarks)


def test_a_histogram_without_its_total_tells_nothing(tmp_path: Path) -> None:
    rows = histogram(low=[5.0] * 4, high=[8.0] * 4)

    assert indicators.latency(store_of(tmp_path, rows), HOUR, (), 0.5, 0.99) is None


def test_latency_from_a_summary_and_a_named_quantile(tmp_path: Path) -> None:
    values = [(60 * i, 0.2 if i < 7 else 0.6) for i in range(1, 11)]
    for name, labels in (("request_latency_seconds", '{"quantile": "0.99"}'), ("request_latency_p99_seconds", "{}")):
        store = store_of(tmp_path / name, {(name, labels): values})
        found = indicators.latency(store, HOUR, (), 0.5, 0.99)
        assert found is not None
        assert (found.source, sum(found.bad), sum(found.total)) == ("quantile", 4, 10)
        # The median says nothing about 99 of 100.
        assert indicators.latency(store, HOUR, (), 0.5, 0.999) is None


def test_freshness_and_throughput(tmp_path: Path) -> None:
    rows = {
        ("replication_lag_seconds", "{}"): [(60 * i, 5.0 if i < 6 else 900.0) for i in range(1, 11)],
        OK: counted(60, [600.0] * 5 + [60.0] * 5),
        BAD: counted(60, [0.0] * 10),
    }
    store = store_of(tmp_path, rows)

    fresh = indicators.freshness(store, HOUR, (), 600)
    busy = indicators.throughput(telemetry.minutes(store, HOUR), 5.0)

    assert fresh is not None
    assert busy is not None
    assert (sum(fresh.bad), sum(fresh.total)) == (5, 10)
    assert (busy.source, sum(busy.bad), sum(busy.total)) == ("counters_a_minute", 5, 10)
