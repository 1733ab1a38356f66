"""Renderings of report.json: each needs nothing but the JSON and the templates."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from forensics.errors import DefinitionError, UsageError
from forensics.library import Library
from forensics.report import canonical, monitoring, printing
from forensics.report.sections import listed, settings
from forensics.report.tables import quantity, tabled
from forensics.report.view import interactive, view
from forensics.report.wording import FILTERS

SCRIPTS = ("vendor/uPlot.iife.min.js", "report.js", "review.js")
FONTS = (
    ("Inter", 400, "inter-latin-400-normal.woff2"),
    ("Inter", 600, "inter-latin-600-normal.woff2"),
    ("Inter", 700, "inter-latin-700-normal.woff2"),
    ("IBM Plex Mono", 400, "ibm-plex-mono-latin-400-normal.woff2"),
)


def render(report: Mapping[str, Any], form: str, library: Library) -> bytes:
    """The report as ``json``, ``html``, ``md`` or ``pdf``; its detection ``rules`` for Prometheus, a ``dashboard`` for Grafana.

    Raises:
        UsageError: another format.
        OutputError: a PDF is asked for and Pango is not installed.
    """
    if form not in RENDERERS:
        raise UsageError(f"no such format: {form}", hint=f"Choose from {', '.join(RENDERERS)}.")
    return RENDERERS[form](report, library)


def _json(report: Mapping[str, Any], library: Library) -> bytes:
    return canonical.dumps(report)


def _html(report: Mapping[str, Any], library: Library) -> bytes:
    return _page(report, library, "screen")


def _markdown(report: Mapping[str, Any], library: Library) -> bytes:
    said = settings(library)
    parts = {"parts": [*listed(said, "story", "md"), *listed(said, "sections", "md")], "settings": said}
    text = environment(library, autoescape=False).get_template("report.md.j2").render(view(report) | parts)
    return _tidy(text).encode("utf-8", "backslashreplace")


def _pdf(report: Mapping[str, Any], library: Library) -> bytes:
    return printing.pdf(_page(report, library, "print").decode(), report)


def _page(report: Mapping[str, Any], library: Library, medium: str) -> bytes:
    said = settings(library)
    folder = library.folders("report_templates")
    shown = view(report)
    script = "\n".join(_text(folder, name) for name in SCRIPTS) if medium == "screen" else ""
    charts = _text(folder, "charts.css")
    css = "\n".join(
        (_text(folder, "report.css"), _text(folder, f"{medium}.css"), _text(folder, "custom.css"), _accent(said))
    )
    values = shown | {
        "medium": medium,
        "settings": said,
        "story": listed(said, "story", "html"),
        "sections": listed(said, "sections", "html"),
        "css": Markup(css if medium == "print" else css + charts + _text(folder, "vendor/uPlot.min.css")),
        "script": Markup(script),
        "script_hash": Markup(_hash(script)),
        "data": Markup(_data(shown, said, library)) if medium == "screen" else "",
        "fonts": Markup("\n".join(_font(folder, *each) for each in FONTS)),
    }
    page = environment(library, autoescape=True).get_template("report.html.j2").render(values)
    # WeasyPrint styles a drawing by what stands inside it, and knows no variables there.
    page = _styled(page, charts, css) if medium == "print" else page
    return page.encode("utf-8", "backslashreplace")


def _data(shown: Mapping[str, Any], said: Mapping[str, Any], library: Library) -> str:
    """What the page's script reads: series to zoom, and each section as Markdown; written so that it ends no element."""
    made = environment(library, autoescape=False)
    parts = [*listed(said, "story", "md"), *listed(said, "sections", "md")]
    markdown = {
        each[
            "name"
        ]: f"## {each['title']}\n\n{_tidy(made.get_template(each['file']).render({**shown, 'settings': said}))}"
        for each in parts
    }
    text = json.dumps(
        interactive(shown) | {"markdown": markdown}, ensure_ascii=False, separators=(",", ":"), sort_keys=True
    )
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return text


def _tidy(text: str) -> str:
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _hash(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"


def _accent(said: Mapping[str, Any]) -> str:
    for name in ("accent", "accent_dark"):
        if said[name] and not re.fullmatch(r"#[0-9a-fA-F]{6}", said[name]):
            raise DefinitionError(f"{name} is no colour: {said[name]}", hint="Write it as #3448c5.")
    light = f":root{{--accent:{said['accent']}}}" if said["accent"] else ""
    dark = (
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{said['accent_dark']}}}}}" if said["accent_dark"] else ""
    )
    return light + dark


def _styled(page: str, charts: str, css: str) -> str:
    palette = dict(re.findall(r"--(\w+):(#[0-9a-fA-F]{3,6})", css.partition("}")[0] + css.rpartition(":root")[2]))
    plain = re.sub(r"var\(--(\w+)\)", lambda match: palette[match[1]], charts)
    rules = plain.replace("\n", "")
    return re.sub(r'(<svg class="chart[^>]*>)', lambda match: f"{match[1]}<style>{rules}</style>", page)


def environment(library: Library, *, autoescape: bool) -> SandboxedEnvironment:
    """Templates of the library, the user's own first; nothing in them can reach beyond what they are given."""
    loaders: list[BaseLoader] = [FileSystemLoader(str(folder)) for folder in library.folders("report_templates")]
    made = SandboxedEnvironment(
        loader=ChoiceLoader(loaders),
        autoescape=autoescape,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(FILTERS)
    made.filters |= {"cell": _cell, "fenced": _fenced, "said_by": _said_by, "quantity": quantity, "tabled": tabled}
    return made


def _cell(text: object) -> str:
    """A text in a Markdown table or sentence: one line, with what Markdown and HTML would act on taken out of force."""
    plain = " ".join(str(text).split())
    for mark in "\\`*_{}[]<>#|~":
        plain = plain.replace(mark, "\\" + mark)
    return plain


def _fenced(text: str, indent: int = 0) -> str:
    """A command as a block of code in Markdown, its fence longer than any in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return "\n".join(" " * indent + line for line in (fence, *text.splitlines(), fence))


def _said_by(row: Mapping[str, Any]) -> str:
    """What people decided about a row, for Markdown; empty where nobody did."""
    said = row.get("reviewed")
    if not said:
        return ""
    done = f"{said['decision']}ed" if said.get("decision") else "reworded" if said.get("was") else "added"
    was = f"; the machine said: {_cell(said['was'])}" if said.get("was") else ""
    note = f": {_cell(said['note'])}" if said.get("note") else ""
    return f" *({done} by {_cell(said.get('by', 'people'))}{note}{was})*"


def _text(folders: tuple[Any, ...], name: str) -> str:
    found = next((folder / name for folder in folders if (folder / name).is_file()), None)
    return "" if found is None else str(found.read_text(encoding="utf-8"))


def _font(folders: tuple[Any, ...], family: str, weight: int, name: str) -> str:
    found = next(folder / "fonts" / name for folder in folders if (folder / "fonts" / name).is_file())
    data = base64.b64encode(found.read_bytes()).decode()
    return f"@font-face{{font-family:'{family}';font-weight:{weight};font-display:swap;src:url(data:font/woff2;base64,{data}) format('woff2')}}"


RENDERERS: Mapping[str, Callable[[Mapping[str, Any], Library], bytes]] = {
    "json": _json,
    "html": _html,
    "md": _markdown,
    "pdf": _pdf,
    "rules": lambda report, library: monitoring.alert_rules(report),
    "dashboard": lambda report, library: monitoring.dashboard(report),
}
