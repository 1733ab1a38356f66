"""Pages that are no report: the index of a batch, the figures of a history. One file, no script, no network."""

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from forensics import __version__
from forensics.library import Library
from forensics.report.rendering import FONTS, _font, _text, environment
from forensics.report.visible import shown


def page(template: str, values: Mapping[str, Any], library: Library) -> bytes:
    """The page ``template`` of ``report_templates`` with ``values``, in the fonts and colours of the reports."""
    folder = library.folders("report_templates")
    said = shown(dict(values)) | {
        "css": Markup("\n".join(_text(folder, name) for name in ("report.css", "screen.css", "sheet.css"))),
        "fonts": Markup("\n".join(_font(folder, *each) for each in FONTS)),
        "version": __version__,
    }
    text = environment(library, autoescape=True).get_template(template).render(said)
    return text.encode("utf-8", "backslashreplace")
