"""Notes of responders: times, roles and names."""

import pytest

from forensics.ingest.readers import notes

NOTES = """# Checkout outage, 2026-05-06

All times UTC. Written while it happened.

| 14:02 | checkout returns 502 |
- **14:05** acknowledged by Ann Smith
- 14:07 CEST Bob Jones (database administrator): the pool is full
  seen by @carl too
- 2:31 PM on-call: rolled back pay to 1.4.0
## 2026-05-07
00:10 Update: back to normal
"""


def _rows(text: str) -> list[tuple[object, ...]]:
    ((table, rows),) = notes.read(text)
    assert table == "notes"
    return rows.select("time", "role", "text", "line").rows()


def test_notes_have_times_roles_and_no_names() -> None:
    assert notes.fits(NOTES)
    assert _rows(NOTES) == [
        (None, "responder", "All times UTC. Written while it happened.", 3),
        ("2026-05-06 14:02:00 UTC", "responder", "checkout returns 502", 5),
        ("2026-05-06 14:05:00 UTC", "responder", "acknowledged by [user]", 6),
        ("2026-05-06 14:07:00 CEST", "database administrator", "the pool is full", 7),
        ("2026-05-06 14:07:00 CEST", "responder", "seen by [user] too", 8),
        ("2026-05-06 14:31:00 UTC", "on-call", "rolled back pay to 1.4.0", 9),
        ("2026-05-07 00:10:00 UTC", "responder", "Update: back to normal", 11),
    ]


def test_midnight_is_passed_and_a_text_without_a_day_has_times_on_none() -> None:
    assert [row[0] for row in _rows("2026-05-06\n23:50 paged for checkout\n00:10 back to normal\n")[1:]] == [
        "2026-05-06 23:50:00",
        "2026-05-07 00:10:00",
    ]
    assert [row[0] for row in _rows("23:50 paged for checkout\n00:10 back to normal\n")] == [
        "2000-01-01 23:50:00",
        "2000-01-02 00:10:00",
    ]
    assert [row[0] for row in _rows("23:50 paged for checkout\n2026-05-07\n00:10 back to normal\n")][::2] == [
        None,
        "2026-05-07 00:10:00",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "14:05:01 checkout started\n14:05:02 checkout stopped\n",
        "14:05 INFO checkout started\n14:06 ERROR checkout stopped\n",
        "2026-05-06 14:05:01.123 [main] checkout started\n2026-05-06 14:05:02.123 [main] stopped here\n",
        "2026-05-06 14:05 worker started\n2026-05-06 14:06 worker stopped\n",
        "# HELP up is it\n# TYPE up gauge\nup 1\n",
        "# Readme\n\nMeet at the office.\n",
        "14:05 1 2 3\n14:06 4 5 6\n",
    ],
)
def test_logs_and_other_texts_are_no_notes(text: str) -> None:
    assert not notes.fits(text)
