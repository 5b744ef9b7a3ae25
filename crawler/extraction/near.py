"""Where on its page an article begins: the heading that shows its title, and what stands behind and before it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.clean import fold
from crawler.extraction.parse import visible_text

PARAGRAPH = 220
"""Characters of a paragraph with which the text of an article has begun."""

NEAR = 250
"""Elements behind the headline among which an article's byline and date stand, if its text does not begin before."""

ABOVE = 12
"""Elements before the headline that may belong to it."""


def headline_element(tree: HtmlElement, title: str) -> HtmlElement | None:
    """The heading that shows `title`, or the first of the page."""
    first, wanted = None, fold(title)
    for tag in ("h1", "h2"):
        for element in tree.iter(tag):
            first = element if first is None else first
            if wanted and fold(visible_text(element)) == wanted:
                return element
    return first


def behind(headline: HtmlElement) -> Iterator[HtmlElement]:
    """The elements between `headline` and the first long paragraph, in the order of the page."""
    for element in islice(_following(headline), NEAR):
        if element.tag == "p" and len(visible_text(element)) >= PARAGRAPH:
            return
        yield element


def above(headline: HtmlElement) -> list[HtmlElement]:
    """The last elements before `headline`, the nearest first."""
    return list(islice(headline.xpath(f"preceding::*[position() <= {ABOVE}]"), ABOVE))[::-1]


def _following(element: HtmlElement) -> Iterator[HtmlElement]:
    current: HtmlElement | None = element
    while current is not None:
        for sibling in current.itersiblings():
            yield from sibling.iter(etree.Element)
        current = current.getparent()
