from dataclasses import replace

from forensics.impact.replay import Load, replay, thinned

STEADY = Load(tuple(i * 0.1 for i in range(6_000)), 1.0, 1.0, 0.3, 3.0, 2, 0.0, (), ())
WINDOW = (60.0, 600.0)


def test_a_pool_with_room_fails_nobody_and_a_small_one_most() -> None:
    # Ten a second for a second each hold ten slots.
    assert replay(STEADY, 20, WINDOW, 1).failed == 0
    few = replay(STEADY, 5, WINDOW, 1)

    # Five of ten a second can be served.
    assert 0.45 < few.failed / few.requests < 0.55


def test_slots_that_others_hold_are_not_there() -> None:
    held = replace(STEADY, others=((0.0, 15),))

    assert replay(held, 20, WINDOW, 1) == replay(replace(held, others=((0.0, 15),)), 20, WINDOW, 1)
    assert replay(held, 20, WINDOW, 1).failed > 1_000


def test_those_who_try_again_add_to_the_load() -> None:
    again = replay(replace(STEADY, retry_share=1.0, delays=(5.0,)), 8, WINDOW, 1)

    assert again.requests > replay(STEADY, 8, WINDOW, 1).requests


def test_another_rate_keeps_that_share_of_arrivals() -> None:
    assert abs(len(thinned(STEADY.arrivals, 0.5, 1)) - 3_000) < 200
    assert len(thinned(STEADY.arrivals, 2.0, 1)) == 12_000
