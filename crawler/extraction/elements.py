"""The elements of a page by what they are called, from one walk over it: many readers ask for a few of them each."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
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

_BETWEEN = "\x1c"
"""White space to Python's expressions that no attribute holds: XML does not allow it."""

_ANY_MARK = re.compile(
    rf"(?<![^\s_-]){alternatives('names', 'byline', 'standfirst')}(?![^\s_-])|(?<!\S)(?:author-name|fn)(?!\S)"
)
"""Whether a name in lower case has any of them: one expression that needs no look at case, for names by the hundred."""


class Elements:
    """The elements of a page, each kind in the order of the page; the page is not to be changed meanwhile."""

    def __init__(self, tree: HtmlElement) -> None:
        self.tree = tree
        self._texts: dict[HtmlElement, str] = {}
        self._tagged: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        elements = list(tree.iter())
        for element in elements:
            self._tagged[element.tag].append(element)
        self._marked = {mark: [elements[at] for at in places] for mark, places in _places_of_marks(elements).items()}

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


def _places_of_marks(elements: Sequence[HtmlElement]) -> dict[str, list[int]]:
    """Which of `elements` have each of the marks, in order."""
    classes = [element.get("class") for element in elements]
    marks = _marks_among(set(classes) - {None})
    places: defaultdict[str, list[int]] = defaultdict(list)
    for at in [at for at, names in enumerate(classes) if names in marks]:
        for mark in marks[classes[at]]:
            places[mark].append(at)
    places["itemprop"] = [at for at, element in enumerate(elements) if element.get("itemprop")]
    signed = [at for at, element in enumerate(elements) if element.get("rel") == "author"]
    places["author"] = sorted(places["author"] + signed)
    return places


def _marks_among(classes: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The marks of those of `classes` that have any: of hundreds on a page hardly one, so all are searched at once."""
    several = list(classes)
    joined = _BETWEEN.join(several).lower()
    found = {several[joined.count(_BETWEEN, 0, match.start())] for match in _ANY_MARK.finditer(joined)}
    return {names: marks for names in found if (marks := marks_of(names))}


@lru_cache(maxsize=8192)
def marks_of(names: str) -> tuple[str, ...]:
    """The marks among `MARKS` that the words of a class attribute are."""
    return tuple(mark for mark, pattern in MARKS.items() if pattern.search(names))
