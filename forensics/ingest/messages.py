"""Masked messages by number: what tells the lines of all files apart once they are masked."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from forensics import keying, masking

Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"


@dataclass(slots=True)
class Messages:
    """Masked messages by number, over all files, and the smallest message seen of each."""

    numbers: dict[int, int] = field(default_factory=dict)
    masked: list[str] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    def add(self, messages: pl.Series, masks: masking.Masks, seen: keying.Seen) -> Numbers:
        """The number of each message."""
        return self._numbered(keying.keyed(messages, masks, seen).with_columns(message=messages))

    def add_masked(self, masked: pl.Series, messages: pl.Series) -> Numbers:
        """The number of each message, of which the masked text is known."""
        key = masking.message_key(masked)
        return self._numbered(pl.DataFrame({"message_key": key, "masked": masked, "message": messages}))

    def _numbered(self, found: pl.DataFrame) -> Numbers:
        distinct = found.group_by("message_key").agg(pl.col("masked").first(), pl.col("message").min())
        for key, masked, message in distinct.sort("message_key").rows():
            number = self.numbers.setdefault(key, len(self.masked))
            if number == len(self.masked):
                self.masked.append(masked)
                self.examples.append(message)
            else:
                self.examples[number] = min(self.examples[number], message)
        given = {key: self.numbers[key] for key in distinct["message_key"].to_list()}
        if not given:
            return np.empty(0, dtype=np.uint32)
        return found["message_key"].replace_strict(given, return_dtype=pl.UInt32).to_numpy()

    def frame(self, path: str) -> pl.DataFrame:
        """The ``messages`` table."""
        columns = {"message_key": list(self.numbers), "masked": self.masked, "example": self.examples}
        typed = pl.DataFrame(columns, schema={"message_key": pl.UInt64, "masked": pl.String, "example": pl.String})
        return typed.with_columns(pl.lit(path).alias("file"))
