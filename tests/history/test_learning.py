from forensics import history
from forensics.library import Library

CAUSES = history.load(Library())


def made(n: int, text: str, day: str) -> history.keeping.Incident:
    body = f"# Outage {n}\n\n**Date:** {day}\n**Services:** shop\n\n{text}\n\n## Actions\n- Alert on pool use\n"
    return history.written(body.encode(), "x.md", CAUSES, id=f"i{n:02}")


def test_what_recurs_is_named_with_its_incidents() -> None:
    learned = history.learn(
        [made(n, "The connection pool was exhausted.", f"2024-01-{n:02} 10:00 UTC") for n in (1, 2)]
    )

    assert learned["same_again"] == [
        {
            "what": "Database connections exhausted at shop",
            "n": 2,
            "first": "2024-01-01",
            "last": "2024-01-02",
            "incidents": ["i01", "i02"],
        }
    ]
    assert learned["repeated_actions"][0]["what"] == "Alert on pool use"


def test_incidents_on_mondays_are_a_pattern_and_scattered_ones_are_none() -> None:
    mondays = [made(n, "Disk full.", f"2024-{1 + n // 4:02}-{1 + 7 * (n % 4):02}") for n in range(4)]
    more = [
        made(n + 10, "Disk full.", day)
        for n, day in enumerate(("2024-02-05", "2024-02-12", "2024-02-19", "2024-02-26", "2024-03-04"))
    ]
    scattered = [made(n, "Disk full.", f"2024-01-{n:02} {n % 24:02}:30 UTC") for n in range(4, 25)]

    assert next((each["when"], each["n"]) for each in history.learn(mondays + more)["patterns"]) == ("Monday", 9)
    assert [each for each in history.learn(scattered)["patterns"] if each["kind"] == "weekday"] == []


def test_no_incidents_teach_nothing() -> None:
    learned = history.learn([])

    assert (learned["incidents"], learned["causes"], learned["fleet"]["detect_s"]["median"]) == (0, [], None)
