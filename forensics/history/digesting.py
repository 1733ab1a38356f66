"""A report of ours as a past incident: what is kept of it, and its fingerprint."""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from forensics import clock
from forensics.errors import UsageError
from forensics.history.causes import Cause, told
from forensics.records.finding import CodeFact
from forensics.records.history import Blame, Incident
from forensics.records.report import SCHEMA_VERSION

MOST_TEMPLATES = 30
MOST_SIGNALS = 24
NAMELESS = re.compile(r"[^a-z0-9]+")
UNIT = re.compile(r"\([^)]*\)$")

Rows = tuple[tuple[str, float], ...]


def digest(report: Mapping[str, Any], causes: Sequence[Cause], id: str = "") -> Incident:
    """What a history keeps of ``report``: no line of a log, no series, no evidence.

    Raises:
        UsageError: the report has another schema version, or lacks what every report has.
    """
    version = report.get("schema_version")
    if version != SCHEMA_VERSION:
        raise UsageError(
            f"the report has schema version {version}; this program reads {SCHEMA_VERSION}",
            hint="Analyze the bundle again with this version, or use the version that wrote the report.",
        )
    try:
        return _digested(report, causes, id)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise UsageError(f"the report is damaged: {error!r}", hint="Analyze the bundle again.") from error


def _digested(report: Mapping[str, Any], causes: Sequence[Cause], id: str) -> Incident:
    incident, verdict = report["incident"], report["verdict"]
    start, end = (clock.instant(incident["window"][side]) for side in ("start", "end"))
    text = _text(report)
    machine = _blame(verdict)
    guilty = [each for each in report["changes"] if each["verdict"] == "guilty"]
    return Incident(
        id=id or identify(incident["title"], incident["window"]["start"], report["bundle"]["sha256"]),
        title=incident["title"],
        start=start,
        end=end,
        severity=incident["severity"],
        text=text,
        machine=machine,
        reviewed=_reviewed(report, machine),
        fixed_by=tuple(each["text"] for each in report["remediation"]["immediate"]),
        actions=tuple(each["title"] for each in report["actions"]),
        components=tuple(sorted({each["component"] for each in report["blast_radius"]} | {machine.component} - {""})),
        facts=_facts(report, told(text, causes)),
        figures=_figures(report, start),
        budgets=_budgets(report),
        effects=tuple(sorted({fact["kind"] for each in guilty for fact in each.get("facts", ())})),
        code=tuple(_code(fact) for each in guilty for fact in each.get("facts", ())),
        source={
            "kind": "report",
            "name": report["bundle"]["name"],
            "sha256": report["bundle"]["sha256"],
            "seal": report["seal"],
            "version": report["tool"]["version"],
        },
    )  # fmt: skip


def _code(said: Mapping[str, Any]) -> CodeFact:
    return CodeFact(**{**said, "causes": tuple(said["causes"])})


def identify(title: str, date: str, sha256: str) -> str:
    """An id that a person can say: date, title and a little of the hash.

    >>> identify("Pool exhausted at payment", "2026-05-06T22:14:23Z", "3fa2b1c4")
    '2026-05-06-pool-exhausted-at-payment-3fa2b1'
    """
    slug = NAMELESS.sub("-", title.casefold()).strip("-")[:60].strip("-")
    return "-".join(part for part in (date[:10], slug, sha256[:6]) if part)


def _blame(verdict: Mapping[str, Any]) -> Blame:
    return Blame(
        status=verdict["status"],
        category=verdict["category"],
        mode=verdict["failure_mode"] or "",
        title=verdict["failure_mode_title"] or "",
        component=verdict["first_failing_component"] or "",
        change=verdict["change"] or "",
        remediation=verdict["remediation"],
        confidence=verdict["confidence"],
    )


def _reviewed(report: Mapping[str, Any], machine: Blame) -> Blame | None:
    """What people made of the verdict: their own, the machine's where they accept it; None where nobody decided."""
    review = report["review"]
    own = review.get("verdict") or {}
    if own:
        agrees = own.get("component", machine.component) == machine.component
        kept = machine if agrees else Blame(category=machine.category, mode="", title=own.get("summary", ""))
        return replace(
            kept,
            status=own.get("status", machine.status),
            component=own.get("component", kept.component),
            confidence=None,
        )
    claim = report["verdict"]["claim"]
    if claim in review["accepted"]:
        return machine
    return Blame("inconclusive", "unknown") if claim in review["rejected"] else None


def _text(report: Mapping[str, Any]) -> str:
    """What a search reads: the verdict in words, what the candidates showed, messages that changed, and changes."""
    guilty = [each for each in report["changes"] if each["verdict"] != "cleared"]
    parts: Iterable[str] = (
        report["incident"]["title"],
        *(each["text"] for each in report["verdict"]["summary"]),
        *(each["text"] for each in report["verdict"]["trigger"]),
        *(reason["text"] for each in report["candidates"][:3] for reason in each["reasons"]),
        *(each["template"] for each in report["templates"][:MOST_TEMPLATES]),
        *(f"{each['kind']} {each['component']} {each['title']}" for each in guilty[:10]),
        *(f"{each['name']} {each['summary']}" for each in report["alerts"][:10]),
        *(each["text"] for each in report["remediation"]["immediate"]),
    )
    return "\n".join(part for part in parts if part)


def _facts(report: Mapping[str, Any], told_of: Rows) -> dict[str, Rows]:
    verdict, origin = report["verdict"], report["verdict"]["first_failing_component"] or ""
    modes = {name: 0.5 * weight for name, weight in told_of}
    for place, each in enumerate(report["candidates"][:5]):
        if each["failure_mode"]:
            modes[each["failure_mode"]] = max(modes.get(each["failure_mode"], 0.0), 2.0 / (1 + place))
    if verdict["failure_mode"]:
        modes[verdict["failure_mode"]] = 4.0
    if verdict["status"] != "no_incident":
        modes[f"category {verdict['category']}"] = 1.0
    return {
        "cause": _sorted(modes),
        "template": tuple(
            (each["template_id"], 1.0 + (each["severity"] >= 17)) for each in report["templates"][:MOST_TEMPLATES]
        ),
        "signal": _signals(report, origin),
        "change": _sorted({f"{each['kind']} {each['verdict']}": 1.0 for each in report["changes"] if each["verdict"] != "cleared"}),
        "component": _sorted({each["component"]: 2.0 if each["role"] == "origin" else 1.0 for each in report["blast_radius"]}),
        "role": _sorted({each["role"]: 1.0 for each in report["graph"]["nodes"] if each["component"] == origin and each["role"]}),
        "shape": _shape(report),
    }  # fmt: skip


def _signals(report: Mapping[str, Any], origin: str) -> Rows:
    """Which measures moved, where (at the origin or elsewhere), which way, and how: they are what evidence looks like."""
    found: dict[str, float] = {}
    for each in report["health"]:
        way = _way(each["baseline"], each["value"])
        if each["status"] in ("warn", "critical") and way:
            _note(found, each["component"] == origin, measure(each["check"]), way, 1.5)
            found[f"area {each['area']} {'origin' if each['component'] == origin else 'elsewhere'}"] = 1.0
    for each in report["recovery"]:
        way = _way(each["before"], each["during"])
        if way:
            _note(found, each["component"] == origin, measure(each["metric"]), way, 1.0)
    for each in report["series"]:
        form = shape(each["values"])
        if form and each["role"] != "edge":
            _note(found, each["component"] == origin, measure(each["metric"]), form, 1.0)
    ordered = _sorted(found)
    return ordered[:MOST_SIGNALS]


def _note(found: dict[str, float], is_origin: bool, name: str, way: str, weight: float) -> None:
    place = "origin" if is_origin else "elsewhere"
    key = f"{place} {name} {way}"
    found[key] = max(found.get(key, 0.0), weight * (2.0 if is_origin else 1.0))


def measure(metric: str) -> str:
    """The name of a metric without units, percentiles and spelling, so that exporters agree more often.

    >>> measure("CpuUsageRate(%)"), measure("PodClientLatencyP95(s)"), measure("http_latency_p99_seconds")
    ('cpu usage rate', 'pod client latency', 'http latency')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", UNIT.sub("", metric))
    words = NAMELESS.sub(" ", spaced.casefold()).split()
    return (
        " ".join(word for word in words if not re.fullmatch(r"p\d+|seconds|bytes|total|ratio|percent|ms", word))
        or "value"
    )


def _way(before: float | None, during: float | None) -> str:
    """``up``, ``down``, or ``far up`` where it grew threefold; "" where nothing moved by a tenth."""
    if before is None or during is None or math.isclose(before, during, rel_tol=0.1):
        return ""
    if during < before:
        return "down"
    return "far up" if during > 3 * abs(before) else "up"


def shape(values: Sequence[float | None]) -> str:
    """How a series goes: ``spike`` (up and back), ``dip``, ``step``, ``drop``; "" where it stays or is too short.

    >>> shape([1, 1, 1, 9, 9, 9, 1, 1, 1]), shape([1, 1, 1, 1, 5, 5, 5, 5])
    ('spike', 'step')
    """
    known = [value for value in values if value is not None]
    if len(known) < 6:
        return ""
    third = len(known) // 3
    first, middle, last = (
        sorted(part)[len(part) // 2] for part in (known[:third], known[third:-third], known[-third:])
    )
    size = max(known) - min(known)
    if size <= 0:
        return ""
    rise, back = (middle - first) / size, (last - middle) / size
    if rise > 0.3:
        return "spike" if back < -0.3 else "step"
    if rise < -0.3:
        return "dip" if back > 0.3 else "drop"
    return "step" if back > 0.3 else "drop" if back < -0.3 else ""


def _shape(report: Mapping[str, Any]) -> Rows:
    """How the failure spread: how many it reached, how deep, and whether a change set it off."""
    reached = [each for each in report["blast_radius"] if each["role"] == "affected"]
    depth = max((len(each["via"]) for each in reached), default=0)
    wide = "none" if not reached else "few" if len(reached) <= 3 else "many"
    return ((f"deep {min(depth, 4)}", 1.0), (f"reached {wide}", 1.0), (f"status {report['verdict']['status']}", 0.5))


def _figures(report: Mapping[str, Any], start: int) -> dict[str, float | None]:
    marks = report["incident"]["marks"]

    def since(mark: str) -> float | None:
        return (clock.instant(marks[mark]) - start) / 1e6 if marks[mark] else None

    return {
        "duration_s": report["impact"]["duration_s"]["estimate"],
        "detect_s": report["detection"].get("gap_s"),
        "recover_s": since("mitigated") if marks["mitigated"] else since("resolved"),
    }


def _budgets(report: Mapping[str, Any]) -> tuple[tuple[str, float], ...]:
    return tuple(
        (f"{each['component']} {each['name']}".strip(), each["budget"]["consumed"])
        for each in report["slo"]
        if each["budget"] and each["budget"].get("consumed") is not None
    )


def _sorted(weights: Mapping[str, float]) -> Rows:
    return tuple(sorted(((name, value) for name, value in weights.items() if name), key=lambda row: (-row[1], row[0])))


def read(path: Path) -> Mapping[str, Any]:
    """The report at ``path``: report.json, or the folder that holds it, with its seal checked.

    Raises:
        UsageError: it is missing, no report, or damaged.
    """
    place = path / "report.json" if path.is_dir() else path
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot read {place}: {error}", hint="Name a report.json or the folder that holds it."
        ) from error
    if not isinstance(found, dict) or "schema_version" not in found:
        raise UsageError(f"{place} is not a report", hint="Name a report.json that 'forensics analyze' wrote.")
    return found


def sha256(body: bytes) -> str:
    """The hash that names a source."""
    return hashlib.sha256(body).hexdigest()
