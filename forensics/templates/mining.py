"""Templates of a case's log messages: distinct messages, masked, refined, joined by key."""

import hashlib

import polars as pl

from forensics import masking, stacks
from forensics.library import Library
from forensics.records.tables import TABLES
from forensics.store import Store
from forensics.templates import parameters
from forensics.templates.refining import refine


def mine(store: Store, library: Library) -> None:
    """Write the ``templates`` table: the template of every message key, and the types of its variables.

    Reads distinct masked messages only: no row of the logs is read or rewritten, and the cost does not follow their number.
    """
    raw = store.raw("messages").group_by("message_key").agg(pl.col("masked").min(), pl.col("example").min())
    known = raw.sort("message_key").collect()
    if not known.height:
        return
    found = refine(known["masked"].unique().to_list())
    known = known.with_columns(
        stacks.condense(known["example"].str.head(masking.LONGEST), stacks.load(library)).alias("short"),
        known["masked"].replace_strict(found).alias("template"),
    )
    named = _named(known, library)
    table = known.join(named, on="template", how="left").select(TABLES["templates"].names()).sort("message_key")
    store.write("templates", table)


def _named(known: pl.DataFrame, library: Library) -> pl.DataFrame:
    """Each template with its id and the types of its variables, told from its smallest message."""
    kinds = parameters.load(library)
    texts = known.group_by("template").agg(pl.col("short").min()).sort("template")
    return texts.select(
        "template",
        pl.Series("template_id", [template_id(text) for text in texts["template"]], dtype=pl.String),
        pl.Series(
            "types", [",".join(parameters.types(text, short, kinds)) for text, short in texts.rows()], dtype=pl.String
        ),
    )


def template_id(template: str) -> str:
    """The id of a template: ten hex digits of a hash of its text."""
    return hashlib.blake2b(template.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
