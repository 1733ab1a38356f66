"""The words of a text as they are indexed: lower case, without stop words, inflections taken off."""

import re
import unicodedata
from functools import lru_cache

TOKEN = re.compile(r"[^\W_]+")
STOP = frozenset(
    re.findall(
        r"\w+",
        """a about above after again all also although am an and any are as at be because been before being below between both
    but by can could did do does doing down during each few for from further had has have having he her here hers him his how
    however i if in into is it its itself just led like may me might more most my no nor not of off on once only or other our
    out over own s same she should so some such t than that the their them then there these they this those through to too
    under until up upon us very was we well were what when where which while who whom why will with within without would you
    your""",
    )
)
# Longest first; what is left must keep three letters, or a word such as "king" would lose itself.
ENDINGS = (
    ("izations", "iz"), ("ization", "iz"), ("ations", "at"), ("ation", "at"), ("nesses", ""), ("ness", ""), ("ments", "ment"), ("ingly", ""),
    ("edly", ""), ("sses", "ss"), ("ies", "y"), ("ied", "y"), ("ing", ""), ("ions", ""), ("ion", ""), ("ers", ""), ("er", ""), ("ed", ""),
    ("ly", ""), ("es", ""), ("s", ""),
)  # fmt: skip
LEAST = 3


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A word without its inflection, so that forms of one word meet; not always a word itself.

    >>> stem("connections"), stem("timed"), stem("failing"), stem("retries")
    ('connect', 'tim', 'fail', 'retry')
    """
    if not word.isascii() or not word.isalpha():
        return word
    for ending, instead in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= LEAST and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    if len(word) > LEAST and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] if len(word) > LEAST and word[-1] == "e" else word


def tokens(text: str) -> list[str]:
    """The indexed words of ``text``, in order; any script, so that a query in another language is a query too.

    >>> tokens("The pool was exhausted: 50 connections")
    ['pool', 'exhaust', '50', 'connect']
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [stem(word) for word in TOKEN.findall(folded) if word not in STOP]
