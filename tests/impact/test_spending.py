from forensics.impact import spending
from forensics.impact.dialects import Objective
from forensics.impact.minutes import Minutes
from forensics.records.window import MINUTE, Window

DAY = 1_440 * MINUTE
START = 20_000 * DAY
OBJECTIVE = Objective("a", "", "availability", 0.99, 1.0, is_assumed=False)


def minutes(bad: list[int], total: int = 100, gaps: frozenset[int] = frozenset()) -> Minutes:
    seen = [0 if i in gaps else total for i in range(len(bad))]
    return Minutes("requests", "web", START, tuple(bad), tuple(seen), tuple(i not in gaps for i in range(len(bad))))


def by_method(found: Minutes, incident: Window, kind: str) -> dict[str, tuple[float, float, float]]:
    rows = spending.spends(OBJECTIVE, found, spending.Around(incident, ()))
    return {each.method: (each.before, each.during, each.after) for each in rows if each.kind == kind}


def test_each_method_counts_before_during_and_after() -> None:
    bad = [0] * 600 + [50] * 10 + [0] * 829 + [1]
    incident = Window(START + 600 * MINUTE + 5, START + 610 * MINUTE - 5)

    found = by_method(minutes(bad), incident, "1 d rolling")

    assert found["occurrences"] == (0, 500, 1)
    assert found["timeslices"] == (0, 10, 0)
    assert found["ratio_timeslices"] == (0, 5.0, 0.01)
    assert found["full_downtime"][1] < 10


def test_what_nobody_measured_is_shown_as_good_and_as_bad() -> None:
    found = minutes([0] * 720)

    row = spending.spends(OBJECTIVE, found, spending.Around(Window(START, START + MINUTE), ()))[0]

    assert (row.consumed, row.consumed_if_bad, row.unknown_share) == (0, 50.0, 0.5)


def test_an_incident_over_midnight_of_the_first_is_counted_in_both_months() -> None:
    first = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z
    found = Minutes("requests", "web", first - 60 * MINUTE, (10,) * 120, (100,) * 120, (True,) * 120)

    rows = spending.spends(OBJECTIVE, found, spending.Around(Window(first - 5 * MINUTE, first + 7 * MINUTE), ()))

    months = [
        (each.during, each.allowed) for each in rows if each.kind == "calendar month" and each.method == "full_downtime"
    ]
    assert months == [(5, 403.2), (7, 446.4)]


def test_burn_alerts_take_unseen_history_as_good() -> None:
    objective = Objective("a", "", "availability", 0.999, 30.0, is_assumed=False)
    found = minutes([0] * 30 + [20] * 20)

    first = spending.alerts(objective, found, Window(START + 30 * MINUTE, START + 50 * MINUTE))[0]

    # 1.44 % of an hour of 6,000 requests is 86.4: the fifth minute brings 100.
    assert first.fires_at == START + 35 * MINUTE
