"""Which sections a report has, in which order, under which titles: ``settings.toml`` of the report templates."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from forensics.errors import DefinitionError
from forensics.library import Library

SETTINGS = "settings"
IMAGES: Mapping[str, str] = {".svg": "svg+xml", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg"}
LARGEST_LOGO = 200_000


def settings(library: Library) -> dict[str, Any]:
    """The settings in force: ours with the user's on top key by key, the logo as a data address.

    Raises:
        DefinitionError: an unknown key or section, or a logo that cannot be used.
    """
    import tomllib

    merged: dict[str, Any] = {}
    titles: dict[str, str] = {}
    for folder in reversed(library.folders("report_templates")):
        path = folder / f"{SETTINGS}.toml"
        if not path.is_file():
            continue
        try:
            said = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DefinitionError(f"{path}: {error}", hint="Correct the TOML.") from error
        unknown = sorted(said.keys() - merged.keys()) if merged else []
        if unknown:
            raise DefinitionError(f"{path}: no such key: {unknown[0]}", hint=f"Use {', '.join(sorted(merged))}.")
        titles |= said.pop("titles", {})
        if said.get("logo"):
            said["logo"] = _image(folder / said["logo"])
        merged |= {"titles": titles, **said}
    known = set(titles)
    wrong = [name for name in (*merged["story"], *merged["sections"]) if name not in known]
    if wrong:
        raise DefinitionError(f"no such section: {wrong[0]}", hint=f"Choose from {', '.join(sorted(known))}.")
    return merged


def listed(said: Mapping[str, Any], part: str, suffix: str) -> Sequence[Mapping[str, str]]:
    """The sections of ``part`` (story or sections): name, title, template."""
    titles = said["titles"]
    return [
        {"name": name, "title": titles[name], "file": f"sections/{name}.{suffix}.j2"}
        for name in dict.fromkeys(said[part])
    ]


def _image(path: Path) -> str:
    kind = IMAGES.get(path.suffix.lower())
    if kind is None or not path.is_file() or path.stat().st_size > LARGEST_LOGO:
        raise DefinitionError(
            f"{path} is no logo", hint="Name an SVG, PNG or JPEG of at most 200 kB beside the settings."
        )
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
