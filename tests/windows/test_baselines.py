"""What an incident is compared with where nobody says."""

import pytest

from forensics.records.bundle import Declared
from forensics.records.window import MINUTE, Window
from forensics.windows.finding import _baselines

LONG, SHORT = 300, 30


@pytest.mark.parametrize("start", [LONG, SHORT])
def test_the_time_after_counts_where_little_came_before(start: int) -> None:
    incident, span = Window(start * MINUTE, (start + 10) * MINUTE), Window(0, 600 * MINUTE)
    before, after = Window(0, (start - 1) * MINUTE), Window((start + 20) * MINUTE, 600 * MINUTE)

    assert _baselines(Declared(), incident, span) == ((before,) if start == LONG else (before, after))


def test_an_incident_that_fills_all_time_has_no_baseline() -> None:
    whole = Window(0, 60 * MINUTE)

    assert _baselines(Declared(), whole, whole) == ()
