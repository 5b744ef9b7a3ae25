"""The article among the blocks of a page: each block weighed by what `features` says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from crawler.extraction.blocks import Block
from crawler.extraction.box_names import NAMES, TAG_BITS, is_unseen
from crawler.extraction.company import in_company, probability
from crawler.extraction.features import FEATURES, RUNNING, describe, is_running
from crawler.extraction.folding import size_of
from crawler.extraction.following import asks_to_follow
from crawler.extraction.survey import Box, Found, Survey
from crawler.extraction.weights import Row, scorer

CHOSEN = 0.2
"""Log-odds from which a block belongs to the article: somewhat more likely than not."""

SIBLINGS = 0.4
"""Share of a box's running text that has to be likely, for the rest of it to come along."""

SIBLING = 0.05
"""How likely the rest has to be by itself."""

DOUBTFUL = 0.28
"""Share of the text about which the weights are of two minds, from which others are asked too."""

SHORT = 400
"""Size of an article under which others are asked too: its body may be split over boxes that do not look like it."""

PROMOTION = 500
"""Size of a box that may be a promotion or caption by its name; one with more text holds the article too."""

ELSEWHERE = 0.4
"""Share of the page's running text under which comments, a footer or a form hold nothing else; one that was never
closed, or is around the whole page, holds the article. A page's own footer never does, where
the headline is known."""

OFFER = 2000
"""Size of a box that may be the wall before an article, by its name: it says what an account or subscription offers."""

UNSEEN = 200
"""Size of a box that may be for screen readers only, by its name: they are told where the article begins."""

CAPTION = 1500
"""Size of a figure's text from which it holds more than a caption: its end tag is missing, or around the article."""

_PROMOTION = sum(1 << NAMES.index(name) for name in ("asks", "advert", "share", "comment", "caption"))
_ELSEWHERE = 1 << NAMES.index("comment") | TAG_BITS["footer"] | TAG_BITS["form"]
_ASKS = 1 << NAMES.index("asks")
_HIDDEN = 1 << NAMES.index("hidden")
_IS_TITLE = FEATURES.index("is_title")
_ENDS = FEATURES.index("end")
_FOOTER = TAG_BITS["footer"]
_ARTICLE = TAG_BITS["article"] | TAG_BITS["main"]
_PICTURE = TAG_BITS["figure"] | TAG_BITS["figcaption"]
_DATA = TAG_BITS["table"] | TAG_BITS["blockquote"]


@dataclass(slots=True)
class Reading:
    """What the reader took for the article, and how doubtful it is (0 to 1; 1 where there is hardly any text)."""

    blocks: list[Block]
    doubt: float
    found: list[Found]
    """The blocks as they stand on the page, a repeated one each time."""


def read_article(
    page: Survey, title: str, body: str = "", description: str = "", authors: Sequence[str] = ()
) -> Reading:
    """The article on `page`; `title`, JSON-LD `body`, `description` and `authors` are what the page states of it."""
    rows = describe(page, title, body, description, authors)
    score = scorer()
    elsewhere = _elsewhere(page, rows)
    odds = [
        None if row is None or _is_out(found, elsewhere) or asks_to_follow(found, row) else score(row)
        for found, row in zip(page.found, rows, strict=True)
    ]
    chances = [0.0 if own is None else probability(own) for own in odds]
    says = [row is not None and (row[_ENDS] > 0 or is_running(row)) for row in rows]
    together = [0.0 if own is None else probability(own) for own in in_company(page.found, odds, says)]
    chosen = _with_siblings(page.found, rows, together)
    return Reading(_without_repeats([found.block for found in chosen]), _doubt(page.found, chances), chosen)


def _with_siblings(found: Sequence[Found], rows: Sequence[Row | None], chances: Sequence[float]) -> list[Found]:
    """The likely blocks, and running text that is not out of the question in a box that gave much of them."""
    line = probability(CHOSEN)
    running, chosen = Counter[Box](), Counter[Box]()
    for one, row, chance in zip(found, rows, chances, strict=True):
        if row is not None and is_running(row):
            running[one.box.holder] += len(one.block.text)
            chosen[one.box.holder] += len(one.block.text) * (chance > line)
    kept = []
    for one, row, chance in zip(found, rows, chances, strict=True):
        box = one.box.holder
        sibling = (
            chance > SIBLING and row is not None and is_running(row) and 0 < chosen[box] >= SIBLINGS * running[box]
        )
        if chance > line or sibling:
            kept.append(one)
    return kept


def _is_out(found: Found, elsewhere: set[Box]) -> bool:
    """Whether a block is out of the question whatever the weights say of it."""
    inside = bool(elsewhere) and any(box in elsewhere for box in _around(found.box))
    return inside or _is_caption(found) or _is_promotion(found)


def _is_caption(found: Found) -> bool:
    """Whether a block stands in a figure; figures also hold tables and quotations, which are text."""
    if (found.box.bits | found.box.above) & _DATA or found.block.kind == "row":
        return False
    return _stands_in(_PICTURE, CAPTION, found.box)


def _is_promotion(found: Found) -> bool:
    """Whether a block stands in a small box that is named as one that asks, sells, shares, comments or captions.

    A quotation that is named after the network where it was posted is none.
    """
    if (found.box.bits | found.box.above) & TAG_BITS["blockquote"]:
        return False
    return _stands_in(_PROMOTION, PROMOTION, found.box)


def _elsewhere(page: Survey, rows: Sequence[Row | None]) -> set[Box]:
    """Boxes that are none of the article by their name, unless they hold the headline or much of the page's text."""
    named = {box for box in page.boxes if _is_named(box) and box.good < ELSEWHERE * page.boxes[0].good}
    titles = [found.box for found, row in zip(page.found, rows, strict=True) if row is not None and row[_IS_TITLE]]
    if titles:
        named |= {box for box in page.boxes if box.bits & _FOOTER and not box.above & _ARTICLE}
    named -= {box for title in titles for box in _around(title)} if named else set()
    return named | {box for box in page.boxes if box.bits & _HIDDEN and box.text < UNSEEN and _is_for_hearing(box)}


def _is_named(box: Box) -> bool:
    """Whether a box is named after comments, is a footer or a form, or asks for an account and says what it offers."""
    return bool(box.bits & _ELSEWHERE) or (bool(box.bits & _ASKS) and box.text < OFFER)


def _is_for_hearing(box: Box) -> bool:
    return is_unseen(box.element.get("class") or "")


def _around(box: Box | None) -> Iterator[Box]:
    """`box` and all boxes around it, from the inside out."""
    while box is not None:
        yield box
        box = box.parent


def _stands_in(bits: int, size: float, box: Box) -> bool:
    """Whether `box`, or one around it, has one of these bits and less text than `size`."""
    if not (box.bits | box.above) & bits:
        return False
    return any(one.bits & bits for one in takewhile(lambda around: around.text < size, _around(box)))


def _doubt(found: Sequence[Found], chances: Sequence[float]) -> float:
    """The share of text that may as well be as not be the article's; 1 where there is hardly any."""
    weighed = [(size_of(one.block.text), chance) for one, chance in zip(found, chances, strict=True) if chance]
    read = sum(size * chance for size, chance in weighed)
    if read < SHORT:
        return 1.0
    return sum(size * min(chance, 1 - chance) for size, chance in weighed) / read


def _without_repeats(blocks: Sequence[Block]) -> list[Block]:
    """Blocks without second copies of long ones, and without a block that is several others once more in one."""
    kept: list[Block] = []
    seen: set[str] = set()
    long = [block.text for block in blocks if len(block.text) >= RUNNING]
    for block in blocks:
        if len(block.text) >= RUNNING:
            if block.text in seen:
                continue
            seen.add(block.text)
            if len(block.text) > 5 * RUNNING and sum(text in block.text for text in long if text != block.text) > 2:
                continue
        kept.append(block)
    return kept
