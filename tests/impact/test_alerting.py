from pathlib import Path

import polars as pl

from forensics.impact import alerting
from forensics.records.cause import Affected, Candidate, Ranking
from forensics.records.signal import Windows
from forensics.records.tables import TABLES
from forensics.records.window import MINUTE, Marks, Window
from forensics.store import Store

START = 1_750_000_000_000_000
INCIDENT = Windows(Window(START, START + 30 * MINUTE), "alert", (), Marks())
RANKING = Ranking(
    (Candidate(1, "db", "mode", 1.0, 0.9, START, "", (), ()),),
    (),
    (),
    tuple(Affected(name, "affected", START, (), (), ()) for name in ("db", "web", "cart")),
)  # fmt: skip


def grouped(tmp_path: Path, rows: list[tuple[int, str, str]]) -> alerting.Alerting:
    store = Store(tmp_path)
    blank = dict.fromkeys(TABLES["alerts"])
    frame = pl.DataFrame(
        [{**blank, "time": START + at * MINUTE, "component": where, "name": name, "file": "a.json", "record": f"/{i}"}
         for i, (at, where, name) in enumerate(rows)],
        schema_overrides={"time": pl.Int64},
    )  # fmt: skip
    store.write("alerts", frame.with_columns(pl.col("time").cast(pl.Datetime("us"))))
    return alerting.group(store, INCIDENT, RANKING)


def test_the_cause_comes_first_and_repeats_are_noise(tmp_path: Path) -> None:
    rows = [
        (3, "web", "Errors"),
        (5, "db", "PoolFull"),
        (9, "web", "Errors"),
        (15, "web", "Errors"),
        (8, "mail", "Bounce"),
    ]

    found = grouped(tmp_path, rows)

    told = [(each.role, each.component, len(each.members), each.duplicates, each.flapping) for each in found.groups]
    assert told == [("cause", "db", 1, 0, 0), ("symptom", "web", 3, 2, 1), ("unrelated", "mail", 1, 0, 0)]
    assert found.noise_ratio == 1 - 2 / 5
    assert [each.values["component"] for each in found.silent] == ["cart"]


def test_an_alert_hours_before_is_not_of_the_incident(tmp_path: Path) -> None:
    found = grouped(tmp_path, [(-240, "db", "PoolFull")])

    assert [each.role for each in found.groups] == ["early"]
    assert [each.say for each in found.silent] == ["impact.no_alert"]


def test_hundreds_of_earlier_alerts_do_not_hide_the_one_that_named_the_cause(tmp_path: Path) -> None:
    noise = [(i - 400, "backup", "DiskChatter") for i in range(250)]

    found = grouped(tmp_path, [*noise, (5, "db", "PoolFull")])

    told = [(each.role, each.component, len(each.members)) for each in found.groups]
    assert told == [("cause", "db", 1), ("unrelated", "backup", 250)]
    assert (found.alerts, found.noise_ratio) == (251, 1 - 1 / 251)
    assert [each.values["component"] for each in found.silent] == ["web", "cart"]
