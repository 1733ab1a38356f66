"""What a component is: told by its platform, by what calls it, by its own metrics, else by its name, with the reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from forensics.library import Library
from forensics.store import Store

Role = tuple[str, str, str]


def roles(store: Store, names: Sequence[str], library: Library) -> Mapping[str, Role]:
    """Kind, role and reason of every component: the first rule of ``models/causal/roles.toml`` that fits it."""
    rules = library.load("models", "causal")["roles"]["rule"]
    platform = _platform(store)
    told: dict[str, Role] = {}
    for rule in rules:
        for name in sorted(_matching(rule, store, names)):
            told.setdefault(name, (rule["kind"], rule["role"], rule["reason"]))
    return {
        name: platform.get(name) or told.get(name) or ("service", "service", "nothing says otherwise") for name in names
    }


def _platform(store: Store) -> Mapping[str, Role]:
    """Nodes that something runs on, and providers that a status page names."""
    nodes = store.scan("edges").filter(pl.col("kind") == "runs_on").select("target").unique().collect()["target"]
    states = store.scan("state").filter(pl.col("kind").is_in(["node", "external"])).select("component", "kind")
    kinds = dict.fromkeys(nodes.to_list(), "node") | dict(sorted(states.unique().collect().rows()))
    reasons = {"node": "the cluster's state says so", "external": "a provider's status page names it"}
    return {name: (kind, kind, reasons[kind]) for name, kind in kinds.items()}


def _matching(rule: Mapping[str, Any], store: Store, names: Sequence[str]) -> Iterator[str]:
    """The components that a rule fits."""
    pattern = rule["pattern"]
    if rule["by"] == "name":
        yield from (name for name in names if re.search(pattern, name, re.IGNORECASE))
        return
    frame, column, subject = {
        "metric": (store.scan("series"), "metric", "component"),
        "state": (store.scan("state"), "kind", "component"),
        "peer": (store.scan("spans").filter(pl.col("peer") != ""), "attributes", "peer"),
    }[rule["by"]]
    found = frame.filter(pl.col(column).str.contains(pattern)).select(subject).unique().collect()
    yield from found[subject].to_list()
