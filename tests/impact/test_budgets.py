import math

import pytest
from hypothesis import given
from hypothesis import strategies as some

from forensics.impact import agreements, budgets, burning, response


def test_no_events_are_no_result() -> None:
    assert budgets.standing(0, 0, 0.999, 3600) is None
    assert budgets.standing(5, 0, 0.999, 3600, fewest=10) is None


def test_one_error_at_an_objective_of_one_burns_infinitely_fast() -> None:
    found = budgets.standing(999, 1, 1.0, 3600)

    assert found is not None
    assert (found.burn_rate, found.allowed) == (math.inf, 0.0)


@given(some.integers(0, 500), some.integers(1, 500), some.sampled_from((0.9, 0.99, 0.999, 0.9995)))
def test_a_burn_rate_grows_with_bad_events(bad: int, more: int, objective: float) -> None:
    total = 1000

    assert budgets.share_spent(objective, total, bad) < budgets.share_spent(objective, total, bad + more)


@pytest.mark.parametrize("objective", [0.9, 0.99, 0.995, 0.999, 0.9995, 0.9999])
@pytest.mark.parametrize("burn", [14.4, 6, 3, 1])
def test_an_alert_does_not_fire_at_exactly_its_factor(objective: float, burn: float) -> None:
    limit = budgets.exact(burn) * budgets.allowance(objective)

    assert not burning.fires(objective, limit, limit, burn)
    assert burning.fires(objective, limit + budgets.exact(1e-12), limit + budgets.exact(1e-12), burn)


def test_an_alert_fires_in_the_minute_in_which_both_windows_burn() -> None:
    pair = burning.Pair(300, 3600, 14.4)
    bad, total = [0] * 60 + [20] * 30 + [0] * 60, [100] * 150

    (found,) = burning.firings(bad, total, 0.999, pair)

    # 20 % of minute 60 is 0.33 % of its hour; five such minutes are 1.67 %, over 1.44 %. Then the short window clears it.
    assert (found.at, found.until) == (64, 94)


def test_a_window_without_requests_fires_nothing() -> None:
    assert burning.firings([0] * 90, [0] * 90, 0.999, burning.Pair(300, 3600, 14.4)) == ()


def test_workbook_factors_scale_with_the_period() -> None:
    assert [each.factor for each in burning.workbook(28)] == [13.44, 5.6, 2.8, pytest.approx(0.9333333333)]


def test_credits_compare_unrounded() -> None:
    tiers = ((99.9, 10.0), (99.0, 25.0))

    assert [agreements.credit(each, tiers) for each in (99.9, 99.899999, 98.0)] == [0, 10, 25]


def test_exactly_the_ratio_is_not_downtime_and_short_runs_do_not_count() -> None:
    minutes = [(3, 11, 100), (5, 10, 100), (6, 50, 100), (9, 99, 99)]

    assert agreements.down_minutes(minutes, agreements.DownMinutes()) == 9
    assert agreements.down_minutes(minutes, agreements.DownMinutes(run=5)) == 6


def test_a_lead_is_kept_negative() -> None:
    assert response.times(100, 40, None, 160, None) == response.Times(-60, None, 60, None, 120)
