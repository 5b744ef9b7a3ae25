"""The elements of a page by what they are called, from one walk over it: many readers ask for a few of them each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from lxml.html import HtmlElement

from crawler.extraction.parse import visible_text
from crawler.extraction.vocabulary import alternatives, name_pattern

MARKS = {
    "byline": re.compile(name_pattern("byline"), re.IGNORECASE),
    "author": re.compile(r"(?:^|\s)(?:author-name|fn)(?:\s|$)"),
    "standfirst": re.compile(name_pattern("standfirst"), re.IGNORECASE),
}
"""Marks of elements, and what shows them in a class attribute."""

_ANY_MARK = re.compile(
    rf"(?<![^\s_-]){alternatives('names', 'byline', 'standfirst')}(?![^\s_-])|(?<!\S)(?:author-name|fn)(?!\S)"
)
"""Whether a name in lower case has any of them: one expression that needs no look at case, for names by the hundred."""


class Elements:
    """The elements of a page, each kind in the order of the page; the page is not to be changed meanwhile."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self._tagged: dict[str, list[HtmlElement]] = {}
        self._marked: dict[str, list[HtmlElement]] = {}
        self._texts: dict[HtmlElement, str] = {}
        tagged, marked = self._tagged, self._marked
        for element in tree.iter():
            tag = element.tag
            if tag in tagged:
                tagged[tag].append(element)
            else:
                tagged[tag] = [element]
            if (names := element.get("class")) and (marks := marks_of(names)):
                for mark in marks:
                    marked.setdefault(mark, []).append(element)
            if element.get("itemprop"):
                marked.setdefault("itemprop", []).append(element)
            if element.get("rel") == "author":
                marked.setdefault("author", []).append(element)

    def tagged(self, tag: str) -> Sequence[HtmlElement]:
        """Those with this tag."""
        return self._tagged.get(tag, ())

    def marked(self, mark: str) -> Sequence[HtmlElement]:
        """Those that their class, `itemprop` or `rel` marks so: one of `MARKS`, or "itemprop" for any property."""
        return self._marked.get(mark, ())

    def text_of(self, element: HtmlElement) -> str:
        """The `visible_text` of an element, which several readers look at: a headline, a byline, a first paragraph."""
        if element not in self._texts:
            self._texts[element] = visible_text(element)
        return self._texts[element]


@lru_cache(maxsize=8192)
def marks_of(names: str) -> tuple[str, ...]:
    """The marks among `MARKS` that the words of a class attribute are."""
    found = {mark for name in names.split() for mark in _marks_of_name(name)}
    return tuple(mark for mark in MARKS if mark in found) if found else ()


@lru_cache(maxsize=8192)
def _marks_of_name(name: str) -> tuple[str, ...]:
    """The marks of one class: the classes of a page recur in ever new combinations."""
    if not _ANY_MARK.search(name.lower()):
        return ()
    return tuple(mark for mark, pattern in MARKS.items() if pattern.search(name))
