"""Where a block stands on its page, and what the page says of it elsewhere: features that take more than the block."""

from __future__ import annotations

import math

from crawler.extraction.clean import fold
from crawler.extraction.survey import Box, Survey

_HOLDERS = frozenset(("p", "li", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "dd", "dt", "center"))
"""Tags that hold a block or two: the box that gathers an article's paragraphs is around them."""


def fill_boxes(page: Survey, sizes: list[float], running: list[float]) -> None:
    """Say of each box how much text, and how much running text, is in it."""
    for found, size, good in zip(page.found, sizes, running, strict=True):
        box: Box | None = found.box
        holder = holder_of(found.box)
        holder.own += good
        while box is not None:
            box.text += size
            box.good += good
            box = box.parent


def holder_of(box: Box) -> Box:
    """The box that gathers paragraphs, from the one that is a paragraph."""
    while box.tag in _HOLDERS and box.parent is not None:
        box = box.parent
    return box


class Surroundings:
    """Where blocks stand on the page: relative to its best box (the core), its title, its running text."""

    def __init__(self, page: Survey, sizes: list[float], running: list[float], texts: list[list[float]]) -> None:
        self.page = page
        self.total = sum(sizes) or 1.0
        self.good = sum(running) or 1.0
        self.core = max(page.boxes, key=lambda box: box.own)
        self.chain: dict[Box, int] = {}
        above: Box | None = self.core
        while above is not None:
            self.chain[above] = len(self.chain)
            above = above.parent
        self.title = next((i for i, text in enumerate(texts) if text[13]), -1)
        if self.title < 0:
            self.title = next((i for i, found in enumerate(page.found) if found.box.tag == "h1"), -1)
        self.title_chain: dict[Box, int] = {}
        above = page.found[self.title].box if self.title >= 0 else None
        while above is not None:
            self.title_chain[above] = len(self.title_chain)
            above = above.parent
        in_core = [i for i, found in enumerate(page.found) if running[i] and holder_of(found.box) is self.core]
        self.first, self.last = (in_core[0], in_core[-1]) if in_core else (0, len(sizes) - 1)
        self._passed = self._prefix(sizes)
        self._passed_good = self._prefix(running)
        self._before, self._after = self._distances(running)

    @staticmethod
    def _prefix(values: list[float]) -> list[float]:
        total, passed = 0.0, []
        for value in values:
            passed.append(total)
            total += value
        return passed

    @staticmethod
    def _distances(running: list[float]) -> tuple[list[int], list[int]]:
        before, after, seen = [], [0] * len(running), 99
        for good in running:
            before.append(seen)
            seen = 1 if good else min(99, seen + 1)
        seen = 99
        for index in range(len(running) - 1, -1, -1):
            after[index] = seen
            seen = 1 if running[index] else min(99, seen + 1)
        return before, after

    def of(self, index: int) -> list[float]:
        """The features from "share1" to "page_good" of the block at `index`."""
        found = self.page.found[index]
        first = holder_of(found.box)
        second = first.parent or first
        third = second.parent or second
        up, down = self._way(found.box)
        count = len(self.page.found)
        return [
            first.good / self.good,
            second.good / self.good,
            third.good / self.good,
            first.good / (first.text or 1.0),
            second.good / (second.text or 1.0),
            third.good / (third.text or 1.0),
            first.own / self.good,
            up,
            down,
            first is self.core,
            self.core.own / self.good,
            index / count,
            self._passed[index] / self.total,
            max(-50, min(50, index - self.title)) if self.title >= 0 else -60,
            self.title >= 0,
            max(-50, min(50, index - self.first)),
            max(-50, min(50, index - self.last)),
            self._before[index],
            self._after[index],
            self._passed_good[index] / self.good,
            1 - self._passed_good[index] / self.good,
            math.log1p(self.total),
            math.log1p(self.good),
        ]

    def from_title(self, box: Box) -> list[float]:
        """Steps from `box` up to the first that holds the title too, and from there down to the title."""
        up = 0
        at: Box | None = box
        while at is not None and at not in self.title_chain:
            up += 1
            at = at.parent
        return [up, self.title_chain[at] if at is not None else 50]

    def _way(self, box: Box) -> tuple[int, int]:
        """Steps up from the core to the box that holds both, and down from there."""
        down = 0
        at: Box | None = box
        while at is not None and at not in self.chain:
            down += 1
            at = at.parent
        return (self.chain[at] if at is not None else 50), down


class Stated:
    """What the page says of a block elsewhere: in its metadata, in boxes that are alike, in blocks that it repeats."""

    def __init__(self, page: Survey, sizes: list[float], running: list[float], body: str, description: str) -> None:
        self.page, self.body, self.description = page, body, description
        self.boxes: dict[tuple[str, ...], set[Box]] = {}
        self.good: dict[tuple[str, ...], float] = {}
        self.total = sum(running) or 1.0
        self.looks = [_looks(holder_of(found.box)) for found in page.found]
        for found, look, good in zip(page.found, self.looks, running, strict=True):
            self.boxes.setdefault(look, set()).add(holder_of(found.box))
            self.good[look] = self.good.get(look, 0.0) + good
        self.long = [found.block.text for found, good in zip(page.found, running, strict=True) if good]

    def of(self, index: int) -> list[float]:
        """The features from "in_body" to "alike_good" of the block at `index`."""
        folded = fold(self.page.found[index].block.text[:80])
        known = len(folded) > 12
        look = self.looks[index]
        return [
            float(known and folded[:50] in self.body) if self.body else -1.0,
            float(known and _share_start(folded, self.description)) if self.description else -1.0,
            math.log1p(len(self.boxes[look])),
            self.good[look] / self.total,
        ]

    def swallows(self, text: str) -> float:
        """How many running blocks `text` repeats whole: a page's data printed once more."""
        if len(text) < 400:
            return 0.0
        return min(5, sum(other in text for other in self.long if len(other) < len(text)))


def _share_start(one: str, other: str) -> bool:
    return one[:40] in other or other[:40] in one


def _looks(box: Box) -> tuple[str, ...]:
    """What makes boxes look alike: their tags and classes, and those of the boxes around them."""
    around = box.parent
    names = (box.tag, box.element.get("class") or "")
    return names if around is None else (*names, around.tag, around.element.get("class") or "")
