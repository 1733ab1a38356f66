"""Format definitions: what ``parsers/`` says, checked, with all faults at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forensics.errors import DefinitionError
from forensics.ingest import checking
from forensics.library import Library, shipped


@dataclass(frozen=True, slots=True)
class Pattern:
    """A line pattern: its named groups are columns of ``table``; ``defaults`` fill what it does not name."""

    name: str
    regex: str
    table: str
    defaults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableMap:
    """How records of a document or rows of a CSV file become rows of the table ``to``.

    ``records`` is a path with ``*`` (a list of them: a table each); each record must have the keys ``requires``; ``columns`` are expressions
    (``forensics.ingest.expressions``); ``unpivot`` turns the other CSV columns into metrics; ``where`` keeps a record
    only when its expression gives something.
    """

    to: str
    records: str
    requires: tuple[str, ...]
    columns: Mapping[str, str]
    unpivot: Mapping[str, Any]
    where: str


@dataclass(frozen=True, slots=True)
class Format:
    """A format: lines (``patterns``), JSON lines (``json``), documents or tables (``tables``), or a reader of its own.

    ``begins`` tells the first line of events that always have several, whose text the patterns then read as a whole;
    ``ignores`` tells lines that say nothing (comments, headers repeated). ``is_csv`` and ``is_aligned`` are tables whose
    columns a separator or blanks keep apart.
    """

    name: str
    title: str
    patterns: tuple[Pattern, ...]
    json: TableMap | None
    tables: tuple[TableMap, ...]
    is_csv: bool
    reader: str
    wraps: bool
    defaults: Mapping[str, str]
    severity: Mapping[str, int]
    samples: tuple[Mapping[str, Any], ...]
    is_aligned: bool = False
    begins: str = ""
    ignores: str = ""

    @property
    def is_table(self) -> bool:
        """Whether it reads rows under a header, and not documents."""
        return self.is_csv or self.is_aligned

    @property
    def kind(self) -> str:
        """The folder of ``parsers/`` it stands in: logs, metrics, traces, ..."""
        return self.name.partition("/")[0]


def load(library: Library) -> tuple[Format, ...]:
    """Every format of ``parsers/``, by name.

    Raises:
        DefinitionError: some definition is broken; all faults are listed at once.
    """
    formats: list[Format] = []
    faults: list[str] = []
    paths = library.files("parsers")
    for name, said in library.load("parsers").items():
        is_ours = paths[name].is_relative_to(shipped("parsers"))
        found = list(checking.faults(said, paths[name].read_text(encoding="utf-8") if not is_ours else ""))
        faults += [f"parsers/{name}.toml{fault}" for fault in found]
        if not found:
            formats.append(built(name, said))
    if faults:
        raise DefinitionError("\n".join(faults), hint="Correct these; 'forensics formats check FILE' shows one alone.")
    return tuple(formats)


def built(name: str, said: Mapping[str, Any]) -> Format:
    """The format that a definition without faults says."""
    defaults = said.get("defaults", {})
    patterns = tuple(
        Pattern(row["name"], row["regex"], row.get("table", "logs"), {**defaults, **row.get("defaults", {})})
        for row in said.get("pattern", ())
    )
    return Format(
        name=name,
        title=said["title"],
        patterns=patterns,
        json=_table(said["json"]) if "json" in said else None,
        tables=tuple(_table(each) for row in said.get("table", ()) for each in _by_path(row)),
        is_csv=bool(said.get("csv", False)),
        reader=said.get("reader", ""),
        wraps=bool(said.get("wraps", False)),
        defaults=defaults,
        severity=said.get("severity", {}),
        samples=tuple(said.get("sample", ())),
        is_aligned=bool(said.get("aligned", False)),
        begins=said.get("begins", ""),
        ignores=said.get("ignores", ""),
    )


def _by_path(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A table for each place where its records may stand."""
    paths = row.get("records", "")
    yield from ({**row, "records": path} for path in ([paths] if isinstance(paths, str) else paths))


def _table(row: Mapping[str, Any]) -> TableMap:
    return TableMap(
        row.get("to", "logs"),
        row.get("records", ""),
        tuple(row.get("requires", ())),
        row.get("columns", {}),
        row.get("unpivot", {}),
        row.get("where", ""),
    )
