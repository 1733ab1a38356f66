"""Headers of logs that no definition names are voted off, and what varies after them stays."""

import polars as pl
import pytest

from forensics.ingest import headers

KNOWN = {
    "class and colon": (
        [
            "17/06/09 20:10:40 INFO executor.Backend: Registered signal handlers for [TERM, HUP, INT]",
            "17/06/09 20:10:41 WARN spark.SecurityManager: Changing view acls to: yarn,curi",
            "17/06/09 20:10:45 INFO storage.BlockManager: Found block rdd_2_0 locally",
        ],
        {"severity": "WARN", "message": "Changing view acls to: yarn,curi"},
    ),
    "file before the stamp and a request in brackets": (
        [
            f"api.log.1.2017-05-16_13:53:08 2017-05-16 00:00:0{second}.008 25746 INFO a.wsgi.server [req-{second} - -] {text}"
            for second, text in enumerate(["GET /v2", "[instance: 7] VM started", "synced", "deleted", "lost it"])
        ],
        {"time": "2017-05-16 00:00:01.008", "severity": "INFO", "message": "[instance: 7] VM started"},
    ),
    "two stamps, host and program": (
        [
            "- 1131566461 2005.11.09 n1 Nov 9 12:01:01 n1/n1 crond(pam_unix)[2915]: session closed for user root",
            "- 1131566473 2005.11.09 n2 Nov 10 12:01:13 src@n2 in.tftpd[14620]: tftp: client does not accept options",
            "- 1131566479 2005.11.09 n3 Nov 10 12:01:19 n3/n3 kernel: ACPI: Processor [CPU0]",
        ],
        {"time": "1131566473", "component": "in.tftpd", "message": "tftp: client does not accept options"},
    ),
    "padded columns": (
        [
            "2016-09-28 04:30:30, Info                  CBS    Loaded Servicing Stack v6.1",
            "2016-09-28 04:30:31, Error                 CSI    00000001@2016/9/27 WcpInitialize (wcp.dll)",
        ],
        {"severity": "Error", "message": "00000001@2016/9/27 WcpInitialize (wcp.dll)"},
    ),
    "bars": (
        [
            "20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579",
            "20171223-22:15:29:633|Step_Report|30002312|onReceive action: SCREEN_ON",
        ],
        {"message": "onReceive action: SCREEN_ON"},
    ),
    "severity before the stamp": (
        [
            "INFO  [main] 2026-05-06 07:08:09,123 StorageService.java:1487 - JOINING: Finish joining ring",
            "WARN  [GossipStage:1] 2026-05-06 07:08:10,123 FailureDetector.java:288 - Not marking nodes down",
        ],
        {"severity": "WARN", "message": "Not marking nodes down"},
    ),
    "adjoining brackets": (
        [
            "[2026-05-06T07:08:09,123][INFO ][o.e.n.Node               ] [node-1] initialized",
            "[2026-05-06T07:08:09,124][WARN ][o.e.c.r.a.AllocationService] [node-1] falling back",
        ],
        {"severity": "WARN", "message": "falling back"},
    ),
    "no header but the stamp": (
        [
            "2026-05-06 07:08:09 payment failed for order 12",
            "2026-05-06 07:08:10 Connection refused: db:5432",
            "2026-05-06 07:08:12 shutting down",
        ],
        {"message": "Connection refused: db:5432"},
    ),
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_second_line_is_read_without_its_header(name: str) -> None:
    lines, expected = KNOWN[name]

    learned = headers.learn(pl.Series(lines))

    assert learned is not None
    found = pl.Series([lines[1]]).str.extract_groups(learned.patterns[0].regex)[0]
    assert {key: found[key] for key in expected} == expected


def test_lines_without_times_teach_nothing() -> None:
    assert headers.learn(pl.Series(["connection lost", "retrying 3 times", "giving up"])) is None


def test_a_line_that_lacks_the_last_elements_is_read_by_a_shorter_header() -> None:
    lines = [f"2026-05-06 07:08:0{second} INFO app.pay: paid {second}" for second in range(9)] + [
        "2026-05-06 07:08:10 boom"
    ]

    learned = headers.learn(pl.Series(lines))

    assert learned is not None
    read = [
        groups["message"]
        for each in learned.patterns
        if (groups := pl.Series([lines[-1]]).str.extract_groups(each.regex)[0])["message"] is not None
    ]
    assert read == ["boom"]
