"""Renderings of report.json: each needs nothing but the JSON and the templates."""

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from forensics.errors import UsageError
from forensics.library import Library
from forensics.report import canonical, printing
from forensics.report.view import view
from forensics.report.wording import FILTERS

FONTS = (
    ("Inter", 400, "inter-latin-400-normal.woff2"),
    ("Inter", 600, "inter-latin-600-normal.woff2"),
    ("Inter", 700, "inter-latin-700-normal.woff2"),
    ("IBM Plex Mono", 400, "ibm-plex-mono-latin-400-normal.woff2"),
)


def render(report: Mapping[str, Any], form: str, library: Library) -> bytes:
    """The report as ``json``, ``html``, ``md`` or ``pdf``.

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
    text = environment(library, autoescape=False).get_template("report.md.j2").render(view(report))
    return (text.strip() + "\n").encode("utf-8", "backslashreplace")


def _pdf(report: Mapping[str, Any], library: Library) -> bytes:
    return printing.pdf(_page(report, library, "print").decode(), report)


def _page(report: Mapping[str, Any], library: Library, medium: str) -> bytes:
    made = environment(library, autoescape=True)
    folder = library.folders("report_templates")
    values = view(report) | {
        "medium": medium,
        "css": Markup("\n".join(_text(folder, name) for name in ("report.css", f"{medium}.css"))),
        "script": Markup(_text(folder, "report.js")) if medium == "screen" else Markup(""),
        "fonts": Markup("\n".join(_font(folder, *each) for each in FONTS)),
    }
    page = made.get_template("report.html.j2").render(values)
    charts = _text(folder, "charts.css")
    # WeasyPrint styles a drawing by what stands inside it, and knows no variables there.
    page = (
        _styled(page, charts, values["css"]) if medium == "print" else page.replace("</style>", f"{charts}</style>", 1)
    )
    return page.encode("utf-8", "backslashreplace")


def _styled(page: str, charts: str, css: str) -> str:
    palette = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", css.partition("}")[0]))
    plain = re.sub(r"var\(--(\w+)\)", lambda match: palette[match[1]], charts)
    rules = "".join(line.replace(".chart ", "").replace(".graph ", "") for line in plain.splitlines())
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
    made.filters["cell"] = _cell
    return made


def _cell(text: object) -> str:
    """A text in a Markdown table or sentence: one line, with what Markdown and HTML would act on taken out of force."""
    plain = " ".join(str(text).split())
    for mark in "\\`*_{}[]<>#|~":
        plain = plain.replace(mark, "\\" + mark)
    return plain


def _text(folders: tuple[Any, ...], name: str) -> str:
    found = next(folder / name for folder in folders if (folder / name).is_file())
    return str(found.read_text(encoding="utf-8"))


def _font(folders: tuple[Any, ...], family: str, weight: int, name: str) -> str:
    found = next(folder / "fonts" / name for folder in folders if (folder / "fonts" / name).is_file())
    data = base64.b64encode(found.read_bytes()).decode()
    return f"@font-face{{font-family:'{family}';font-weight:{weight};font-display:swap;src:url(data:font/woff2;base64,{data}) format('woff2')}}"


RENDERERS: Mapping[str, Callable[[Mapping[str, Any], Library], bytes]] = {
    "json": _json,
    "html": _html,
    "md": _markdown,
    "pdf": _pdf,
}
