"""What a definition asks of the metrics: queries of good, bad and all events, of a ratio, or of a value with a limit."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What speaks PromQL.
SPEAKERS = ("prometheus", "thanos", "cortex", "mimir", "grafana", "victoria", "amp", "gmp")


@dataclass(frozen=True, slots=True)
class Asked:
    """Queries of one SLI. Of ``good``, ``bad`` and ``total`` two are given where events are counted.

    ``ratio`` gives the share of good events, of bad ones where ``is_error``; ``value`` is good where it is ``op`` (lt, lte, gt,
    gte) ``limit``. ``why`` says why nothing of it can be evaluated here.
    """

    good: str = ""
    bad: str = ""
    total: str = ""
    ratio: str = ""
    is_error: bool = False
    value: str = ""
    op: str = "lte"
    limit: float | None = None
    why: str = ""


def openslo(inner: Mapping[str, Any], objective: Mapping[str, Any]) -> Asked | None:
    """Of an OpenSLO v1 indicator (``ratioMetric`` or ``thresholdMetric``) and one of its objectives."""
    metric, shares = inner.get("thresholdMetric"), inner.get("ratioMetric")
    if metric:
        query, why = _source(metric)
        limit = objective.get("value")
        if limit is None:
            why = why or "its objective names no value"
        op = str(objective.get("op", "lte"))
        return Asked(value=query, op=op, limit=None if limit is None else float(limit), why=why)
    if not shares:
        return None
    parts = {key: _source(shares[key]) for key in ("good", "bad", "total", "raw") if shares.get(key)}
    why = next((why for _, why in parts.values() if why), "")
    said = {key: query for key, (query, _) in parts.items()}
    return Asked(
        said.get("good", ""), said.get("bad", ""), said.get("total", ""), said.get("raw", ""),
        is_error=shares.get("rawType") == "failure", why=why,
    )  # fmt: skip


def _source(metric: Mapping[str, Any]) -> tuple[str, str]:
    source = metric.get("metricSource") or metric
    spec, kind = source.get("spec") or {}, str(source.get("type", ""))
    query = str(spec.get("query") or spec.get("promql") or "")
    if kind and not any(word in kind.lower() for word in SPEAKERS):
        return query, f"it asks {kind} and not Prometheus"
    return query, "" if query else "it holds no query"


def sloth(sli: Mapping[str, Any]) -> Asked | None:
    """Of a Sloth SLI: events, raw, or a plugin."""
    events, raw = sli.get("events") or {}, sli.get("raw") or {}
    if events:
        return Asked(bad=str(events.get("error_query", "")), total=str(events.get("total_query", "")))
    if raw:
        return Asked(ratio=str(raw.get("error_ratio_query", "")), is_error=True)
    return Asked(why="it is a plugin of Sloth") if sli else None


def pyrra(indicator: Mapping[str, Any]) -> Asked | None:
    """Of a Pyrra indicator: ratio, latency, latencyNative or bool_gauge; its groups are counted together."""
    ratio, latency = indicator.get("ratio") or {}, indicator.get("latency") or {}
    gauge = indicator.get("bool_gauge") or indicator.get("boolGauge") or {}
    if ratio:
        return Asked(bad=_metric(ratio, "errors"), total=_metric(ratio, "total"))
    if latency:
        return Asked(good=_metric(latency, "success"), total=_metric(latency, "total"))
    if gauge:
        return Asked(ratio=f"avg({gauge.get('metric', '')})")
    return Asked(why="it needs native histograms") if indicator else None


def _metric(said: Mapping[str, Any], key: str) -> str:
    return str((said.get(key) or {}).get("metric", ""))


def generator(spec: Mapping[str, Any]) -> Asked | None:
    """Of a slo-generator v2 definition with the Prometheus backend."""
    backend = str(spec.get("backend", "prometheus"))
    sli = spec.get("service_level_indicator") or {}
    if not any(word in backend.lower() for word in SPEAKERS):
        return Asked(why=f"it asks {backend} and not Prometheus")
    said = str(sli.get("expression", ""))
    if spec.get("method") == "distribution_cut" and said:
        bare = re.sub(r"\[[^\]]*\]\s*$", "", said.strip())
        bound = f'le="{sli.get("threshold_bucket")}"'
        good = bare.replace("{", "{" + bound + ",", 1) if "{" in bare else f"{bare}{{{bound}}}"
        return Asked(good=good, total=bare.replace("_bucket", "_count"))
    if said:
        return Asked(ratio=said)
    named = {key: str(sli.get(f"filter_{key}", "")) for key in ("good", "bad", "valid")}
    return Asked(named["good"], named["bad"], named["valid"]) if any(named.values()) else None


def declared(said: Mapping[str, Any]) -> Asked | None:
    """Of an objective in incident.yaml: ``good``, ``bad`` and ``total``, or ``query`` with ``op`` and ``threshold``."""
    limit = said.get("threshold")
    if said.get("query") and isinstance(limit, int | float):
        return Asked(value=str(said["query"]), op=str(said.get("op", "lte")), limit=float(limit))
    good, bad, total = (str(said.get(key, "")) for key in ("good", "bad", "total"))
    return Asked(good, bad, total) if bool(good) + bool(bad) + bool(total) > 1 else None
