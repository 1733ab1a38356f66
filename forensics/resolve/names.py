"""One name for one component: instances that a source declares fold into their owner."""

import json
import re
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.library import Library
from forensics.store import NAME_COLUMNS, Store

ADDRESS = r"([A-Za-z][\w.-]*):\d{2,5}"
# Labels by which a series names an instance of its component.
INSTANCES = ("pod", "pod_name", "kubernetes_pod_name", "instance")


def aliases(store: Store, declared: Mapping[str, str], library: Library) -> Mapping[str, str]:
    """Alias to name: instances that a metric series or the cluster names beside their owner, and what ``incident.yaml`` says.

    An instance that two owners claim stays itself (``claimed``).
    """
    learned = {alias: next(iter(owners)) for alias, owners in _owners(store).items() if len(owners) == 1}
    every = {**_same_software(store, library), **_with_ports(store), **_spelt_otherwise(store), **learned, **declared}
    return dict(sorted((alias, _final(name, every)) for alias, name in every.items() if alias != name))


def claimed(store: Store) -> Mapping[str, tuple[str, ...]]:
    """Instances that several owners claim, with the owners, sorted."""
    return {alias: tuple(sorted(owners)) for alias, owners in sorted(_owners(store).items()) if len(owners) > 1}


def _owners(store: Store) -> Mapping[str, set[str]]:
    """The components that a source declares to own an instance: labels of a series, or the pods of a cluster."""
    found: dict[str, set[str]] = {}
    series = store.raw("series").select("component", "labels").filter(pl.col("labels") != "").unique().collect()
    for component, labels in series.rows():
        said = json.loads(labels)
        for key in INSTANCES:
            if said.get(key) and said[key] != component and component:
                found.setdefault(str(said[key]), set()).add(component)
    pods = store.raw("state").filter(pl.col("kind") == "pod").select("component", "name").unique().collect()
    for component, name in pods.rows():
        if component and name and name != component:
            found.setdefault(name, set()).add(component)
    return found


def _same_software(store: Store, library: Library) -> Mapping[str, str]:
    """Names that logs alone use for software that one other source names otherwise (``models/causal/software.toml``)."""
    drawn = set(_named_in(store, ("series", "spans", "edges")))
    logged = set(_named_in(store, ("logs", "requests"))) - drawn
    found: dict[str, str] = {}
    for family in library.load("models", "causal")["software"]["family"]:
        by_people = [name for name in family if name in drawn]
        if len(by_people) == 1:
            found.update((name, by_people[0]) for name in family if name in logged)
    return found


def _named_in(store: Store, tables: Sequence[str]) -> list[str]:
    frames = [
        store.raw(table).select(pl.col(column).alias("component")) for table in tables for column in NAME_COLUMNS[table]
    ]
    return pl.concat(frames).unique().collect()["component"].to_list()


def _with_ports(store: Store) -> Mapping[str, str]:
    """Addresses of a named host, as a scrape's ``instance`` gives them, to the host; numeric ones say nothing of it."""
    return {name: found[1] for name in seen(store) if (found := re.fullmatch(ADDRESS, name))}


def _spelt_otherwise(store: Store) -> Mapping[str, str]:
    """Names that differ in case alone: the one in lower case stands for the others.

    A file that names both means two things by them.
    """
    names = seen(store)
    pairs = {name: name.lower() for name in names if name != name.lower() and name.lower() in set(names)}
    rows = store.raw("series").select("component", "file").unique().collect().rows() if pairs else []
    files: dict[str, set[str]] = {}
    for component, file in rows:
        files.setdefault(component, set()).add(file)
    return {name: low for name, low in pairs.items() if not files.get(name, set()) & files.get(low, set())}


def _final(name: str, every: Mapping[str, str]) -> str:
    """Where a chain of aliases ends; a circle ends where it began."""
    passed = {name}
    while name in every and every[name] not in passed:
        name = every[name]
        passed.add(name)
    return name


def seen(store: Store) -> list[str]:
    """Every component that some table names, sorted; aliases are folded."""
    frames = [
        store.scan(table).select(pl.col(column).alias("component"))
        for table, columns in NAME_COLUMNS.items()
        for column in columns
        if table not in ("counts", "latency")
    ]
    names = pl.concat(frames).filter(pl.col("component") != "").unique().collect()["component"]
    return names.sort().to_list()
