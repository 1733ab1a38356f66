from forensics.impact import backtest
from forensics.records.window import MINUTE, Window

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
