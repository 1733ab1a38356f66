"""The ``components`` table, learned edges, and the aliases and shifts of the store."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from forensics.library import Library
from forensics.records.bundle import Bundle
from forensics.records.tables import TABLES
from forensics.resolve import clocks, edges, names, roles
from forensics.store import Store


def resolve(bundle: Bundle, store: Store, library: Library) -> Store:
    """Write ``components`` and learned ``edges``; return the store with what was learned late."""
    aliases = names.aliases(store, bundle.declared.aliases, library)
    decisions = clocks.audit(store, bundle.declared.window)
    shifts = {each.file: each.shift_us for each in decisions if each.shift_us}
    store.write("clocks", clocks.table(decisions))
    resolved = replace(store, aliases=aliases, shifts=shifts)
    store.write("edges", edges.learned(resolved, names.seen(resolved), library))
    store.write("components", _components(resolved, aliases, library))
    if shifts:
        _note_shifts(store, shifts)
    return resolved


def _components(store: Store, aliases: Mapping[str, str], library: Library) -> pl.DataFrame:
    others: dict[str, list[str]] = {}
    for alias, name in aliases.items():
        others.setdefault(name, []).append(alias)
    known = dict(roles.roles(store, names.seen(store), library))
    for name, owners in names.claimed(store).items():
        if name in known:
            kind, role, _ = known[name]
            known[name] = (kind, role, f"kept apart: {' and '.join(owners[:5])} both name it as theirs")
    rows = [
        {"component": name, "kind": kind, "role": role, "aliases": sorted(others.get(name, [])), "reason": reason}
        for name, (kind, role, reason) in sorted(known.items())
    ]
    return pl.DataFrame(rows, schema=TABLES["components"])


def _note_shifts(store: Store, shifts: Mapping[str, int]) -> None:
    """``files.shift_us`` in the part of each shifted file."""
    for path in store.parts("files"):
        frame = pl.read_parquet(path)
        shifted = pl.col("path").replace_strict(dict(shifts), default=0, return_dtype=pl.Int64)
        frame.with_columns(shifted.alias("shift_us")).write_parquet(path)
