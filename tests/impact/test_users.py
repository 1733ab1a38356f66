from forensics.impact.transactions import Retries, deduplicate
from forensics.impact.users import Users, affected


def test_a_user_recovered_when_every_error_is_followed_by_a_success_in_time() -> None:
    events = [("a", 0, 500), ("a", 30, 200), ("b", 0, 500), ("b", 30, 200), ("b", 300, 500), (None, 9, 502)]

    assert affected(events, 60) == Users(2, 1, 1, 4)
    assert affected(reversed(events), 60) == Users(2, 1, 1, 4)


def test_the_last_attempt_decides() -> None:
    attempts = [("x", 2, 200), ("x", 1, 500), ("y", 1, 500), ("y", 2, 503)]

    assert deduplicate(attempts) == Retries(3, 2, 1, 2.0)
    assert deduplicate([]) == Retries(0, 0, 0, None)
