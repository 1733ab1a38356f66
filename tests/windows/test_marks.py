"""What people write marks the incident only where they say it happened."""

import pytest

from forensics.windows import marks


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("acknowledged", "acknowledged by [responder]"),
        ("acknowledged", "I am looking into it"),
        ("acknowledged", "acked, taking a look"),
        ("mitigated", "Rolled back pay to 1.4.0."),
        ("mitigated", "rollback complete"),
        ("mitigated", "monitoring: A fix has been implemented and we are monitoring the results."),
        ("mitigated", "flag new-checkout turned off"),
        ("mitigated", "Did not find the cause. Reverted v1.4.2"),
        ("mitigated", "no errors since we started, scaled web to 12"),
        ("resolved", "resolved: This incident has been resolved."),
        ("resolved", "Is it over? Yes, all clear"),
        ("resolved", "latency is back to normal"),
        ("resolved", "not every alert is quiet but incident closed"),
    ],
)
def test_a_note_that_says_so_is_a_mark(mark: str, text: str) -> None:
    assert marks.says(text, mark)


@pytest.mark.parametrize(
    ("mark", "text"),
    [
        ("acknowledged", "nobody acknowledged the page"),
        ("acknowledged", "no ack yet"),
        ("acknowledged", "who is looking into this?"),
        ("mitigated", "not mitigated yet"),
        ("mitigated", "it isn't mitigated"),
        ("mitigated", "should be mitigated in ten minutes"),
        ("mitigated", "rolled back to 1.4.0, did not help"),
        ("mitigated", "scaled web to 12 without effect"),
        ("mitigated", "if we have rolled back by noon we can go home"),
        ("mitigated", "partially mitigated"),
        ("mitigated", "rolled back already?"),
        ("resolved", "is it resolved?"),
        ("resolved", "still unresolved"),
        ("resolved", "will be resolved by tonight"),
        ("resolved", "waiting for it to be back to normal"),
        ("resolved", "once recovered, write the report"),
    ],
)
def test_a_close_miss_is_no_mark(mark: str, text: str) -> None:
    assert not marks.says(text, mark)
