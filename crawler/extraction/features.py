"""What is said about a block by its text, its boxes, its neighbours and its place: the numbers that the reader weighs.

Every feature means the same in every language and on every site.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from crawler.extraction.box_names import NAMES, TAGS
from crawler.extraction.clean import is_furniture
from crawler.extraction.folding import fold, size_of
from crawler.extraction.surroundings import Stated, Surroundings, fill_boxes
from crawler.extraction.survey import Found, Survey
from crawler.extraction.wording import ASKING_LENGTH, MENU_LENGTH, asking_in, is_posted, of_short_text, of_text

RUNNING = 80
"""Size of a block from which it may be running text."""

LINKED = 0.4
"""Share of a block within links, from which it is no running text."""

LINK = 0.9
"""Share of a block within links, from which it is nothing but a link."""

TITLE_LENGTH = 300
"""Characters of a line that may be the title."""

_LOG_RUNNING = math.log1p(RUNNING)
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

FLAGS = ("near_", "far_")
"""Beginnings of the features that say what a box is, or is not; they come last, and as floats."""

FEATURES = (
    *CONTEXT,
    *(f"{name}{offset:+d}" for offset in (-2, -1, 1, 2) for name in NEIGHBOUR),
    *(f"same_box{offset:+d}" for offset in (-1, 1)),
    *(f"{flag}{name}" for flag in FLAGS for name in (*NAMES, *TAGS)),
)


def describe(
    page: Survey, title: str, body: str = "", description: str = "", authors: Sequence[str] = ()
) -> list[list[float] | None]:
    """The features of each block of `page`, in the order of `FEATURES`; None for one that is out of the question.

    That is a short line that is nothing but a link, in a box without running text: more than half of a page's blocks
    are a menu's, and four of eleven thousand such lines were taken for an article's by all that is known of them.
    `title`, `description`, `authors` and `body` (JSON-LD's `articleBody`) are what the page's metadata state.
    """
    if not page.found:
        return []
    texts = _Texts(page, fold(title))
    fill_boxes(page, texts.sizes, texts.running)
    around = Surroundings(page, texts.sizes, texts.running, texts.title)
    apart = [bare and around.is_apart(found.box) for found, bare in zip(page.found, texts.bare, strict=True)]
    texts.add_neighbours(apart)
    stated = Stated(page, texts.running, fold(body), fold(description))
    said = _said(page, texts, apart, [name for name in map(fold, authors) if len(name) > 5])
    beside = _neighbours(page, texts)
    rows: list[list[float] | None] = []
    for index, found in enumerate(page.found):
        if apart[index]:
            rows.append(None)
            continue
        row = [*texts.rows[index], *around.of(index), *stated.of(index), *around.from_title(found.box)]
        row.append(stated.swallows(found.block.text))
        row += said[index]
        row += beside[index]
        row += _flags(_near_bits(found))
        row += _flags(found.box.above)
        rows.append(row)
    return rows


_NO_ROW = [0.0] * 20
_NO_ROW[7] = -1.0


class _Texts:
    """What the blocks of a page say by themselves; of bare links, which are most of them, only what is asked for."""

    def __init__(self, page: Survey, title: str) -> None:
        self._found, self._title = page.found, title
        self._counts = Counter(found.block.text for found in page.found)
        self.sizes = [size_of(found.block.text) for found in page.found]
        self.linked = [min(1.0, found.linked / len(found.block.text)) for found in page.found]
        self.bare = [share >= LINK and size < RUNNING for share, size in zip(self.linked, self.sizes, strict=True)]
        self.folds = [""] * len(page.found)
        """Of blocks that have a row and are short enough to be a title or a byline."""
        self.rows: list[list[float]] = [_NO_ROW if bare else self._row(index) for index, bare in enumerate(self.bare)]
        """The features from "size" to "starts_low" of each block."""
        self.running = [size if is_running(row) else 0.0 for row, size in zip(self.rows, self.sizes, strict=True)]
        self.title = next((index for index in range(len(page.found)) if self._is_title(index)), -1)
        """The first block that is the title; -1 where there is none."""

    def add_neighbours(self, apart: Sequence[bool]) -> None:
        """Give rows to the bare links that are not apart, and to those within two of any block that is not."""
        last = len(apart)
        for index, bare in enumerate(self.bare):
            if bare and not all(apart[max(0, index - 2) : min(last, index + 3)]):
                self.rows[index] = self._row(index)

    def is_furniture(self, index: int) -> float:
        """Whether a block is furniture by what it says, also where it has no row."""
        row = self.rows[index]
        return is_furniture(self._found[index].block.text) if row is _NO_ROW else row[10]

    def _is_title(self, index: int) -> bool:
        if not self.bare[index]:
            return self.rows[index][13] > 0
        text = self._found[index].block.text
        return 3 * len(text) >= len(self._title) and fold(text) == self._title

    def _row(self, index: int) -> list[float]:
        found = self._found[index]
        text = found.block.text
        row = list((of_short_text if len(text) < MENU_LENGTH else of_text)(text, self.sizes[index]))
        row[2] = self.linked[index]
        row[7], row[8], row[12] = _KINDS[found.block.kind], found.box.depth, self._counts[text]
        if len(text) < ASKING_LENGTH:
            self.folds[index] = folded = fold(text)
            if folded and len(text) < TITLE_LENGTH:
                row[13] = folded == self._title
                row[14] = len(folded) > 10 and (folded in self._title or self._title in folded)
        return row


def _said(page: Survey, texts: _Texts, apart: Sequence[bool], names: list[str]) -> list[tuple[float, ...]]:
    """What is said of each block by its words, and by the heading and the furniture above it."""
    said: list[tuple[float, ...]] = []
    since = passed = 0
    linked = furniture = 0.0
    begun = False
    asks = asking_in(
        [
            text
            if len(text := found.block.text) < ASKING_LENGTH and (not away or found.block.kind == "heading")
            else ""
            for found, away in zip(page.found, apart, strict=True)
        ]
    )
    for index, (found, good) in enumerate(zip(page.found, texts.running, strict=True)):
        asking = asks.get(index, 0)
        if found.block.kind == "heading":
            since, linked, furniture = 0, texts.linked[index], texts.is_furniture(index) or asking
        begun = begun or good > 0
        passed += begun and texts.is_furniture(index) > 0
        if apart[index]:
            said.append(())
            since += 1
            continue
        text = found.block.text
        named = bool(names) and any(name in texts.folds[index] for name in names)
        stressed = min(1.0, found.stressed / len(text)) if found.stressed else 0.0
        pictured, posted = text in page.alternatives, is_posted(text)
        said.append((stressed, pictured, asking, named, posted, min(since, 20), linked, furniture, min(passed, 10)))
        since += 1
    return said


def is_running(row: Sequence[float]) -> bool:
    """Whether features are those of running text: long enough, with punctuation, hardly linked, no known furniture."""
    return row[0] >= _LOG_RUNNING and row[2] < LINKED and row[4] > 0 and not row[10]


_NOTHING = (0.0, 0.0, -1.0, 0.0, 0.0)


def _neighbours(page: Survey, texts: _Texts) -> list[tuple[float, ...]]:
    rows = ((row[0], row[2], row[7], row[3], row[10]) for row in texts.rows)
    said = [_NOTHING, _NOTHING, *rows, _NOTHING, _NOTHING]
    boxes = [None, *(found.box.holder for found in page.found), None]
    return [
        (
            *said[at],
            *said[at + 1],
            *said[at + 3],
            *said[at + 4],
            boxes[at] is boxes[at + 1],
            boxes[at + 2] is boxes[at + 1],
        )
        for at in range(len(texts.rows))
    ]


def _near_bits(found: Found) -> int:
    box = found.box
    return box.bits | found.bits | (box.parent.bits if box.parent is not None else 0)


@lru_cache(maxsize=4096)
def _flags(bits: int) -> tuple[float, ...]:
    return tuple(map(float, f"{bits:0{_BITS}b}"[::-1]))
