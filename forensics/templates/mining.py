"""Templates of a case's log messages.

Drain (He et al., An Online Log Parsing Approach with Fixed Depth Tree, ICWS 2017) runs over the distinct masked
messages, most frequent first and then by text, so the result depends neither on the order of lines or files nor on
how they were split into parts.
"""

import hashlib
from collections.abc import Sequence

import polars as pl
from drain3.drain import Drain

from forensics import masking
from forensics.library import Library
from forensics.records.tables import TABLES
from forensics.store import Store

# Drain's own default of 0.4 merges unlike messages once variables are masked; 0.6 to 0.7 was best on labelled logs.
SIMILARITY = 0.6
DEPTH = 4
MAX_CHILDREN = 100


def mine(store: Store, library: Library) -> None:
    """Write the ``templates`` table: the template of every message key.

    A key stands for one masked text; its smallest message is masked again to get that text, so no row of the logs
    is rewritten and the cost follows the number of distinct messages.
    """
    examples = store.raw("logs").group_by("message_key").agg(pl.col("message").min()).sort("message_key").collect()
    if not examples.height:
        return
    # Keys are counted from the logs' own counts, which merge by addition.
    counted = store.raw("counts").group_by("message_key").agg(pl.col("n").sum()).collect()
    masked = masking.mask(examples["message"], masking.load(library)).alias("masked")
    known = (
        examples.with_columns(masked).join(counted, on="message_key", how="left").with_columns(pl.col("n").fill_null(1))
    )
    ordered = known.sort(["n", "masked", "message_key"], descending=[True, False, False])
    found = templates_of(ordered["masked"].to_list())
    table = ordered.select(
        "message_key",
        pl.Series("template_id", [template_id(text) for text in found]),
        pl.Series("template", found),
        pl.lit("").alias("types"),
    )
    store.write("templates", table.select(TABLES["templates"].names()).sort("message_key"))


def templates_of(masked: Sequence[str]) -> list[str]:
    """The template of each masked message, in the given order, which is the order in which Drain sees them."""
    drain = Drain(
        depth=DEPTH, sim_th=SIMILARITY, max_children=MAX_CHILDREN, max_clusters=None, param_str=masking.PLACEHOLDER
    )
    clusters = [drain.add_log_message(text)[0] for text in masked]
    # Templates are read once all messages are in, since a later message may widen a cluster.
    return [cluster.get_template() for cluster in clusters]


def template_id(template: str) -> str:
    """The id of a template: ten hex digits of a hash of its text."""
    return hashlib.blake2b(template.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()
