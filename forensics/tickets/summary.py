"""The short summary of a report, and how each ticket system writes it; text of a report can ping or format nothing there."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WORD = "forensics-report"
ZERO = "\N{ZERO WIDTH SPACE}"


@dataclass(frozen=True, slots=True)
class Summary:
    """Heading, sentences, labelled values and links (name and address); ``key`` finds it again, ``state`` tells versions apart."""

    heading: str
    sentences: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    key: str
    state: str
    links: tuple[tuple[str, str], ...] = ()

    @property
    def mark(self) -> str:
        """What a later run looks for."""
        return f"{WORD} {self.key} {self.state}"


def summary(report: Mapping[str, Any], state: str, link: str) -> Summary:
    """The summary of ``report``; ``link`` is where the whole report stands, "" for nowhere."""
    verdict, incident = report["verdict"], report["incident"]
    rows = [
        ("Status", f"{verdict['status'].replace('_', ' ')}, confidence {verdict['confidence']:.0%}"),
        ("Window", f"{incident['window']['start']} to {incident['window']['end']}"),
        ("Failed first", verdict["first_failing_component"] or ""),
        ("Cause", verdict["failure_mode_title"] or verdict["category"].replace("_", " ")),
        ("Change", verdict["change"] or "none to blame"),
        ("First step", next((each["text"] for each in report["remediation"]["immediate"]), "")),
    ]
    return Summary(
        incident["title"],
        tuple(each["text"] for each in verdict["summary"][:2]),
        tuple((label, value) for label, value in rows if value),
        report["bundle"]["sha256"][:16],
        state,
        (("Report", link),) if link else (),
    )


def markdown(said: Summary) -> str:
    """GitHub and GitLab. Mentions, references and markup in the text are broken up."""

    def safe(text: str) -> str:
        plain = re.sub(r"([\\`*_{}\[\]<>|~])", r"\\\1", " ".join(text.split()))
        return re.sub(r"([@#!])(?=\w)", rf"\1{ZERO}", plain)

    lines = [f"**{safe(said.heading)}**", "", *map(safe, said.sentences), ""]
    lines += [f"- {label}: {safe(value)}" for label, value in said.rows]
    lines += [f"- [{name}](<{link}>)" for name, link in said.links]
    return "\n".join([*lines, "", f"<sub>{said.mark}</sub>"])


def textile(said: Summary) -> str:
    """Redmine."""

    def safe(text: str) -> str:
        plain = " ".join(text.split()).replace("</notextile>", "")
        return f"<notextile>{html.escape(plain)}</notextile>"

    lines = [f"*{safe(said.heading)}*", "", *map(safe, said.sentences), ""]
    lines += [f"* {label}: {safe(value)}" for label, value in said.rows]
    lines += [f'* "{name}":{link}' if "://" in link else f"* attachment:{link}" for name, link in said.links]
    return "\n".join([*lines, "", said.mark])


def mrkdwn(said: Summary) -> str:
    """Slack: ``&<>`` are all that could call someone."""

    def safe(text: str) -> str:
        return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    lines = [f"*{safe(said.heading)}*", *map(safe, said.sentences)]
    lines += [f"• {label}: {safe(value)}" for label, value in said.rows]
    lines += [f"• <{safe(link)}|{safe(name)}>" for name, link in said.links if "://" in link]
    return "\n".join([*lines, f"_{said.mark}_"])


def plain(said: Summary) -> str:
    """ServiceNow and PagerDuty."""
    flat = [said.heading, *said.sentences, *(f"{label}: {value}" for label, value in said.rows)]
    lines = [" ".join(text.split()).replace("[code]", "[ code]") for text in flat]
    return "\n".join([*lines, *(f"{name}: {link}" for name, link in said.links), said.mark])


def document(said: Summary) -> dict[str, Any]:
    """Jira: an Atlassian document, in which text is only text."""

    def words(text: str, *marks: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "text", "text": " ".join(text.split()) or " ", **({"marks": list(marks)} if marks else {})}

    def paragraph(*parts: Mapping[str, Any]) -> dict[str, Any]:
        return {"type": "paragraph", "content": list(parts)}

    items = [paragraph(words(f"{label}: {value}")) for label, value in said.rows]
    items += [
        paragraph(words(name, {"type": "link", "attrs": {"href": link}}) if "://" in link else words(link))
        for name, link in said.links
    ]
    body: Sequence[Mapping[str, Any]] = [
        paragraph(words(said.heading, {"type": "strong"})),
        *(paragraph(words(text)) for text in said.sentences),
        {"type": "bulletList", "content": [{"type": "listItem", "content": [each]} for each in items]},
        paragraph(words(said.mark, {"type": "code"})),
    ]
    return {"type": "doc", "version": 1, "content": list(body)}


Markup = Callable[[Summary], Any]
