"""What is said about a block by its text, its boxes, its neighbours and its place: the numbers that the reader weighs.

Every feature means the same in every language and on every site.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from crawler.extraction.clean import fold, is_furniture
from crawler.extraction.surroundings import Stated, Surroundings, fill_boxes, holder_of
from crawler.extraction.survey import NAMES, TAGS, Found, Survey
from crawler.extraction.vocabulary import alternatives, entries

RUNNING = 80
"""Size of a block from which it may be running text."""

LINKED = 0.4
"""Share of a block within links, from which it is no running text."""

ASKING_LENGTH = 500
"""Characters of a block that may be one that asks, or speaks of an author."""

_LOG_RUNNING = math.log1p(RUNNING)
_WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_PUNCTUATION = re.compile("[.,;:!?。，、；：！？…]")
_END = re.compile("[.!?。！？…]['\"”’»)\\]」]*$")
_DATE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}\b")
_ASKING = re.compile(alternatives("promotions"), re.IGNORECASE)
_NOT_LITERAL = re.compile(r"\(\?:[^)]*\)\??|\[[^]]*\]|.\?")
_STEMS = tuple(max(_NOT_LITERAL.split(entry), key=len).lower() for entry in entries("promotions", "asking"))
"""What has to be in a line for one of the expressions to match: ten times as fast to look for."""

_POSTED = re.compile(r"https?://|www\.|pic\.twitter|[@#]\w")
_KINDS = {"paragraph": 0, "heading": 1, "item": 2, "quote": 3, "row": 4}
_BITS = len(NAMES) + len(TAGS)
CONTEXT = (
    *("size", "words", "linked", "end", "punctuation", "digits"),
    *("capitals", "kind", "depth", "wide", "furniture", "date"),
    *("repeated", "is_title", "in_title", "bar", "copyright", "colon"),
    *("quote_mark", "starts_low", "share1", "share2", "share3", "density1"),
    *("density2", "density3", "siblings", "up", "down", "in_core"),
    *("core_share", "place", "place_text", "from_title", "has_title", "before_core"),
    *("after_core", "to_good_before", "to_good_after", "good_left", "good_right", "page_size"),
    *("page_good", "in_body", "in_description", "alike", "alike_good", "title_up"),
    *("title_down", "swallows"),
    *("stressed", "is_alternative", "asking", "names_author", "posted"),
    *("under", "under_linked", "under_furniture", "furniture_before"),
)
NEIGHBOUR = ("size", "linked", "kind", "end", "furniture")
"""What is said again of the two blocks before and the two after."""

FEATURES = (
    *CONTEXT,
    *(f"{name}{offset:+d}" for offset in (-2, -1, 1, 2) for name in NEIGHBOUR),
    *(f"same_box{offset:+d}" for offset in (-1, 1)),
    *(f"near_{name}" for name in (*NAMES, *TAGS)),
    *(f"far_{name}" for name in (*NAMES, *TAGS)),
)


def size_of(text: str) -> float:
    """The length of `text` in Latin letters: an ideograph or syllable says as much as two and a half."""
    return len(text) + 1.5 * len(_WIDE.findall(text)) if not text.isascii() else len(text)


def describe(
    page: Survey, title: str, body: str = "", description: str = "", authors: Sequence[str] = ()
) -> list[list[float]]:
    """The features of each block of `page`, in the order of `FEATURES`.

    `title`, `description`, `authors` and `body` (JSON-LD's `articleBody`) are what the page's metadata state.
    """
    if not page.found:
        return []
    texts = [_of_text(found, fold(title)) for found in page.found]
    sizes = [text[0] for text in texts]
    for text, size in zip(texts, sizes, strict=True):
        text[0] = math.log1p(size)
    running = [size if is_running(text) else 0.0 for text, size in zip(texts, sizes, strict=True)]
    fill_boxes(page, sizes, running)
    counts = Counter(found.block.text for found in page.found)
    around = Surroundings(page, sizes, running, texts)
    stated = Stated(page, sizes, running, fold(body), fold(description))
    said = _said(page, texts, running, authors)
    rows = []
    for index, found in enumerate(page.found):
        row = [*texts[index]]
        row[12] = counts[found.block.text]
        row += around.of(index)
        row += stated.of(index)
        row += around.from_title(found.box)
        row.append(stated.swallows(found.block.text))
        row += said[index]
        row += _neighbours(page, texts, index)
        row += _bits(found)
        rows.append(row)
    return rows


def _of_text(found: Found, title: str) -> list[float]:
    text = found.block.text
    size = size_of(text)
    length = len(text)
    folded = fold(text) if length < 300 else ""
    head = text[:200]
    digits, capitals = sum(map(str.isdigit, head)), sum(map(str.isupper, head))
    first = text[0]
    return [
        size,
        text.count(" ") + 1,
        min(1.0, found.linked / length),
        _END.search(text) is not None,
        len(_PUNCTUATION.findall(text)) / size,
        digits / min(length, 200),
        capitals / min(length, 200),
        _KINDS[found.block.kind],
        found.box.depth,
        size > length,
        length < 200 and is_furniture(text),
        length < 200 and _DATE.search(text) is not None,
        0.0,
        bool(folded) and folded == title,
        bool(folded) and len(folded) > 10 and (folded in title or title in folded),
        "|" in text or "·" in text or "•" in text,
        "©" in text or "(c)" in text,
        text.endswith((":", "：")),
        first in "\"“”„«»'‘’「『",
        first.islower(),
    ]


def _said(
    page: Survey, texts: list[list[float]], running: list[float], authors: Sequence[str]
) -> list[tuple[float, ...]]:
    """What is said of each block by its words, and by the heading and the furniture above it."""
    names = [name for name in map(fold, authors) if len(name) > 5]
    said: list[tuple[float, ...]] = []
    since = passed = 0
    linked = furniture = 0.0
    begun = False
    for found, row, good in zip(page.found, texts, running, strict=True):
        text = found.block.text
        asking = _asks(text) if len(text) < ASKING_LENGTH else 0
        named = bool(names) and len(text) < ASKING_LENGTH and any(name in fold(text) for name in names)
        if found.block.kind == "heading":
            since, linked, furniture = 0, row[2], row[10] or asking
        begun = begun or good > 0
        passed += begun and row[10] > 0
        stressed = min(1.0, found.stressed / len(text))
        pictured, posted = text in page.alternatives, _POSTED.search(text) is not None
        said.append((stressed, pictured, asking, named, posted, min(since, 20), linked, furniture, min(passed, 10)))
        since += 1
    return said


def _asks(text: str) -> int:
    """How many expressions of asking there are in `text`, three at most."""
    lower = text.lower()
    if not any(stem in lower for stem in _STEMS):
        return 0
    return min(3, len(_ASKING.findall(text)))


def is_running(row: Sequence[float]) -> bool:
    """Whether features are those of running text: long enough, with punctuation, hardly linked, no known furniture."""
    return row[0] >= _LOG_RUNNING and row[2] < LINKED and row[4] > 0 and not row[10]


_NOTHING = [0.0, 0.0, -1.0, 0.0, 0.0]


def _neighbours(page: Survey, texts: list[list[float]], index: int) -> list[float]:
    row: list[float] = []
    for offset in (-2, -1, 1, 2):
        at = index + offset
        if 0 <= at < len(texts):
            text = texts[at]
            row += (text[0], text[2], text[7], text[3], text[10])
        else:
            row += _NOTHING
    own = holder_of(page.found[index].box)
    for offset in (-1, 1):
        at = index + offset
        row.append(0 <= at < len(texts) and holder_of(page.found[at].box) is own)
    return row


def _bits(found: Found) -> list[float]:
    box = found.box
    near = box.bits | found.bits | (box.parent.bits if box.parent is not None else 0)
    far = box.above
    return [*_flags(near), *_flags(far)]


@lru_cache(maxsize=4096)
def _flags(bits: int) -> tuple[float, ...]:
    return tuple(float(bits >> place & 1) for place in range(_BITS))
