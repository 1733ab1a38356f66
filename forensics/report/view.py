"""What the templates show: the report with charts and with numbers ready to read."""

from collections.abc import Mapping, Sequence
from typing import Any

from forensics.report import drawing, story
from forensics.report.overlay import listed, overlaid
from forensics.report.pieces import MOST_PRINTED, pieces
from forensics.report.visible import shown
from forensics.report.wording import spark

STATUS = {
    "identified": "Root cause identified",
    "probable": "Root cause probable",
    "inconclusive": "Inconclusive",
    "no_incident": "No incident",
}


# What reports of earlier versions of this schema do not hold.
ADDED: Mapping[str, Any] = {
    "figures": {},
    "knowledge_base": {},
    "response": [],
    "alerting": {},
    "clocks": {"order": [], "rows": []},
}


def view(report: Mapping[str, Any]) -> dict[str, Any]:
    """The report, its texts made visible, and under ``show`` what is drawn or counted from it."""
    said = overlaid({**ADDED, **shown(report)})
    local = story.zone(said["incident"].get("timezone", ""))
    numbered = pieces(said)
    ruled_out, more = story.ruled_out(said)
    when, when_local = story.when(said, local)
    events = story.events(said, local)
    figures = drawing.figures(said)
    lead = figures["charts"][0]["series"] if figures["charts"] else None
    show = {
        "status": STATUS[said["verdict"]["status"]],
        "description": " ".join(each["text"] for each in said["verdict"]["summary"])[:300],
        "when": when,
        "when_local": when_local,
        "zone": local.key if local else "",
        "zone_short": local.key.rpartition("/")[2].replace("_", " ") if local else "",
        "facts": story.facts(said),
        "ruled_out": ruled_out,
        "ruled_out_more": more,
        "tiles": story.tiles(said),
        "events": events,
        "key_events": story.key_events(events),
        "steps": story.steps(said),
        "measures": (measures := story.measures(said)),
        "unmeasured": [each["label"].lower() for each in measures if each["value"] == "not measured"],
        "factors": [*said["verdict"]["trigger"], *said["contributing_factors"]],
        "has_thresholds": any(each["threshold"] is not None for each in said["health"]),
        "verdicts": _by_verdict(said["changes"]),
        "evidence": numbered,
        "pieces": list(numbered.items()),
        "spark": "" if lead is None else spark(said["series"][lead]["values"]),
        "most_printed": MOST_PRINTED,
        "drafts": _drafts(said["communications"]),
        "review": listed(said),
        "redacted": _redacted(said["redaction"]),
        **figures,
    }
    return said | {"show": show}


def _by_verdict(changes: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    return {kind: [each for each in changes if each["verdict"] == kind] for kind in ("guilty", "possible", "cleared")}


def interactive(said: Mapping[str, Any]) -> dict[str, Any]:
    """What the page draws anew when a reader zooms: series with times in seconds, the window, the changes."""
    window = said["incident"]["window"]
    return {
        "window": [_seconds(window["start"]), _seconds(window["end"])],
        "changes": [
            {"time": _seconds(each["time"]), "guilty": each["verdict"] == "guilty"}
            for each in said["changes"]
            if each["time"] and (each["kind"] != "commit" or each["verdict"] == "guilty")
        ],
        "review": {name: said["review"].get(name) for name in ("edits", "verdict", "lessons", "sections")},
        "series": [
            {
                "name": f"{each['component']} {each['metric']}".strip(),
                "unit": each["unit"],
                "low": each["baseline_low"],
                "high": each["baseline_high"],
                "times": [_seconds(time) for time in each["times"]],
                "values": each["values"],
            }
            for each in said["series"]
        ],
    }


def _seconds(text: str) -> float:
    return drawing.micros(text) / 1e6


DRAFTS = (
    ("initial", "First notice"),
    ("scope", "Scope"),
    ("update", "Update"),
    ("resolved", "Resolved"),
    ("internal", "Internal"),
    ("executive", "Executives"),
)


def _drafts(said: Mapping[str, Any]) -> list[dict[str, str]]:
    rows = []
    for name, title in DRAFTS:
        each = said.get(name)
        if isinstance(each, Mapping):
            rows.append(
                {"title": title, "at": f"as of {each['at'][11:16]} UTC" if each["at"] else "", "text": each["text"]}
            )
        elif each:
            rows.append({"title": title, "at": "", "text": each})
    return rows


def _redacted(counts: Mapping[str, int]) -> str:
    parts = [f"{n} {kind.replace('_', ' ')}" for kind, n in counts.items() if n]
    return f"Taken out before writing: {', '.join(parts)}." if parts else ""
