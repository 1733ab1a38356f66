"""Tables under headers, events of several lines, and samples without times."""

from pathlib import Path

import polars as pl

from forensics.ingest import columns
from forensics.ingest.readers import sysstat
from tests.ingest.test_guesses import read


def frame(text: str) -> pl.DataFrame:
    return pl.DataFrame({"text": text.splitlines()}).with_row_index("line", 1)


PODS = """$ kubectl get pods -A
NAMESPACE   NAME        READY   STATUS             RESTARTS      AGE
shop        pay-x7gr9   0/1     CrashLoopBackOff   3 (2m ago)    5d
            cart-abcde  1/1     Running                          5d

NAME     CPU(cores)   MEMORY(bytes)
node-1   2000m        1Gi
"""


def test_tables_of_a_terminal_are_told_apart_and_empty_cells_stay_empty() -> None:
    assert columns.shape(PODS) == "aligned"

    first, second = columns.tables(frame(PODS), "aligned")

    assert first["record"].to_list() == ["3", "4"]
    assert first["RESTARTS"].to_list() == ["3 (2m ago)", None]
    assert first["NAMESPACE"].to_list() == ["shop", None]
    assert second.drop("record").rows() == [("node-1", "2000m", "1Gi")]


def test_a_sentence_in_capitals_is_no_table() -> None:
    assert columns.shape("ERROR: IT BROKE\nsome text  here\n") == ""


def test_a_table_that_no_definition_knows_is_state(tmp_path: Path) -> None:
    _, file = read(tmp_path, "x.txt", "NAME     COLOUR   WEIGHT\na        red      5\nb        blue     6\n")

    assert (file["format"], file["rows"]) == ("state/rows", 2)


def test_samples_without_a_time_become_state(tmp_path: Path) -> None:
    text = '# TYPE up gauge\nup{job="pay"} 1\nup{job="cart"} 0\nup{job="cart"} 1 1778051289000\n'

    store, file = read(tmp_path, "metrics.txt", text)

    assert (file["format"], file["rows"], file["rejected"]) == ("metrics/exposition", 3, 0)
    assert store.raw("state").sort("line").collect().select("component", "kind", "name").rows() == [
        ("pay", "metric", "up"),
        ("cart", "metric", "up"),
    ]
    assert store.raw("series").collect()["labels"].to_list() == ['{"job": "cart"}']


SLOW = """# Time: 2026-05-06T07:08:09Z
# User@Host: shop[shop] @ localhost []
# Query_time: 1.0  Lock_time: 0.0
SET timestamp=1778051289;
SELECT 1
  FROM orders;
# User@Host: shop[shop] @ localhost []
# Query_time: 2.0  Lock_time: 0.0
SET timestamp=1778051290;
SELECT 2;
"""


def test_an_event_of_several_lines_keeps_its_statement(tmp_path: Path) -> None:
    store, file = read(tmp_path, "slow.log", SLOW)

    logs = store.raw("logs").sort("line").collect()
    assert (file["format"], file["rejected"], logs["line"].to_list()) == ("logs/mysql_slow", 0, [1, 7])
    assert logs["message"][0].endswith("SELECT 1\n  FROM orders;")


def test_a_clock_that_goes_back_begins_the_next_day() -> None:
    text = "Linux 6.1 (web1) \t05/06/26 \t_x86_64_\n\n11:50:01 PM  CPU  %idle\n11:59:59 PM  all  9.0\n12:10:01 AM  all  8.0\n"

    ((table, rows),) = sysstat.read(text)

    assert table == "metrics"
    assert rows.select("time", "metric", "value", "labels").rows() == [
        ("2026-05-06 23:59:59", "%idle", "9.0", "cpu=all"),
        ("2026-05-07 00:10:01", "%idle", "8.0", "cpu=all"),
    ]
