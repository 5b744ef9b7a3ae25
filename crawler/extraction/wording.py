"""What the text of a block says by itself, wherever it stands: its size, its signs, its digits, whom it asks.

Most blocks of a page are short, and half of them are not in ASCII: what takes a look at each character is asked last.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate

from crawler.extraction.clean import is_furniture
from crawler.extraction.vocabulary import entries

ASKING_LENGTH = 500
"""Characters of a block that may be one that asks, or speaks of an author."""

MENU_LENGTH = 200
"""Characters of a line that may be furniture or a date; menus have no longer ones."""

HEAD = 200
"""Characters at the beginning of a block that are looked through for digits and capitals."""

_PUNCTUATION = re.compile("[.,;:!?。，、；：！？…]")
_CLOSING = "'\"”’»)]」"
_ENDS = (".", "!", "?", "。", "！", "？", "…")
_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_ASCII_DIGITS = b"0123456789"
_ASCII_CAPITALS = bytes(range(ord("A"), ord("Z") + 1))
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_NOT_LITERAL = re.compile(r"\(\?:[^)]*\)\??|\[[^]]*\]|.\?")
_ASKING = tuple(
    (max(_NOT_LITERAL.split(entry), key=len).lower(), re.compile(entry, re.IGNORECASE))
    for entry in entries("promotions", "asking")
)
"""Expressions of asking, each behind what has to be in a line for it to match."""

_POSTED = re.compile(r"https?://|www\.|pic\.twitter|[@#]\w")
_OF_POSTS = ("@", "#", "http", "www.", "pic.twitter")
"""What has to be in a text for that to match; to look for each takes less than a tenth of the expression's time."""


def of_text(text: str, size: float) -> tuple[float, ...]:
    """What a text of that size says by itself, wherever it stands; 0 for what its block and page say of it."""
    length = len(text)
    short = length < MENU_LENGTH
    head = text[:HEAD]
    first = text[0]
    digits, capitals = _digits_and_capitals(head)
    return (
        math.log1p(size),
        text.count(" ") + 1,
        0.0,
        text.rstrip(_CLOSING).endswith(_ENDS),
        _marks(text) / size,
        digits / len(head),
        capitals / len(head),
        0.0,
        0.0,
        size > length,
        short and is_furniture(text),
        short and digits > 0 and _DATE.search(text) is not None,
        0.0,
        False,
        False,
        "|" in text or "·" in text or "•" in text,
        "©" in text or "(c)" in text,
        text.endswith((":", "：")),
        first in "\"“”„«»'‘’「『",
        first.islower(),
    )


of_short_text = lru_cache(maxsize=8192)(of_text)
"""A site's menus stand on each of its pages: what their lines say is read once."""


def _marks(text: str) -> int:
    if text.isascii():
        return sum(map(text.count, ".,;:!?"))
    return len(_PUNCTUATION.findall(text))


def _digits_and_capitals(head: str) -> tuple[int, int]:
    plain = head.encode("ascii", "ignore")
    digits = len(plain) - len(plain.translate(None, _ASCII_DIGITS))
    capitals = len(plain) - len(plain.translate(None, _ASCII_CAPITALS))
    if len(plain) < len(head):
        others = "".join(_NOT_ASCII.findall(head))
        digits += sum(map(str.isdigit, others))
        capitals += sum(map(str.isupper, others))
    return digits, capitals


def is_posted(text: str) -> bool:
    """Whether a text has what posts in social networks have: an address, a name with @, a word with #."""
    return any(map(text.__contains__, _OF_POSTS)) and _POSTED.search(text) is not None


def asking_in(lines: Sequence[str]) -> dict[int, int]:
    """How many expressions of asking there are in a line, three at most, for each of `lines` that has any.

    Stems are looked for in all lines at once, and the expressions only where theirs is found: few pages hold more
    than a handful of them.
    """
    lowered = [line.lower() for line in lines]
    starts = list(accumulate((len(line) + 1 for line in lowered), initial=0))
    joined = "\n".join(lowered)
    asking: Counter[int] = Counter()
    for stem, expression in _ASKING:
        at = joined.find(stem)
        while at >= 0:
            index = bisect_right(starts, at) - 1
            asking[index] += len(expression.findall(lines[index]))
            at = joined.find(stem, starts[index + 1])
    return {index: min(3, count) for index, count in asking.items()}
