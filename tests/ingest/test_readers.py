"""What people print in a terminal: git graphs, descriptions of objects, journals and series."""

import json

from forensics.ingest.readers import describe, git, journal, series, sysstat

GRAPH = """*   commit 7dacc6c8a3c3fe7053afd5d8518ffef1f9843ba0 (HEAD -> main)
|\\  Merge: 8dacc6c 9dacc6c
| | Author: A <a@example.com>
| | Date:   Wed May 6 07:08:09 2026 +0000
| | 
| |     Merge branch 'x'
| | 
* | commit 8dacc6c8a3c3fe7053afd5d8518ffef1f9843ba0
|/  Author: A <a@example.com>
|   Date:   Wed May 6 05:08:09 2026 +0000
|   
|       Lower it
|   
|   M\tconf.yml
"""

NODE = """Name:               node-1
Roles:              worker
CreationTimestamp:  Wed, 01 Apr 2026 00:00:00 +0000
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message
  ----             ------  -----------------                 ------------------                ------                       -------
  MemoryPressure   True    Wed, 06 May 2026 07:08:09 +0000   Wed, 06 May 2026 07:05:09 +0000   KubeletHasInsufficientMemory kubelet is short
Capacity:
  cpu:                4
Events:              <none>
"""


def test_a_graph_of_commits_reads_as_the_log_does() -> None:
    assert git.fits(GRAPH)
    ((_, rows),) = git.read(GRAPH)
    assert rows.select("line", "title", "paths").rows() == [(1, "Merge branch 'x'", []), (8, "Lower it", ["conf.yml"])]


def test_a_described_node_has_its_conditions() -> None:
    assert describe.fits(NODE)
    ((table, rows),) = describe.read(NODE)
    assert (table, rows["kind"].to_list(), rows["name"].to_list()) == ("state", ["node"], ["node-1"])
    (condition,) = json.loads(rows["attributes"][0])
    assert (condition["type"], condition["status"], condition["reason"], condition["message"]) == (
        "MemoryPressure",
        "True",
        "KubeletHasInsufficientMemory",
        "kubelet is short",
    )


def test_other_texts_that_begin_with_a_name_are_no_description() -> None:
    assert not describe.fits("Name: Ann\nWe met at the office.\n")


def test_verbose_and_exported_entries_are_one_row_each() -> None:
    verbose = (
        "Wed 2026-05-06 07:08:09.1 UTC [s=ac9e;i=53;b=5;m=8;t=4;x=f]\n    PRIORITY=3\n    SYSLOG_IDENTIFIER=pay\n    MESSAGE=a\n"
        "Wed 2026-05-06 07:08:10.1 UTC [s=ac9e;i=54;b=5;m=8;t=4;x=f]\n    PRIORITY=6\n    MESSAGE=b\n"
    )
    ((_, rows),) = journal.read(verbose)
    assert journal.fits(verbose)
    assert rows.select("line", "component", "severity", "message").rows() == [
        (1, "pay", "err", "a"),
        (5, "", "info", "b"),
    ]


def test_series_of_command_lines_keep_their_labels_and_steps() -> None:
    text = '{__name__="up", job="pay"} =>\n1 @[1778051280]\n0 @[1778051340]\nload,1778051280,1778051400,60|0.5,None\n'
    ((_, rows),) = series.read(text)
    assert series.fits(text)
    assert rows.select("metric", "component", "value", "time").rows() == [
        ("up", "pay", "1", "1778051280"),
        ("up", "pay", "0", "1778051340"),
        ("load", "", "0.5", "1778051280"),
    ]


def test_vmstat_has_times_where_it_prints_them() -> None:
    head = "procs -----------memory---------- ---swap--\n r  b   swpd   free                 UTC\n"
    ((_, rows),) = sysstat.read(head + " 1  0      0 811232 2026-05-06 07:08:09\n")
    assert set(rows["time"]) == {"2026-05-06 07:08:09"}
    assert rows["metric"].to_list() == ["r", "b", "swpd", "free"]
