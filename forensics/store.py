"""The case: Parquet files a table, read through Polars and DuckDB.

``CASE/TABLE/PART-NNNN.parquet`` holds what one part (a file of the bundle, or ``all`` for derived tables) gave, so a
part that was read before is not read again. What is learned late rewrites nothing: ``scan`` and the DuckDB views shift
times by ``files.shift_us`` and rename components by the aliases in ``components``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from forensics.errors import UsageError
from forensics.records.tables import TABLES, empty
from forensics.records.window import Window

DERIVED = "all"
# Of zstd. The lowest level without statistics is written in 0.7 of the time of the default, and is 5 % larger.
COMPRESSION = 1
TIME_COLUMNS: Mapping[str, str] = {"spans": "start", "counts": "minute", "latency": "minute"}
NAME_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "logs": ("component",),
    "series": ("component", "peer"),
    "spans": ("component", "peer"),
    "requests": ("component",),
    "changes": ("component",),
    "alerts": ("component",),
    "state": ("component",),
    "edges": ("source", "target"),
    "counts": ("component",),
    "latency": ("component",),
}


@dataclass(frozen=True, slots=True)
class Store:
    """A case folder. ``aliases`` and ``shifts`` are what ``resolve`` learned; see ``learned``."""

    folder: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    shifts: Mapping[str, int] = field(default_factory=dict)

    def write(self, table: str, frame: pl.DataFrame, part: str = DERIVED, number: int = 0) -> None:
        """Write one Parquet file; the frame must have exactly the columns of ``table``."""
        place = self.folder / table
        place.mkdir(parents=True, exist_ok=True)
        target = place / f"{part}-{number:04d}.parquet"
        half = target.with_suffix(".half")
        typed = frame.select(pl.col(name).cast(kind) for name, kind in TABLES[table].items())
        _compact(typed).write_parquet(half, compression_level=COMPRESSION, statistics=False)
        half.replace(target)

    def parts(self, table: str) -> tuple[Path, ...]:
        """The Parquet files of ``table``, sorted by name."""
        return tuple(sorted((self.folder / table).glob("*.parquet")))

    def drop(self, keep: Iterable[str]) -> None:
        """Delete every file that belongs to no part in ``keep`` (parts of files that left the bundle)."""
        kept = set(keep)
        for table in TABLES:
            for path in self.parts(table):
                if path.stem.rsplit("-", 1)[0] not in kept:
                    path.unlink()

    def raw(self, table: str) -> pl.LazyFrame:
        """The rows of ``table`` as read from the files, without late knowledge; row order is not defined."""
        parts = self.parts(table)
        allowed = pl.ScanCastOptions(categorical_to_string="allow")
        return (
            pl.scan_parquet(list(parts), schema=TABLES[table], cast_options=allowed) if parts else empty(table).lazy()
        )

    def scan(self, table: str) -> pl.LazyFrame:
        """The rows of ``table`` with clock shifts and component aliases applied; row order is not defined."""
        frame = self.raw(table)
        columns = TABLES[table]
        stamp = TIME_COLUMNS.get(table, "time")
        shifts = {path: shift for path, shift in self.shifts.items() if shift}
        if shifts and stamp in columns and "file" in columns:
            shift = pl.col("file").replace_strict(shifts, default=0, return_dtype=pl.Int64)
            frame = frame.with_columns(pl.col(stamp) + pl.duration(microseconds=shift))
        if self.aliases:
            frame = frame.with_columns(pl.col(name).replace(dict(self.aliases)) for name in NAME_COLUMNS.get(table, ()))
        return frame

    def has(self, table: str) -> bool:
        """Whether ``table`` has any row."""
        return self.raw(table).head(1).collect().height > 0

    def span(self) -> Window | None:
        """From the first to the last time of any file, shifts applied; None when no file has a time."""
        files = self.scan("files").select("path", "first_time", "last_time").collect()
        known = files.drop_nulls().with_columns(pl.col("first_time", "last_time").to_physical())
        ends = [
            (first + self.shifts.get(path, 0), last + self.shifts.get(path, 0)) for path, first, last in known.rows()
        ]
        return Window(min(first for first, _ in ends), max(last for _, last in ends) + 1) if ends else None

    def sql(self, query: str) -> pl.DataFrame:
        """The answer of a read-only query over all case tables.

        Raises:
            UsageError: DuckDB rejects the query.
        """
        import duckdb

        connection = duckdb.connect()
        try:
            for table in TABLES:
                # Views are made over frames with late knowledge applied, so that SQL and Polars answer alike.
                connection.sql(self._view(table))
            connection.sql(f"SET allowed_directories=['{_quoted(self.folder)}']")
            connection.sql("SET enable_external_access=false")
            connection.sql("SET lock_configuration=true")
            return pl.DataFrame(connection.sql(query))
        except duckdb.Error as error:
            raise UsageError(
                f"the query failed: {error}", hint="Run 'forensics query OUT \"SHOW TABLES\"' to see what there is."
            ) from error
        finally:
            connection.close()

    def _view(self, table: str) -> str:
        parts = self.parts(table)
        if not parts:
            columns = ", ".join(f"NULL::{_duckdb_type(kind)} AS {name}" for name, kind in TABLES[table].items())
            return f"CREATE VIEW {table} AS SELECT {columns} WHERE false"
        source = f"read_parquet([{', '.join(repr_sql(str(path)) for path in parts)}])"
        stamp = TIME_COLUMNS.get(table, "time")
        replaced: dict[str, str] = {}
        shifts = {path: shift for path, shift in self.shifts.items() if shift}
        if shifts and stamp in TABLES[table] and "file" in TABLES[table]:
            cases = " ".join(f"WHEN {repr_sql(path)} THEN {shift}" for path, shift in sorted(shifts.items()))
            replaced[stamp] = f"{stamp} + to_microseconds(CASE file {cases} ELSE 0 END)"
        for name in NAME_COLUMNS.get(table, ()) if self.aliases else ():
            cases = " ".join(f"WHEN {repr_sql(a)} THEN {repr_sql(b)}" for a, b in sorted(self.aliases.items()))
            replaced[name] = f"CASE {name} {cases} ELSE {name} END"
        star = f"* REPLACE ({', '.join(f'{sql} AS {name}' for name, sql in replaced.items())})" if replaced else "*"
        return f"CREATE VIEW {table} AS SELECT {star} FROM {source}"


def _compact(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns of one text as categories: plain empty texts are written ten times slower than any other column."""
    alike = [each.name for each in frame if each.dtype == pl.String and each.null_count() == 0 and _is_one(each)]
    return frame.with_columns(pl.col(alike).cast(pl.Categorical)) if alike else frame


def _is_one(column: pl.Series) -> bool:
    return len(column) > 1 and column[0] == column[-1] and bool((column == column[0]).all())


def existing(folder: Path) -> Store:
    """The store of a finished case, with the aliases and shifts that ``resolve`` wrote down.

    Raises:
        UsageError: there is no case in ``folder``.
    """
    plain = Store(folder)
    if not plain.parts("files"):
        raise UsageError(f"{folder} holds no case", hint="Name the folder that 'forensics analyze' wrote.")
    components = plain.raw("components").select("component", "aliases").collect()
    aliases = {alias: name for name, others in components.rows() for alias in others or () if alias != name}
    shifts = dict(plain.raw("files").select("path", "shift_us").collect().rows())
    return Store(folder, aliases, {path: shift for path, shift in shifts.items() if shift})


def repr_sql(text: str) -> str:
    """``text`` as an SQL string literal.

    >>> repr_sql("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def _quoted(path: Path) -> str:
    return str(path.resolve()).replace("'", "''")


def _duckdb_type(kind: pl.DataType) -> str:
    names = {"String": "VARCHAR", "Int64": "BIGINT", "Int32": "INTEGER", "Int8": "TINYINT", "UInt64": "UBIGINT"}
    names |= {"Float64": "DOUBLE", "Boolean": "BOOLEAN", "List(String)": "VARCHAR[]"}
    return "TIMESTAMP" if kind == pl.Datetime("us") else names[str(kind)]
