"""The template of every line of a log: message numbers to template ids, part by part."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl

from forensics.errors import UsageError
from forensics.records.numbered import NONE, Numbered
from forensics.store import Store


def identify(store: Store, numbered: Numbered, folder: Path) -> pl.DataFrame:
    """Write Parquet files of file, line and template id to ``folder``, and give the templates with their lines counted.

    Lines that have no message (blank ones) have no id.

    Raises:
        UsageError: ``folder`` is there already.
    """
    if folder.exists():
        raise UsageError(f"{folder} exists", hint="Name a folder that is not there yet.")
    table = store.raw("templates").collect()
    found = dict(table.select("message_key", "template_id").rows())
    named = table.select("template_id", "template", "types").unique("template_id").sort("template_id")
    ids = named["template_id"].to_list()
    place = {each: n for n, each in enumerate(ids)}
    # The last place stands for lines without a message.
    codes = np.array([*(place[found[key]] for key in numbered.keys), len(ids)], dtype=np.uint32)
    counts = np.zeros(len(ids) + 1, dtype=np.int64)
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for n, (path, part) in enumerate(numbered.parts):
        frame = pl.read_ipc(part)
        number = frame["number"].to_numpy()
        code = codes[np.where(number == NONE, len(codes) - 1, number)]
        counts += np.bincount(code, minlength=len(counts))
        _write(frame["line"], code, path, ids, half / f"lines-{n:04d}.parquet")
    half.replace(folder)
    return named.with_columns(pl.Series("lines", counts[:-1])).filter(pl.col("lines") > 0)


def _write(
    line: pl.Series, code: "np.ndarray[tuple[int], np.dtype[np.uint32]]", path: str, ids: list[str], to: Path
) -> None:
    known = pl.Series("template_id", [*ids, None], dtype=pl.Enum(ids)).gather(code)
    file = pl.lit(path, dtype=pl.Enum([path])).alias("file")
    line.to_frame("line").select(file, "line", known).write_parquet(to, compression_level=1, statistics=False)
