import pytest

from forensics import clock, history
from forensics.errors import UsageError
from forensics.library import Library

CAUSES = history.load(Library())
TEXT = b"""# Checkout down after a limit was lowered

**Date:** 2024-03-02 14:00 UTC
**Severity:** SEV-1
**Services:** checkout, payment

A deploy lowered the connection pool from 50 to 10. Requests waited for a connection until they timed out.

## Resolution
- Rolled back to 4.2.0 and restarted payment.

## Action items
- [ ] Alert on pool use
- [x] Keep the size in one place
"""


def test_a_post_mortem_gives_what_its_rules_find() -> None:
    found = history.written(TEXT, "pm.md", CAUSES)

    assert found.title == "Checkout down after a limit was lowered"
    assert found.start == clock.instant("2024-03-02T14:00:00Z")
    assert (found.severity, found.components) == ("SEV-1", ("checkout", "payment"))
    assert found.blame.mode == "db_pool_exhausted"
    assert found.fixed_by == ("Rolled back to 4.2.0 and restarted payment.",)
    assert found.actions == ("Alert on pool use", "Keep the size in one place")
    assert "from 50 to 10" in found.text


def test_front_matter_wins_over_the_text_and_a_named_cause_is_reviewed() -> None:
    body = (
        b"---\ntitle: The other name\ndate: 2023-01-05\nend: 2023-01-06\nservices: [mail]\ncause: dns_failure\n---\n"
        + TEXT
    )

    found = history.written(body, "pm.md", CAUSES)

    assert (found.title, found.components, found.figures["duration_s"]) == ("The other name", ("mail",), 86_400.0)
    assert found.reviewed is not None
    assert (found.reviewed.mode, found.reviewed.status) == ("dns_failure", "identified")
    assert found.machine.status == "probable"


@pytest.mark.parametrize("said", ["June 13, 2024", "13 June 2024", "Jun. 13th, 2024", "2024-06-13"])
def test_a_date_is_read_as_people_write_it(said: str) -> None:
    found = history.written(f"Outage\n\nOn {said} the site was down.".encode(), "x.txt", CAUSES)

    assert found.start == clock.instant("2024-06-13T00:00:00Z")


@pytest.mark.parametrize("body", [b"", b" \n", b"\0\1\2", b"---\na: [\n---\nx"])
def test_what_is_no_post_mortem_is_refused(body: bytes) -> None:
    with pytest.raises(UsageError):
        history.written(body, "pm.md", CAUSES)
