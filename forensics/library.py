"""Definitions: the shipped data folders with the user's own folders laid on top."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forensics.errors import DefinitionError

PACKAGE = Path(__file__).resolve().parent
KINDS = ("parsers", "models", "report_templates")


def shipped(kind: str) -> Path:
    """The shipped folder of ``kind`` (parsers, models, report_templates, sample_data), in a wheel or a checkout.

    Raises:
        DefinitionError: the installation lacks it.
    """
    for place in (PACKAGE / kind, PACKAGE.parent / kind):
        if place.is_dir():
            return place
    raise DefinitionError(f"the folder {kind} is missing from the installation", hint="Reinstall forensics.")


@dataclass(frozen=True, slots=True)
class Library:
    """Where definitions are looked up: ``overlays`` first (holding parsers/, models/, report_templates/), then ours."""

    overlays: tuple[Path, ...] = ()

    def folders(self, kind: str, part: str = "") -> tuple[Path, ...]:
        """The folders of ``kind/part`` that exist, the strongest first."""
        places = [overlay / kind / part for overlay in self.overlays] + [shipped(kind) / part]
        return tuple(place for place in places if place.is_dir())

    def files(self, kind: str, part: str = "", suffix: str = ".toml") -> Mapping[str, Path]:
        """Definition files below ``kind/part`` by path without suffix, sorted; an overlay's file hides ours."""
        found: dict[str, Path] = {}
        for folder in reversed(self.folders(kind, part)):
            for path in folder.rglob(f"*{suffix}"):
                found[path.relative_to(folder).with_suffix("").as_posix()] = path
        return dict(sorted(found.items()))

    def load(self, kind: str, part: str = "") -> Mapping[str, Mapping[str, Any]]:
        """Every definition below ``kind/part``, parsed.

        Raises:
            DefinitionError: some file is not TOML; all such files are listed at once.
        """
        parsed: dict[str, Mapping[str, Any]] = {}
        faults: list[str] = []
        for name, path in self.files(kind, part).items():
            try:
                parsed[name] = tomllib.loads(path.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                faults.append(f"{path}: {error}")
        if faults:
            raise DefinitionError("\n".join(faults), hint="Correct the TOML; every definition is read before any data.")
        return parsed

    def sha256(self, kinds: Sequence[str] = KINDS) -> str:
        """A hash over the names and bytes of every definition of ``kinds`` in force."""
        total = hashlib.sha256()
        for name, path in self._all(kinds):
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
        return total.hexdigest()

    def _all(self, kinds: Sequence[str]) -> Iterator[tuple[str, Path]]:
        for kind in kinds:
            merged: dict[str, Path] = {}
            for folder in reversed(self.folders(kind)):
                for path in folder.rglob("*"):
                    if path.is_file() and not path.name.startswith("."):
                        merged[f"{kind}/{path.relative_to(folder).as_posix()}"] = path
            yield from sorted(merged.items())
