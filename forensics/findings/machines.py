"""What programs say of the machine that they run on is told of the machine."""

import re
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from forensics.records.evidence import LineEvidence
from forensics.records.signal import Signal
from forensics.store import Store

# Programs that every machine has, and that speak of its disks, links, clock and memory and not of a service.
SPEAKERS = re.compile(
    r"(?i)^(kernel|chronyd?|ntpd|systemd-(timesyncd|networkd|resolved|oomd|journald)|smartd|mdadm|multipathd|mcelog|rasdaemon|NetworkManager|irqbalance|auditd)$"
)


def placed(store: Store, signals: Sequence[Signal]) -> list[Signal]:
    """``signals``, those of a machine's own programs at the machine that their line names, where it is known."""
    spoken = [each for each in signals if SPEAKERS.search(each.component) and _line(each) is not None]
    if not spoken:
        return list(signals)
    nodes = set(
        store.scan("components").filter(pl.col("kind") == "node").select("component").collect()["component"].to_list()
    )
    lines = sorted({(line.file, line.first) for each in spoken if (line := _line(each)) is not None})
    rows = (
        store.scan("logs")
        .filter(
            pl.col("line").is_in([number for _, number in lines]), pl.col("file").is_in([file for file, _ in lines])
        )
        .select("file", "line", "host")
        .collect()
    )
    hosts = {(file, number): store.aliases.get(host, host) for file, number, host in rows.rows()}
    found = []
    for each in signals:
        line = _line(each) if SPEAKERS.search(each.component) else None
        host = hosts.get((line.file, line.first), "") if line is not None else ""
        found.append(replace(each, component=host) if host in nodes else each)
    return found


def _line(signal: Signal) -> LineEvidence | None:
    return next((item for item in signal.evidence if isinstance(item, LineEvidence)), None)
