import pytest

from forensics.impact.recovery import mann_whitney, two_proportions


def test_a_shift_is_told_from_noise() -> None:
    noise = [float(i % 7) for i in range(60)]

    assert mann_whitney(noise, noise[::-1]) == 1.0
    assert mann_whitney(noise, [value + 4 for value in noise]) < 1e-6
    assert mann_whitney([], noise) == 1.0
    assert mann_whitney([3.0] * 9, [3.0] * 9) == 1.0


def test_the_p_value_is_that_of_the_normal_approximation() -> None:
    # Known answer: scipy.stats.mannwhitneyu([1..5], [3..9], method="asymptotic") gives 0.041278.
    assert mann_whitney([1, 2, 3, 4, 5], [3, 4, 5, 6, 7, 8, 9]) == pytest.approx(0.0412780514, abs=1e-9)


def test_errors_that_linger_are_told_from_a_return() -> None:
    assert two_proportions(10, 10_000, 12, 10_000) > 0.1
    assert two_proportions(10, 10_000, 60, 10_000) < 1e-6
    assert two_proportions(0, 0, 5, 10) == 1.0
