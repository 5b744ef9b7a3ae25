"""Where a block stands on its page, and what the page says of it elsewhere: features that take more than the block."""

from __future__ import annotations

import math
from collections import Counter

from crawler.extraction.folding import fold
from crawler.extraction.survey import Box, Survey

Look = tuple[str, ...]
"""Tags and classes of a box and of the one around it."""

APART = 0.1
"""Share of the page's running text, under which the box around a list of links has nothing to do with the article."""


def fill_boxes(page: Survey, sizes: list[float], running: list[float]) -> None:
    """Say of each box how much text, and how much running text, is in it."""
    for found, size, good in zip(page.found, sizes, running, strict=True):
        found.box.holder.own += good
        found.box.text += size
        found.box.good += good
    for box in reversed(page.boxes):
        if box.parent is not None:
            box.parent.text += box.text
            box.parent.good += box.good


class Surroundings:
    """Where blocks stand on the page: relative to its best box (the core), its title, its running text."""

    def __init__(self, page: Survey, sizes: list[float], running: list[float], title: int) -> None:
        self.page = page
        self.total = sum(sizes) or 1.0
        self.good = sum(running) or 1.0
        self.core = max(page.boxes, key=lambda box: box.own)
        self.title = title
        if self.title < 0:
            self.title = next((i for i, found in enumerate(page.found) if found.box.tag == "h1"), -1)
        self._to_core = _Chain(self.core)
        self._to_title = _Chain(page.found[self.title].box if self.title >= 0 else None)
        self._boxes: dict[Box, tuple[float, ...]] = {}
        self._sizes = (math.log1p(self.total), math.log1p(self.good))
        in_core = [i for i, found in enumerate(page.found) if running[i] and found.box.holder is self.core]
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

    def of(self, index: int) -> tuple[float, ...]:
        """The features from "share1" to "page_good" of the block at `index`."""
        return (
            *self._of_box(self.page.found[index].box),
            index / len(self.page.found),
            self._passed[index] / self.total,
            max(-50, min(50, index - self.title)) if self.title >= 0 else -60,
            self.title >= 0,
            max(-50, min(50, index - self.first)),
            max(-50, min(50, index - self.last)),
            self._before[index],
            self._after[index],
            self._passed_good[index] / self.good,
            1 - self._passed_good[index] / self.good,
            *self._sizes,
        )

    def is_apart(self, box: Box) -> bool:
        """Whether the box that gathers lines as those in `box` has no running text, and hardly any around it."""
        holder = box.holder
        return holder.good == 0 and (holder.parent is None or holder.parent.good < APART * self.good)

    def _of_box(self, box: Box) -> tuple[float, ...]:
        """The features from "share1" to "core_share", the same for all blocks in a box."""
        if box not in self._boxes:
            first = box.holder
            second = first.parent or first
            third = second.parent or second
            self._boxes[box] = (
                first.good / self.good,
                second.good / self.good,
                third.good / self.good,
                first.good / (first.text or 1.0),
                second.good / (second.text or 1.0),
                third.good / (third.text or 1.0),
                first.own / self.good,
                *self._to_core.way(box),
                first is self.core,
                self.core.own / self.good,
            )
        return self._boxes[box]

    def from_title(self, box: Box) -> tuple[int, int]:
        """Steps from `box` up to the first that holds the title too, and from there down to the title."""
        along, aside = self._to_title.way(box)
        return aside, along


class _Chain:
    """A box and those around it, and the ways from other boxes of the page to it."""

    def __init__(self, box: Box | None) -> None:
        self._ways: dict[Box | None, tuple[int, int]] = {None: (50, 0)}
        steps = 0
        while box is not None:
            self._ways[box] = (steps, 0)
            steps += 1
            box = box.parent

    def way(self, box: Box) -> tuple[int, int]:
        """Steps along the chain up to the first of its boxes that holds `box` too, and from there down to `box`."""
        beside: list[Box] = []
        at: Box | None = box
        while at is not None and at not in self._ways:
            beside.append(at)
            at = at.parent
        along, aside = self._ways[at]
        for below in reversed(beside):
            aside += 1
            self._ways[below] = (along, aside)
        return self._ways[box]


class Stated:
    """What the page says of a block elsewhere: in its metadata, in boxes that are alike, in blocks that it repeats."""

    def __init__(self, page: Survey, running: list[float], body: str, description: str) -> None:
        self.page, self.body, self.description = page, body, description
        self.long = [found.block.text for found, good in zip(page.found, running, strict=True) if good]
        self._alike = _alike(page, running)

    def of(self, index: int) -> tuple[float, ...]:
        """The features from "in_body" to "alike_good" of the block at `index`."""
        in_body = in_description = -1.0
        if self.body or self.description:
            folded = fold(self.page.found[index].block.text[:80])
            known = len(folded) > 12
            if self.body:
                in_body = float(known and folded[:50] in self.body)
            if self.description:
                in_description = float(known and _share_start(folded, self.description))
        return (in_body, in_description, *self._alike[index])

    def swallows(self, text: str) -> float:
        """How many running blocks `text` repeats whole: a page's data printed once more."""
        if len(text) < 400:
            return 0.0
        return min(5, sum(other in text for other in self.long if len(other) < len(text)))


def _share_start(one: str, other: str) -> bool:
    return one[:40] in other or other[:40] in one


def _alike(page: Survey, running: list[float]) -> list[tuple[float, float]]:
    """The features "alike" and "alike_good" of each block: how many boxes look as its own, and what they hold."""
    holders = [found.box.holder for found in page.found]
    seen = {holder: looks(holder) for holder in set(holders)}
    counts = Counter(seen.values())
    good: dict[Look, float] = {}
    for holder, size in zip(holders, running, strict=True):
        good[seen[holder]] = good.get(seen[holder], 0.0) + size
    total = sum(running) or 1.0
    return [(math.log1p(counts[look]), good[look] / total) for look in map(seen.__getitem__, holders)]


def looks(box: Box) -> Look:
    """What makes boxes look alike: their tags and classes, and those of the boxes around them."""
    around = box.parent
    names = (box.tag, box.element.get("class") or "")
    return names if around is None else (*names, around.tag, around.element.get("class") or "")
