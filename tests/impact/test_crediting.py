from types import SimpleNamespace
from typing import Any

import pytest

from forensics.errors import DefinitionError
from forensics.impact import calendars, crediting
from forensics.impact.minutes import Minutes
from forensics.library import Library
from forensics.records.options import Options
from forensics.records.window import MINUTE, Window

JANUARY = calendars.window(1_767_225_600_000_000, "month", "UTC")
LENGTH = 44_640
INCIDENT = Window(JANUARY.start + 1_000 * MINUTE, JANUARY.start + 1_060 * MINUTE)


def bundle(**business: Any) -> Any:
    return SimpleNamespace(declared=SimpleNamespace(business=business, timezone="UTC"))


def seen(length: int) -> Minutes:
    """A hundred requests a minute from the start of the month; a fifth fails in the hour of the incident."""
    bad = tuple(20 if 1_000 <= i < 1_060 else 0 for i in range(length))
    return Minutes("requests", "web", JANUARY.start, bad, (100,) * length, (True,) * length)


def test_each_scheme_counts_uptime_its_own_way() -> None:
    found = {
        each.scheme: each for each in crediting.assess(bundle(), seen(LENGTH), INCIDENT, Library(Options().definitions))
    }

    assert {name: (each.down_minutes, each.credit_percent, each.assumed) for name, each in found.items()} == {
        "consecutive_minutes": (60.0, 10, True),
        "mean_of_five_minutes": (None, 0, True),
        "minutes_all_failed": (0.0, 0, True),
        "minutes_over_a_tenth": (60.0, 0, True),
    }
    assert found["consecutive_minutes"].uptime_percent == pytest.approx(100 * (LENGTH - 60) / LENGTH)
    assert found["mean_of_five_minutes"].uptime_percent == pytest.approx(100 - 100 * 12 * 0.2 / (LENGTH / 5))
    assert {each.window for each in found.values()} == {JANUARY}


def test_what_nobody_measured_is_told_as_up_and_as_down() -> None:
    told = bundle(sla="consecutive_minutes", monthly_fee=5_000)

    (found,) = crediting.assess(told, seen(1_440), INCIDENT, Library(Options().definitions))

    assert found.uptime_percent == pytest.approx(100 * (LENGTH - 60) / LENGTH)
    assert found.uptime_if_down == pytest.approx(100 * (1_440 - 60) / LENGTH)
    assert found.unknown_share == pytest.approx(1 - 1_440 / LENGTH)
    # The fee has no currency: it is left open and not guessed.
    assert (found.assumed, found.exposure, found.currency) == (False, 500.0, "")


def test_an_incident_across_two_months_is_counted_in_both() -> None:
    over = Window(JANUARY.end - 30 * MINUTE, JANUARY.end + 30 * MINUTE)

    found = crediting.assess(bundle(sla="consecutive_minutes"), seen(LENGTH), over, Library(Options().definitions))

    assert [(each.window.end - each.window.start) // MINUTE for each in found] == [LENGTH, 28 * 1_440]


def test_samples_of_traces_credit_nothing() -> None:
    spans = Minutes("spans", "web", JANUARY.start, (1,), (2,), (True,))

    assert crediting.assess(bundle(), spans, INCIDENT, Library(Options().definitions)) == ()


def test_a_scheme_without_a_known_method_is_refused() -> None:
    with pytest.raises(DefinitionError, match="no method guess"):
        crediting._scheme("x", {"method": "guess"})
