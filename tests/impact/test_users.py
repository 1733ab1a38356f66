import random

import polars as pl

from forensics.impact.transactions import Retries, deduplicate
from forensics.impact.users import Users, affected

SECOND = 1_000_000


def events(rows: list[tuple[str | None, int, bool, bool]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, ["user", "time", "is_error", "counts"], orient="row", schema_overrides={"user": pl.String}
    )
    return frame.with_columns(pl.col("time") * SECOND)


def test_a_user_recovered_when_every_error_is_followed_by_a_success_in_time() -> None:
    rows = [
        ("a", 0, True, True), ("a", 30, False, True), ("b", 0, True, True), ("b", 30, False, True), ("b", 300, True, True),
        (None, 9, True, True),
    ]  # fmt: skip

    assert affected(events(rows), 60) == Users(2, 1, 1, 4)
    assert affected(events(rows[::-1]), 60) == Users(2, 1, 1, 4)


def test_errors_outside_the_window_do_not_count_and_successes_there_do() -> None:
    rows = [("a", 0, True, True), ("a", 59, False, False), ("b", 70, True, False)]

    assert affected(events(rows), 60) == Users(1, 0, 0, 1)


def test_the_last_attempt_decides() -> None:
    rows = [("x", 2, False), ("x", 1, True), ("y", 1, True), ("y", 2, True)]
    frame = pl.DataFrame(rows, ["key", "order", "is_error"], orient="row")

    assert deduplicate(frame) == Retries(3, 2, 1, 1, 2.0)
    assert deduplicate(frame.clear()) == Retries(0, 0, 0, 0, None)


def test_three_hundred_incidents_are_counted_as_one_by_one() -> None:
    for seed in range(300):
        chance = random.Random(seed)
        rows = [
            (chance.choice(["a", "b", "c", "d", "e", None]), chance.randrange(400_000_000), chance.random() < 0.4)
            for _ in range(chance.randint(1, 60))
        ]
        errors = [(user, at) for user, at, is_error in rows if is_error and at < 300_000_000]
        kept_out = {
            user
            for user, at in errors
            if user and not any(who == user and at < when <= at + 60_000_000 and not bad for who, when, bad in rows)
        }
        events = pl.DataFrame(rows, schema={"user": pl.String, "time": pl.Int64, "is_error": pl.Boolean}, orient="row")

        found = affected(events.with_columns((pl.col("time") < 300_000_000).alias("counts")), 60)

        named = {user for user, _ in errors if user}
        nameless = sum(user is None for user, _ in errors)
        assert (found.erroring, found.not_recovered) == (len(named), len(kept_out))
        assert (found.unattributed_errors, found.failed_requests) == (nameless, len(errors))
