from pathlib import Path

from forensics.impact import backtest, rules
from forensics.impact.minutes import Minutes
from forensics.records.impact import Slo
from forensics.records.service import BurnAlert
from forensics.records.window import MINUTE, Window
from tests.impact.test_queries import store_of

START = 1_750_000_020_000_000


def test_a_rule_fires_when_its_condition_has_held() -> None:
    is_on = [False, True, True, True, False, True, True]

    assert backtest.firings(is_on, 0) == [1, 5]
    assert backtest.firings(is_on, 120) == [3]


def test_the_last_sample_of_five_minutes_counts() -> None:
    start, values = backtest.at_minutes([(START, 1.0), (START + MINUTE, 2.0), (START + 8 * MINUTE, 3.0)])

    assert start == START // MINUTE * MINUTE + (MINUTE if START % MINUTE else 0)
    assert values[:3] == [1.0, 2.0, 2.0] or values[:3] == [2.0, 2.0, 2.0]
    assert None in values


def test_a_firing_outside_the_incident_is_a_false_alarm() -> None:
    day = 1_440
    is_on = [i in (100, 101, 900) or 1_000 <= i < 1_020 for i in range(day + 120)]
    incident = Window(START + 1_000 * MINUTE, START + 1_020 * MINUTE)

    found = backtest.trial(START, is_on, 0, incident, ())

    assert (found.fires_at, found.false_alarms) == (incident.start, 2)
    assert found.quoted == 2
    assert backtest.trial(START, is_on[:1_100], 0, incident, ()).quoted is None


def test_a_series_that_stops_is_missed_after_five_minutes(tmp_path: Path) -> None:
    first = 1_750_000_020_000_000
    beats = [(60 * i, 1.0) for i in range(1_600) if not 1_500 <= i < 1_530 and not 700 <= i < 710]
    store = store_of(tmp_path, {("up", "{}"): beats})
    incident = Window(first + 1_495 * MINUTE, first + 1_540 * MINUTE)

    (found,) = rules._absences(store, rules.Around(incident, (), None))

    assert (found.kind, found.expr) == ("absence", "absent(up)")
    assert found.fires_at == first + 1_504 * MINUTE
    # The gap of ten minutes before is a false alarm, quoted since a day of baseline is there.
    assert found.false_alarms == 1
    assert found.baseline_h >= 24


def test_a_series_that_goes_on_has_no_absence(tmp_path: Path) -> None:
    store = store_of(tmp_path, {("up", "{}"): [(60 * i, 1.0) for i in range(1_600)]})
    incident = Window(1_750_000_020_000_000 + 1_495 * MINUTE, 1_750_000_020_000_000 + 1_540 * MINUTE)

    assert list(rules._absences(store, rules.Around(incident, (), None))) == []


def test_a_burn_rate_rule_counts_its_false_alarms() -> None:
    length, bad = 1_800, [0] * 1_800
    for i in [*range(300, 320), *range(1_700, 1_760)]:
        bad[i] = 50
    seen = Minutes("requests", "web", START, tuple(bad), (100,) * length, (True,) * length)
    incident = Window(START + 1_700 * MINUTE, START + 1_760 * MINUTE)
    alert = BurnAlert("workbook", 300, 3_600, 14.4, "page", START + 1_702 * MINUTE, None, None)
    slo = Slo(
        "a", "web", "availability", 0.999, "30 d", incident, 0.5, False, "occurrences", False, None, None, 0.0, (), alerts=(alert,)
    )  # fmt: skip

    (found,) = rules._burns((slo,), seen, rules.Around(incident, (), None))
    (early,) = rules._burns((slo,), Minutes("requests", "web", incident.start - 60 * MINUTE, tuple(bad[1_640:]), (100,) * 160,
                                            (True,) * 160), rules.Around(incident, (), None))  # fmt: skip

    assert (found.false_alarms, found.baseline_h >= 24) == (1, True)
    assert early.false_alarms is None
