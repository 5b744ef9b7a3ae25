"""What blocks that look alike say of each other.

Paragraphs of one article share tag and class, also where advertisements divide them; what is put between them does not.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

from crawler.extraction.surroundings import Look, looks
from crawler.extraction.survey import Found

COMPANY = 0.5
"""Weight of the log-odds of the others that look as a block does, beside its own."""

FEW = 100
"""Characters of the others at which they count half of that."""

HEARD = 400
"""Characters of a block that count at most; long ones would speak for all."""

SURE = 0.99
"""No share of the others is likelier than this, or less likely than what is missing to 1."""


def in_company(found: Sequence[Found], odds: Sequence[float | None], says: Sequence[bool]) -> list[float | None]:
    """The log-odds of blocks (None for what is out), each with what the others of its look add.

    They speak against any block, and for one that `says` something: a sentence, running text. Lines that are neither,
    such as credits and the words above a list of links, look as paragraphs do in many articles.
    """
    places = [looks(one.box) for one in found]
    sizes = [0 if own is None else min(len(one.block.text), HEARD) for one, own in zip(found, odds, strict=True)]
    likely = [0.0 if own is None else size * probability(own) for own, size in zip(odds, sizes, strict=True)]
    heard, sum_of_likely = defaultdict[Look, int](int), defaultdict[Look, float](float)
    for place, size, share in zip(places, sizes, likely, strict=True):
        heard[place] += size
        sum_of_likely[place] += share
    joined: list[float | None] = []
    for place, size, share, own, speaks in zip(places, sizes, likely, odds, says, strict=True):
        added = 0.0 if own is None else _of_others(heard[place] - size, sum_of_likely[place] - share)
        joined.append(None if own is None else own + (added if speaks else min(0.0, added)))
    return joined


def probability(odds: float) -> float:
    """The probability of these log-odds."""
    return 1 / (1 + math.exp(-odds))


def _of_others(heard: int, likely: float) -> float:
    """Log-odds for as many characters of other blocks, of which so many are likely."""
    share = min(max((likely + 0.5) / (heard + 1), 1 - SURE), SURE)
    return COMPANY * heard / (heard + FEW) * math.log(share / (1 - share))
