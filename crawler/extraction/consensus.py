"""Of several extractions of one page, that which is most like the others: what goes wrong goes wrong alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from crawler.extraction.blocks import Block

LENGTH = 4
"""Words of a shingle."""

FIRST_AHEAD = 0.1
"""By how much another extraction has to be nearer to the rest before it is taken instead of the first."""

_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


def most_agreed(extractions: Sequence[list[Block]]) -> int:
    """Which extraction shares most with the others; the first where that is about as good."""
    bags = [shingles(" ".join(block.text for block in blocks)) for blocks in extractions]
    agreed = [sum(likeness(bag, other) for other in bags if other is not bag) for bag in bags]
    if agreed:
        agreed[0] += FIRST_AHEAD
    return max(range(len(extractions)), key=lambda place: (agreed[place], -place))


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The runs of four words in `text`, with how often each occurs; an ideograph is a word."""
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + LENGTH]) for at in range(max(1, len(words) - LENGTH + 1)) if words)


def likeness(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    """How much two bags of shingles share: 1 where they are the same, 0 where they have nothing in common (F1)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
