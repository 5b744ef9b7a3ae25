"""Of several extractions of one page, that which is most like the others: what goes wrong goes wrong alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from crawler.extraction.blocks import Block

LENGTH = 4
"""Words of a shingle."""

SHARED = 0.6
"""Share of a block's shingles that an extraction has to hold, to hold the block."""

COVERED = 0.8
"""Share of an extraction's text that has to be found on the page, for the page's blocks to stand for it."""

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


def as_on_page(page: Sequence[Block], extraction: list[Block]) -> list[Block]:
    """`extraction` in the blocks of the page: other extractors join lines, cut paragraphs at links and drop quotes.

    The extraction itself where the page does not hold most of it.
    """
    bag = shingles(" ".join(block.text for block in extraction))
    lines = {line.strip() for block in extraction for line in block.text.split("\n")}
    held = [_is_held(block.text, bag, lines) for block in page]
    seen = Counter(block.text for block, holds in zip(page, held, strict=True) if holds)
    kept = []
    for place, block in enumerate(page):
        # A line that stands on the page twice is the article's where others of the article are beside it.
        beside = any(held[max(0, place - 1) : place]) or any(held[place + 1 : place + 2])
        if held[place] and (seen[block.text] == 1 or beside):
            kept.append(block)
    covered = sum(len(block.text) for block in kept) >= COVERED * sum(len(block.text) for block in extraction)
    return kept if covered else extraction


def _is_held(text: str, bag: Counter[tuple[str, ...]], lines: set[str]) -> bool:
    own = shingles(text)
    if not own or len(next(iter(own))) < LENGTH:
        return text in lines
    return (own & bag).total() >= SHARED * own.total()


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """The runs of four words in `text`, with how often each occurs; an ideograph is a word."""
    words = _WORD.findall(text)
    return Counter(tuple(words[at : at + LENGTH]) for at in range(max(1, len(words) - LENGTH + 1)) if words)


def likeness(one: Counter[tuple[str, ...]], other: Counter[tuple[str, ...]]) -> float:
    """How much two bags of shingles share: 1 where they are the same, 0 where they have nothing in common (F1)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0
