"""Health by the rules of ``models/health``: each thing that can be unwell, with value, bound, baseline and status."""

from collections.abc import Iterator, Mapping, Sequence
from statistics import median

import polars as pl

from forensics.findings import levels, rules
from forensics.findings.levels import Line
from forensics.findings.rules import Rule, StateRule
from forensics.library import Library
from forensics.measuring import within
from forensics.records.evidence import CountEvidence, Evidence, RecordEvidence
from forensics.records.finding import HealthCheck
from forensics.records.signal import Windows
from forensics.records.window import SECOND
from forensics.store import Store

STATUS = ("ok", "warn", "critical")
FEWEST_REQUESTS = 20
FAILING, DOWN = 0.01, 0.05
MOST = 200


def check(store: Store, windows: Windows, library: Library) -> tuple[HealthCheck, ...]:
    """The worst check of each component and noun, the worst first; nouns that the bundle shows nothing of are unknown."""
    metric_rules, state_rules = rules.load(library)
    patterns = [pattern for each in metric_rules for pattern in (each.metric, each.of) if pattern is not None]
    known = levels.lines(store, windows, patterns)
    found = [*_requests(store, windows), *_states(store, state_rules)]
    found += [one for rule in metric_rules for one in _checks(rule, known, store, windows)]
    worst: dict[tuple[str, str], HealthCheck] = {}
    for each in found:
        key = (each.component, each.check.partition(":")[0])
        if key not in worst or _order(each) < _order(worst[key]):
            worst[key] = each
    seen = {name for _, name in worst}
    nouns = dict.fromkeys(
        [*((each.area, each.noun) for each in metric_rules), *((each.area, each.noun) for each in state_rules)]
    )
    unknown = [
        HealthCheck(area, noun, "", "unknown", None, "", None, None, ()) for area, noun in nouns if noun not in seen
    ]
    return (*sorted(worst.values(), key=_order)[:MOST], *unknown)


def _order(each: HealthCheck) -> tuple[int, str, str, str, float]:
    return (-STATUS.index(each.status), each.area, each.component, each.check, -(each.value or 0.0))


def _checks(rule: Rule, known: Sequence[Line], store: Store, windows: Windows) -> Iterator[HealthCheck]:
    matched = [each for each in known if rule.metric.search(each.metric)]
    limits = [each for each in known if rule.of is not None and rule.of.search(each.metric)]
    for group in _groups(rule, matched):
        during, before = (_value(rule, group, limits, windows, during=phase) for phase in (True, False))
        if during is None:
            continue
        status = _status(rule, during, before)
        bound = rule.warn if status == "warn" else rule.critical
        cited = group if rule.is_summed or rule.statistic == "spread" else group[:1]
        evidence = levels.cite(store, windows, cited[:6], rule.statistic) if status != "ok" else ()
        yield HealthCheck(
            rule.area, f"{rule.noun}: {levels.named(group[0])}", group[0].component, status, round(during, 9), rule.unit, bound,
            None if before is None else round(before, 9), evidence,
        )  # fmt: skip


def _groups(rule: Rule, matched: Sequence[Line]) -> list[list[Line]]:
    """Series that are judged together: those of one resource where holders are added up, those of one component for a spread."""
    groups: dict[tuple[object, ...], list[Line]] = {}
    for number, each in enumerate(matched):
        key: tuple[object, ...] = (number,)
        if rule.statistic == "spread":
            key = (each.component, each.metric)
        elif rule.is_summed:
            key = (each.component, each.metric, each.group)
        groups.setdefault(key, []).append(each)
    return list(groups.values())


def _value(
    rule: Rule, group: Sequence[Line], limits: Sequence[Line], windows: Windows, *, during: bool
) -> float | None:
    if rule.statistic == "spread":
        each = [levels.statistic(one.during if during else one.before, "median") for one in group]
        known = [value for value in each if value is not None]
        return max(known) / median(known) if len(known) > 2 and median(known) > 0 else None
    samples = levels.total(group, during=during) if rule.is_summed else group[0].during if during else group[0].before
    value = levels.statistic(samples, rule.statistic)
    if value is None:
        return None
    if rule.statistic == "until":
        return value - windows.incident.end / SECOND
    if rule.of is None:
        return _ratio(value, group[0]) if rule.unit == "ratio" and rule.statistic != "rate" else value
    whole = next((each for each in limits if levels.agrees(group[0], each)), None)
    if whole is None:
        return _ratio(value, group[0]) if _is_share(group[0]) else None
    limit = levels.statistic(whole.during if during else whole.before, "rate" if rule.statistic == "rate" else "median")
    return value / limit if limit else None


def _is_share(line: Line) -> bool:
    return any(word in line.metric.lower() for word in ("ratio", "percent", "pct", "utilization", "usage"))


def _ratio(value: float, line: Line) -> float | None:
    """A share as a ratio: percentages are told by their name or by values beyond 1."""
    name = line.metric.lower()
    if "percent" in name or "pct" in name or name.endswith("utilization"):
        return value / 100
    top = max((sample for _, sample in (*line.during, *line.before)), default=0.0)
    return value if top <= 1.5 else value / 100 if top <= 100 else None


def _status(rule: Rule, during: float, before: float | None) -> str:
    """By the bounds, and by how far it is from its baseline; what was as bad before counts one less."""
    level = _beyond(rule, during)
    if level and not rule.is_lasting and before is not None and _beyond(rule, before) >= level:
        level -= 1
    if rule.factor is not None and before is not None:
        level = max(level, _departed(rule, rule.factor, during, before))
    return STATUS[level]


def _beyond(rule: Rule, value: float | None) -> int:
    if value is None:
        return 0
    return sum(
        1
        for bound in (rule.warn, rule.critical)
        if bound is not None and (value >= bound if rule.worse > 0 else value <= bound)
    )


def _departed(rule: Rule, factor: tuple[float, float], during: float, before: float) -> int:
    if max(abs(during), abs(before)) < rule.least:
        return 0
    base = max(before, rule.least / factor[0]) if rule.worse > 0 else before
    return sum(
        1 for each in factor if (during >= each * base if rule.worse > 0 else during <= each * before and before > 0)
    )


def _requests(store: Store, windows: Windows) -> Iterator[HealthCheck]:
    """The share of requests that failed, at each component that has an access log."""
    rows = store.scan("requests").filter(within(windows.incident)).group_by("component")
    counted = (
        rows.agg(pl.len().alias("n"), pl.col("is_error").sum().cast(pl.Int64).alias("bad")).sort("component").collect()
    )
    outside = pl.any_horizontal([within(each) for each in windows.baselines]) if windows.baselines else pl.lit(False)
    usual = store.scan("requests").filter(outside).group_by("component")
    before = {
        name: bad / n
        for name, n, bad in usual.agg(pl.len(), pl.col("is_error").sum().cast(pl.Int64).alias("bad")).collect().rows()
    }
    for name, n, bad in counted.rows():
        if n < FEWEST_REQUESTS:
            continue
        level = sum(bad / n >= bound for bound in (FAILING, DOWN))
        whole = CountEvidence("requests", (("component", "=", name),), windows.incident, "rows", n)
        failed = CountEvidence(
            "requests", (("component", "=", name), ("is_error", "=", True)), windows.incident, "rows", bad
        )
        bound = FAILING if level < 2 else DOWN
        yield HealthCheck(
            "requests",
            "Error rates: access log",
            name,
            STATUS[level],
            bad / n,
            "ratio",
            bound,
            before.get(name),
            (failed, whole),
        )


def _states(store: Store, known: Sequence[StateRule]) -> Iterator[HealthCheck]:
    """Things that a cluster reports: the number of those that are unwell, with the records that say so."""
    if not known:
        return
    rows = store.scan("state").sort("component", "name", "file", "record").collect()
    for rule in known:
        by_component: dict[str, list[tuple[int, Mapping[str, object]]]] = {}
        for row in rows.iter_rows(named=True):
            if rule.kind.search(row["kind"]):
                by_component.setdefault(row["component"], []).append((_unwell(rule, row), row))
        for component, judged in by_component.items():
            level = max(one for one, _ in judged)
            bad = [row for one, row in judged if one]
            evidence: tuple[Evidence, ...] = tuple(
                RecordEvidence(str(row["file"]), str(row["record"]), str(row["message"])[:300])
                for row in bad[:3]
                if row["record"]
            )
            yield HealthCheck(
                rule.area,
                f"{rule.noun}: unwell of {len(judged)}",
                component,
                STATUS[level],
                float(len(bad)),
                "",
                1.0,
                None,
                evidence,
            )


def _unwell(rule: StateRule, row: Mapping[str, object]) -> int:
    said = f"{row['reason']} {row['message']}"
    return 2 if rule.critical.search(said) else 1 if rule.warn.search(said) else 0
