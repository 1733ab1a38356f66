"""SLO definitions as they are written: OpenSLO v1, Sloth, Pyrra, slo-generator v2.

https://github.com/OpenSLO/OpenSLO, https://sloth.dev, https://github.com/pyrra-dev/pyrra,
https://github.com/google/slo-generator.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from forensics.impact import asked
from forensics.impact.asked import Asked

ASSUMED_WINDOW_DAYS = 30.0
UNIT_DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "w": 7.0, "M": 30.0, "Q": 91.0, "Y": 365.0}
CALENDAR = {"d": "day", "w": "week", "M": "month", "Q": "quarter", "Y": "year"}
METHODS = {
    "occurrences": "occurrences",
    "timeslices": "timeslices",
    "ratiotimeslices": "ratio_timeslices",
}


@dataclass(frozen=True, slots=True)
class Objective:
    """An objective as somebody declared it.

    ``target`` is a ratio, ``window_days`` the SLO's own window (``calendar`` names the unit where it follows the
    calendar, in ``zone``); ``threshold_s`` the limit of a latency SLI; ``query`` what the definition asks of a live
    system, ``asked`` the same in parts; ``style`` the dialect.
    """

    name: str
    component: str
    sli: str
    target: float
    window_days: float
    is_assumed: bool
    method: str = "occurrences"
    slice_target: float | None = None
    calendar: str = ""
    zone: str = "UTC"
    threshold_s: float | None = None
    query: str = ""
    style: str = "plain"
    asked: Asked | None = None


def ratio(percent: str | float) -> float:
    """A percentage as a ratio, exactly as written.

    >>> ratio("99.95%")
    0.9995
    """
    return float(Fraction(str(percent).rstrip("%")) / 100)


def days(text: str) -> float:
    """The days of a duration such as ``4w``, ``30d``, ``1M`` (30 days) or seconds; 30 where it cannot be read.

    >>> days("4w"), days("1h30m"), days("2592000")
    (28.0, 0.0625, 30.0)
    """
    if re.fullmatch(r"\d+", text):
        return int(text) / 86_400 if int(text) >= 3_600 else float(text)
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([smhdwMQY])", text)
    return sum(float(n) * UNIT_DAYS[unit] for n, unit in parts) if parts else ASSUMED_WINDOW_DAYS


def objectives(documents: Sequence[Any]) -> Iterator[Objective]:
    """The objectives in parsed YAML documents; what is no SLO gives none."""
    told = [each for each in documents if isinstance(each, Mapping)]
    indicators = {_name(each): each.get("spec") for each in told if each.get("kind") == "SLI"}
    for said in told:
        for matches, parse in DIALECTS:
            if matches(said):
                try:
                    found = list(parse(said, indicators))
                except (KeyError, TypeError, ValueError, AttributeError, IndexError):
                    found = []
                yield from (each for each in found if 0 < each.target <= 1)
                break


def _name(said: Mapping[str, Any]) -> str:
    return str((said.get("metadata") or {}).get("name", "slo"))


def _number(value: Any) -> float:
    return float(str(value).rstrip("%"))


def _openslo(said: Mapping[str, Any], indicators: Mapping[str, Any]) -> Iterator[Objective]:
    spec, name = said["spec"], _name(said)
    window = (spec.get("timeWindow") or [{}])[0]
    length = str(window.get("duration", "30d"))
    unit = CALENDAR.get(length[-1], "") if window.get("calendar") or window.get("isRolling") is False else ""
    indicator = spec.get("indicator") or {}
    inner = indicator.get("spec") or indicators.get(str(spec.get("indicatorRef", "")), {}) or {}
    metric = inner.get("thresholdMetric")
    text = f"{name} {spec.get('description', '')} {inner}".lower()
    is_latency = bool(metric) or "latency" in text or "duration" in text
    for each in spec.get("objectives") or ():
        if "targetPercent" not in each and "target" not in each:
            continue
        target = ratio(each["targetPercent"]) if "targetPercent" in each else float(each["target"])
        limit = each.get("value") if is_latency else None
        yield Objective(
            name, str(spec.get("service", "")), "latency" if is_latency else "availability", target, days(length),
            is_assumed=False, method=METHODS.get(str(spec.get("budgetingMethod", "")).lower(), "occurrences"),
            slice_target=each.get("timeSliceTarget"), calendar=unit,
            zone=str((window.get("calendar") or {}).get("timeZone", "UTC")),
            threshold_s=None if limit is None else float(limit), query=_query(inner), style="OpenSLO",
            asked=asked.openslo(inner, each),
        )  # fmt: skip


def _sloth(said: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Objective]:
    spec = said.get("spec") or said
    for each in spec["slos"]:
        sli = each.get("sli") or {}
        query = _query(sli)
        is_latency = "latency" in f"{each['name']} {each.get('description', '')}".lower() or "_bucket" in query
        yield Objective(
            str(each["name"]), str(spec.get("service", "")), "latency" if is_latency else "availability",
            ratio(each["objective"]), ASSUMED_WINDOW_DAYS, is_assumed=False, threshold_s=_limit(query) if is_latency else None,
            query=query, style="Sloth", asked=asked.sloth(sli),
        )  # fmt: skip


def _pyrra(said: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Objective]:
    spec = said["spec"]
    indicator = spec.get("indicator") or {}
    query = _query(indicator)
    native = indicator.get("latencyNative") or {}
    limit = days(str(native["latency"])) * 86_400 if "latency" in native else _limit(query)
    is_latency = "latency" in indicator or bool(native)
    labels = (said.get("metadata") or {}).get("labels") or {}
    yield Objective(
        _name(said), str(spec.get("service", labels.get("pyrra.dev/service", ""))), "latency" if is_latency else "availability",
        ratio(spec["target"]), days(str(spec.get("window", "4w"))), is_assumed=False,
        threshold_s=limit if is_latency else None, query=query, style="Pyrra",
        asked=asked.pyrra(indicator),
    )  # fmt: skip


def _generator(said: Mapping[str, Any], _: Mapping[str, Any]) -> Iterator[Objective]:
    spec = said["spec"]
    labels = (said.get("metadata") or {}).get("labels") or {}
    query = _query(spec.get("service_level_indicator") or {})
    is_latency = spec.get("method") == "distribution_cut" or "latency" in _name(said).lower()
    yield Objective(
        _name(said), str(labels.get("service_name", "")), "latency" if is_latency else "availability",
        float(spec["goal"]), ASSUMED_WINDOW_DAYS, is_assumed=False, query=query, style="slo-generator",
        asked=asked.generator(spec),
    )  # fmt: skip


def _query(value: Any) -> str:
    """The queries in a definition, one after the other."""
    if isinstance(value, Mapping):
        return " ; ".join(filter(None, (_query(inner) for key, inner in value.items() if key != "metadata")))
    if isinstance(value, list):
        return " ; ".join(filter(None, map(_query, value)))
    return value.strip() if isinstance(value, str) and re.search(r"[{(\[:]", value) else ""


def _limit(query: str) -> float | None:
    """The bucket's bound that a latency query selects, in seconds."""
    match = re.search(r'le="([\d.]+)"', query)
    return float(match[1]) if match else None


Matches = Callable[[Mapping[str, Any]], bool]
Parse = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[Objective]]
DIALECTS: tuple[tuple[Matches, Parse], ...] = (
    (lambda said: said.get("kind") == "SLO" and isinstance(said.get("spec"), Mapping), _openslo),
    (lambda said: "sloth" in str(said.get("apiVersion", "")), _sloth),
    (lambda said: said.get("version") == "prometheus/v1" and "slos" in said, _sloth),
    (lambda said: "pyrra" in str(said.get("apiVersion", "")), _pyrra),
    (lambda said: said.get("kind") == "ServiceLevelObjective" and "goal" in (said.get("spec") or {}), _generator),
)
