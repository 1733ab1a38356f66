import math

import pytest

from forensics.impact.histograms import fraction, histogram, is_above, quantile

INF = math.inf


@pytest.mark.parametrize(
    "rows", [[], [(1.0, 5.0), (2.0, 9.0)], [(INF, 9.0)], [(1.0, 0.0), (INF, 0.0)]], ids=["none", "open", "one", "empty"]
)
def test_what_is_no_histogram_has_no_quantile(rows: list[tuple[float, float]]) -> None:
    assert math.isnan(quantile(0.5, histogram(rows)))


def test_counts_that_fall_are_mended_and_said_to_be() -> None:
    found = histogram([(0.1, 20.0), (1.0, 10.0), (INF, 30.0)])

    assert found.buckets == ((0.1, 20.0), (1.0, 20.0), (INF, 30.0))
    assert found.is_mended


def test_a_quantile_beyond_the_last_bound_is_told_to_be_a_lower_bound() -> None:
    found = histogram([(0.1, 5.0), (1.0, 8.0), (INF, 10.0)])

    assert (quantile(0.9, found), is_above(0.9, found), is_above(0.5, found)) == (1.0, True, False)


def test_the_fraction_under_a_bound_is_exact() -> None:
    assert fraction(-INF, 0.3, histogram([(0.1, 5.0), (0.3, 8.0), (INF, 10.0)])) == 0.8
