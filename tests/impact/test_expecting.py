import math

from benchmarks.lost_transactions import measure
from forensics.impact.expecting import Slots, expect


def test_intervals_hold_what_simulated_incidents_lost() -> None:
    coverage, error, width = measure(range(1, 13))

    assert coverage >= 10 / 12
    assert error < 0.08
    assert width < 0.15


def test_a_season_at_another_level_is_followed() -> None:
    day = [100.0 * (1 + 0.5 * math.sin(2 * math.pi * i / 48)) for i in range(48)]
    counts = tuple(value * factor for factor in (1.0, 1.0, 1.0, 1.0, 1.2) for value in day)

    found = expect(Slots(counts, 48), 4 * 48 + 24, 6, 6)

    assert found is not None
    assert found.is_seasonal
    assert abs(found.value / sum(counts[4 * 48 + 24 : 4 * 48 + 30]) - 1) < 0.2


def test_too_little_history_expects_nothing() -> None:
    assert expect(Slots((5.0,) * 30, None), 25, 5, 10) is None
    assert expect(Slots((None,) * 300, None), 250, 5, 10) is None
    assert expect(Slots((0.0,) * 300, None), 250, 5, 10) is None
