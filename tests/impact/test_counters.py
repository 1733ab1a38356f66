from hypothesis import given
from hypothesis import strategies as some

from forensics.impact import counters


def test_a_scrape_stored_twice_and_a_jumping_clock_change_nothing() -> None:
    clean = [(0, 5.0), (60, 10.0), (120, 15.0), (180, 20.0)]
    dirty = [clean[2], *clean, clean[1]]

    assert counters.increase(dirty, 180, 240) == counters.increase(clean, 180, 240)


def test_two_resets_in_a_window_count_from_zero_each_time() -> None:
    assert counters.gain([(0, 100.0), (60, 3.0), (120, 1.0), (180, 4.0)]) == 7.0


def test_one_sample_is_no_rate() -> None:
    assert counters.rate([(0, 1.0)], 10, 60) is None


@given(some.lists(some.integers(0, 1000), min_size=2, max_size=20))
def test_an_increase_is_never_negative(values: list[int]) -> None:
    samples = [(60.0 * n, float(each)) for n, each in enumerate(values)]

    found = counters.increase(samples, samples[-1][0], samples[-1][0] + 60)

    assert found is not None
    assert found >= 0
