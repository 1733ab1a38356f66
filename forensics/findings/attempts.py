"""Failed sign-ins: of many accounts they are an attack, of one account a credential of our own that is wrong."""

import re
from collections.abc import Iterator, Sequence

import polars as pl

from forensics.findings.fact import Fact
from forensics.measuring import within
from forensics.records.signal import Signal, Windows
from forensics.store import Store

FAILED = re.compile(
    r"(?i)\b(log-?in|sign-?in|log-?on|authentication|password)\b.{0,24}\b(fail(ed|ure)?|wrong|invalid|incorrect|denied|rejected)\b"
    r"|\b(failed|invalid|wrong|incorrect)\b.{0,16}\b(log-?in|sign-?in|log-?on|password|user)\b"
)
# "for invalid user x", "account=x", "for x": the name stands behind the last word that announces one.
KEYWORD = r"(?:for|user(?:name)?|account|login|email|uid)\b[ =:'\"]+"
ACCOUNT = re.compile(rf"(?i)\b(?:{KEYWORD})(?:(?:invalid|illegal|unknown)\b[ =:'\"]+|{KEYWORD})*([\w.+-]+)")
MAILBOX = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
ADDRESS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7}\b")
# People mistype their own passwords; twenty accounts at once, far above what is usual, are tried by a machine.
FEWEST_ACCOUNTS = 20
LEAST_SIZE = 8.0
MOST_LINES = 5_000


def facts(store: Store, windows: Windows, signals: Sequence[Signal]) -> Iterator[Fact]:
    """A fact of kind ``sign_ins`` for each component at which sign-ins of many accounts fail far more than before."""
    risen = [
        each
        for each in signals
        if each.kind == "template_rate"
        and each.direction > 0
        and each.size >= LEAST_SIZE
        and FAILED.search(f"{each.subject} {_line(each)}")
    ]
    for component in sorted({each.component for each in risen}):
        own = [each for each in risen if each.component == component]
        accounts, addresses = _tried(store, windows, component)
        if accounts >= FEWEST_ACCOUNTS:
            best = max(own, key=lambda each: (each.size, each.subject))
            subject = f"failed sign-ins of {accounts} accounts from {addresses} addresses"
            evidence = tuple(item for each in own[:3] for item in each.evidence)
            yield Fact("sign_ins", component, subject, best.onset, evidence, best.size)


def _line(signal: Signal) -> str:
    return " ".join(str(getattr(item, "text", "")) for item in signal.evidence[:1])


def _tried(store: Store, windows: Windows, component: str) -> tuple[int, int]:
    """How many accounts and addresses the failed sign-ins of a component name, in their first 5,000 lines."""
    said = (
        store.scan("logs")
        .filter(pl.col("component") == component, within(windows.incident))
        .filter(pl.col("message").str.contains(r"(?i)log-?in|sign-?in|log-?on|authentication|password"))
        .sort("time", "file", "line", "record")
        .head(MOST_LINES)
        .select("message")
        .collect()["message"]
    )
    accounts: set[str] = set()
    addresses: set[str] = set()
    for message in said:
        if FAILED.search(message):
            found = MAILBOX.findall(message) or ACCOUNT.findall(message)
            accounts |= {each for each in found if any(mark.isalnum() for mark in each) and not ADDRESS.search(each)}
            addresses |= set(ADDRESS.findall(message))
    return len(accounts), len(addresses)
