"""Where on its page an article begins: the heading that shows its title, and what stands behind and before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.elements import Elements
from crawler.extraction.folding import fold

PARAGRAPH = 220
"""Characters of a paragraph with which the text of an article has begun."""

NEAR = 250
"""Elements behind the headline among which an article's byline and date stand, if its text does not begin before."""

ABOVE = 12
"""Elements before the headline that may belong to it."""

_PRECEDING = etree.XPath(f"preceding::*[position() <= {ABOVE}]")


def headline_element(elements: Elements, title: str) -> HtmlElement | None:
    """The heading that shows `title`, or the first of the page."""
    first, wanted = None, fold(title)
    for tag in ("h1", "h2"):
        for element in elements.tagged(tag):
            first = element if first is None else first
            if wanted and fold(elements.text_of(element)) == wanted:
                return element
    return first


def behind(headline: HtmlElement, text_of: Callable[[HtmlElement], str]) -> Iterator[HtmlElement]:
    """The elements between `headline` and the first long paragraph, in the order of the page.

    `text_of` gives the text of an element."""
    for element in islice(_following(headline), NEAR):
        if element.tag == "p" and len(text_of(element)) >= PARAGRAPH:
            return
        yield element


def above(headline: HtmlElement) -> list[HtmlElement]:
    """The last elements before `headline`, the nearest first."""
    return list(islice(_PRECEDING(headline), ABOVE))[::-1]


def _following(element: HtmlElement) -> Iterator[HtmlElement]:
    current: HtmlElement | None = element
    while current is not None:
        for sibling in current.itersiblings():
            yield from sibling.iter(etree.Element)
        current = current.getparent()
