"""Values with units, and several fields in a sample."""

import polars as pl

from forensics.ingest import quantities


def test_values_with_units_become_numbers_of_one_unit() -> None:
    said = ["1.5 s", "250ms", "12 MiB", "2 kB", "85%", "3", "250m", "n/a", None]
    read = quantities.with_units(pl.DataFrame({"value": said, "unit": [""] * len(said)}))

    assert read["value"].to_list() == [1.5, 0.25, 12 * 1024.0**2, 2000.0, 85.0, 3.0, None, None, None]
    assert read["unit"].to_list() == ["s", "s", "B", "B", "%", "", "", "", ""]


def test_each_numeric_field_is_a_metric_and_the_first_counts_the_line() -> None:
    fields = ['note="a, b=3",requests=12i,latency=-1.5e3,ok=true', "value=7"]
    read = quantities.by_field(pl.DataFrame({"line": [1, 2], "metric": ["http", "load"], "fields": fields}))

    assert read.select("line", "metric", "value", "place").rows() == [
        (1, "http_requests", "12", 0),
        (1, "http_latency", "-1.5e3", 1),
        (2, "load", "7", 0),
    ]
