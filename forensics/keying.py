"""The key of each message: messages that differ in digits only are masked once.

Digits are folded to 0 by translating bytes; each distinct folded message is masked for all that fold to it, since no
shipped mask tells one digit from another. Digits that masks leave (``ssh2``) stand at the same places in all of them and
are read from there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from forensics import content, stacks
from forensics.masking import LONGEST, Masks, is_digit_blind, mask, message_key

# Messages that keep more digits than this, or have more than a hundred, are masked for themselves.
MOST_KEPT = 16
DECIMALS = (1, 10)
MOST_DIGITS = 100
MOST_SEEN = 300_000
PLACES = pl.Schema({"same": pl.UInt64(), "at": pl.List(pl.Int64()), "around": pl.List(pl.String())})


def same(messages: pl.Series) -> pl.Series:
    """A hash that messages share which differ in digits only."""
    return content.without_digits(messages).hash()


@dataclass(slots=True)
class Seen:
    """What earlier chunks of a file were masked to, by the hash of the folded message."""

    masked: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema={"same": pl.UInt64, "masked": pl.String}))
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES))

    def learn(self, firsts: pl.DataFrame, masks: Masks) -> None:
        """Mask the messages that were not seen before; what was seen is forgotten when it grows too large."""
        if self.masked.height > MOST_SEEN:
            self.masked, self.places = self.masked.clear(), self.places.clear()
        new = firsts.join(self.masked, on="same", how="anti")
        if not new.height:
            return
        found = new.with_columns(masked=mask(new["message"], masks))
        is_kept = found["masked"].str.contains("[0-9]")
        plain = pl.when(~is_kept).then("masked").alias("masked")
        self.masked = pl.concat([self.masked, found.select("same", plain)])
        if is_kept.any():
            self.places = pl.concat([self.places, _places(found.filter(is_kept), masks)])


def keyed(messages: pl.Series, masks: Masks, seen: Seen | None = None) -> pl.DataFrame:
    """``message_key`` and ``masked`` of each message, in order."""
    short = stacks.condense(messages.str.head(LONGEST), masks.stacks)
    if not all(is_digit_blind(step) for step in masks.steps):
        return _with_keys(_each(short, masks))
    known = seen or Seen()
    rows = pl.DataFrame({"same": same(short), "message": short})
    known.learn(rows.unique("same", keep="first"), masks)
    joined = rows.join(known.masked, on="same", how="left", maintain_order="left")
    rest = joined["masked"].is_null()
    if rest.any():
        told = _kept(joined.filter(rest).drop("masked"), known.places, masks)
        joined = joined.with_columns(masked=joined["masked"].scatter(rest.arg_true(), told))
    return _with_keys(joined["masked"])


def _kept(rows: pl.DataFrame, known: pl.DataFrame, masks: Masks) -> pl.Series:
    """Masked messages of groups that keep digits, each with its own."""
    places = known.join(rows, on="same", how="semi")
    placed = rows.join(places.select("same", "at"), on="same", how="left", maintain_order="left")
    most = max((len(each) for each in places["at"].to_list()), default=0)
    shown = [pl.col("message").str.slice(pl.col("at").list.get(n, null_on_oob=True), 1) for n in range(most)]
    placed = placed.with_columns(digits=pl.concat_str(shown, ignore_nulls=True) if shown else pl.lit(""))
    kinds = placed.select("same", "digits").unique().join(places.select("same", "around"), on="same")
    texts = [filled(around, digits) for digits, around in kinds.select("digits", "around").rows()]
    table = kinds.select("same", "digits").with_columns(masked=pl.Series(texts, dtype=pl.String))
    found = placed.join(table, on=["same", "digits"], how="left", maintain_order="left")["masked"]
    lost = found.is_null()
    return found.scatter(lost.arg_true(), _each(rows["message"].filter(lost), masks)) if lost.any() else found


def _places(firsts: pl.DataFrame, masks: Masks) -> pl.DataFrame:
    """For each message where the digits stand that masking leaves (``at``), and what is around them in the masked text.

    Each digit is replaced by a decimal of its ordinal, for both decimals in turn: what the masked texts show then tells
    which digits were left.
    """
    firsts = firsts.filter(pl.col("message").str.count_matches("[0-9]") <= MOST_DIGITS)
    texts = firsts["message"].to_list()
    coded = [_numbered(text, decimal) for decimal in DECIMALS for text in texts]
    masked = mask(pl.Series(coded, dtype=pl.String), masks).to_list()
    rows = [_left(text, masked[n :: len(texts)]) for n, text in enumerate(texts)]
    known = [(same, *row) for same, row in zip(firsts["same"], rows, strict=True) if row]
    return pl.DataFrame(known, schema=PLACES, orient="row")


def _numbered(text: str, decimal: int) -> str:
    ordinals = iter(range(len(text)))
    return re.sub(r"[0-9]", lambda _: str(next(ordinals) // decimal % 10), text)


def _left(text: str, masked: Sequence[str]) -> tuple[list[int], list[str]] | None:
    """Where the digits stand in ``text`` that its coded and masked forms show, and the text around them."""
    at = [match.start() for match in re.finditer(r"[0-9]", text)]
    around = [re.split(r"[0-9]", each) for each in masked]
    if len(around[0]) > MOST_KEPT or any(each != around[0] for each in around):
        return None
    shown = [re.findall(r"[0-9]", each) for each in masked]
    ordinals = [
        sum(int(digit) * decimal for digit, decimal in zip(column, DECIMALS, strict=True))
        for column in zip(*shown, strict=True)
    ]
    return [at[ordinal] for ordinal in ordinals], around[0]


def filled(around: Sequence[str], digits: str) -> str:
    """A masked text from what stands around its digits."""
    return "".join(text + digit for text, digit in zip(around, (*digits, ""), strict=True))


def _each(messages: pl.Series, masks: Masks) -> pl.Series:
    """Every distinct message masked for itself."""
    distinct = messages.unique()
    table = pl.DataFrame({"message": distinct, "masked": mask(distinct, masks)})
    return messages.to_frame("message").join(table, on="message", how="left", maintain_order="left")["masked"]


def _with_keys(masked: pl.Series) -> pl.DataFrame:
    distinct = masked.unique()
    table = pl.DataFrame({"masked": distinct, "message_key": message_key(distinct)})
    return masked.to_frame("masked").join(table, on="masked", how="left", maintain_order="left")
