from forensics import clock
from forensics.records.window import Window
from forensics.symptom import understand

SPAN = Window(clock.instant("2026-05-06T00:00:00Z"), clock.instant("2026-05-06T20:00:00Z"))


def test_time_component_and_kind_are_found_in_words() -> None:
    found = understand("API returning 500s since 2 PM, checkout", SPAN, "UTC", ["checkout", "payment"])

    assert (clock.iso(found.since or 0), found.component, found.kind) == ("2026-05-06T14:00:00Z", "checkout", "errors")


def test_a_clock_time_is_in_the_zone_of_the_bundle() -> None:
    found = understand("slow since 16:30", SPAN, "Europe/Berlin", [])

    assert clock.iso(found.since or 0) == "2026-05-06T14:30:00Z"


def test_what_was_not_understood_is_said() -> None:
    found = understand("something is odd", SPAN, "UTC", ["checkout"])

    assert (found.since, found.component, found.kind) == (None, "", "")
    assert "no time" in found.understood
