"""Error clusters: templates of warnings and errors that rise together in time and share words are one error pattern."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence

import polars as pl

from forensics.measuring import within
from forensics.records.finding import Cluster
from forensics.records.signal import Windows
from forensics.store import Store

FEWEST = 3
MOST = 200
# Average linkage over a distance from 0 to 1; templates further apart than this have less than half in common.
THRESHOLD = 0.55
WARNING = 13


def find(store: Store, windows: Windows) -> tuple[Cluster, ...]:
    """Clusters of the incident's warning and error templates, largest first; each template in exactly one."""
    rows = _profiles(store, windows)
    if not rows:
        return ()
    labels = _labels(rows) if len(rows) >= FEWEST else list(range(len(rows)))
    groups: dict[int, list[Mapping[str, object]]] = {}
    for row, label in zip(rows, labels, strict=True):
        groups.setdefault(label, []).append(row)
    return tuple(sorted((_cluster(group) for group in groups.values()), key=lambda each: (-each.count, each.name)))


def _profiles(store: Store, windows: Windows) -> list[dict[str, object]]:
    """Each template with its counts a minute, components, and first minute during the incident."""
    names = store.scan("templates").select("message_key", "template_id", "template")
    found = (
        store.scan("counts")
        .filter(pl.col("severity") >= WARNING, within(windows.incident, "minute"))
        .join(names, on="message_key")
        .group_by("template_id", "template", pl.col("minute").to_physical().alias("minute"))
        .agg(pl.col("n").sum(), pl.col("component").unique().sort())
        .sort("template_id", "minute")
        .collect()
    )
    rows: dict[str, dict[str, object]] = {}
    for row in found.iter_rows(named=True):
        known = rows.setdefault(
            row["template_id"], {"template": row["template"], "minutes": {}, "components": set(), "n": 0}
        )
        known["minutes"][row["minute"]] = row["n"]  # type: ignore[index]
        known["components"] |= set(row["component"])  # type: ignore[operator]
        known["n"] += row["n"]
    return sorted(rows.values(), key=lambda each: (-int(str(each["n"])), str(each["template"])))[:MOST]


def _labels(rows: Sequence[Mapping[str, object]]) -> list[int]:
    import numpy
    from sklearn.cluster import AgglomerativeClustering

    apart = numpy.array([[_distance(a, b) for b in rows] for a in rows])
    found = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=THRESHOLD
    )
    return [int(label) for label in found.fit_predict(apart)]


def _distance(a: Mapping[str, object], b: Mapping[str, object]) -> float:
    """Half by words, half by when they rise: one minus the cosine of each."""
    words = [Counter(re.findall(r"[A-Za-z]{3,}", str(each["template"]).lower())) for each in (a, b)]
    minutes = [each["minutes"] for each in (a, b)]
    return max(0.0, 1.0 - (_cosine(*words) + _cosine(*minutes)) / 2)  # type: ignore[arg-type]


def _cosine(a: Mapping[object, float], b: Mapping[object, float]) -> float:
    sizes = [math.sqrt(math.fsum(value * value for value in each.values())) for each in (a, b)]
    return math.fsum(a[key] * b[key] for key in a if key in b) / (sizes[0] * sizes[1]) if all(sizes) else 0.0


def _cluster(group: Sequence[Mapping[str, object]]) -> Cluster:
    components = {name for each in group for name in each["components"]}  # type: ignore[attr-defined]
    first = min(minute for each in group for minute in each["minutes"])  # type: ignore[attr-defined]
    members = tuple(str(each["template"]) for each in group)
    return Cluster(members[0], members, tuple(sorted(components)), first, sum(int(str(each["n"])) for each in group))
