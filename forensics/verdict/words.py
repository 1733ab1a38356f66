"""Words of code and messages, so that a diff can be compared with what the system said."""

import re
from collections import Counter


def split(text: str) -> Counter[str]:
    """The words of a text, identifiers taken apart at case and underscores, lower case, at least three letters.

    >>> sorted(split("maxConns db_pool"))
    ['conns', 'max', 'pool']
    """
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text).replace("_", " ")
    return Counter(word.lower() for word in re.findall(r"[A-Za-z]{3,}", apart))
