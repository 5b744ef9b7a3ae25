"""Where on its pages a site puts the article: the box around its text, named so that it is found on the next page.

A place is written like a CSS selector of child steps, outermost first: `main > article.post > div.entry-content`.
Numbers stand as 0, and classes that say of which section, tag or author an article is are left out, since both differ
from page to page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.blocks import Block
from crawler.extraction.elements import Elements
from crawler.extraction.folding import size_of
from crawler.extraction.survey import Box, Found

STEPS = 3
"""Steps of a place: the box itself, and the two around it."""

HELD = 0.95
"""Share of the article's text that its box holds; a line above it, such as a kicker, may stand elsewhere."""

_DIGITS = re.compile(r"\d+")
_VARYING = re.compile(r"(?:category|categories|cat|tag|tags|author|topic|section|format|term|tax|has|lang)[-_]\S*")
_BUILT = re.compile(r"(?:css|sc|jss|jsx|svelte|astro|emotion|makestyles|ng-tns)-\S*", re.IGNORECASE)
"""Classes that a tool makes up anew for each version of a site."""

_TAG = re.compile(r"[a-z][a-z0-9-]*")
_BUILT_ENDING = re.compile(r"__+[A-Za-z0-9_-]{5}$")
_SCRAMBLED = re.compile(r"[a-z][a-zA-Z]{4,6}")
_ROOTS = ("html", "body")
_PARAGRAPHS = etree.XPath(".//p[string-length(.) > 80]")


def place_of(found: Sequence[Found]) -> str | None:
    """The place of an article whose blocks are `found`: the innermost box that holds them; None for the whole page."""
    sizes: dict[Box, float] = {}
    total = 0.0
    for one in found:
        size = size_of(one.block.text)
        total += size
        box: Box | None = one.box.holder
        while box is not None:
            sizes[box] = sizes.get(box, 0.0) + size
            box = box.parent
    holding = [box for box, size in sizes.items() if size >= HELD * total]
    innermost = max(holding, key=lambda box: box.depth, default=None)
    return None if innermost is None or innermost.tag in _ROOTS else place_named(innermost.element)


def place_named(element: HtmlElement) -> str:
    """The place that `element` is."""
    steps = [_step(element)]
    for above in element.iterancestors():
        if len(steps) == STEPS or above.tag in _ROOTS:
            break
        steps.append(_step(above))
    return " > ".join(reversed(steps))


def _step(element: HtmlElement) -> str:
    """An element in a place: its tag, its id, its classes in order of the alphabet."""
    return _step_of(element.tag, element.get("id"), element.get("class"))


@lru_cache(maxsize=8192)
def _step_of(tag: str, identity: str | None, classes: str | None) -> str:
    name = "".join((identity or "").split())
    return tag + (f"#{_DIGITS.sub('0', name)}" if name else "") + _classes(classes or "")


@lru_cache(maxsize=8192)
def _classes(stated: str) -> str:
    """The classes of an element that are the same on the site's other pages, each with a dot before it."""
    words = stated.split()
    built = any(_BUILT.fullmatch(word) for word in words)
    kept = {
        _DIGITS.sub("0", _BUILT_ENDING.sub("", word))
        for word in words
        if not (_VARYING.fullmatch(word.lower()) or _BUILT.fullmatch(word) or (built and _is_scrambled(word)))
    }
    return "".join(f".{word}" for word in sorted(kept))


def _is_scrambled(word: str) -> bool:
    """Whether a class is letters at random, as stand beside those of `_BUILT`."""
    return _SCRAMBLED.fullmatch(word) is not None and not word.islower()


def elements_at(elements: Elements, place: str) -> list[HtmlElement]:
    """Those of a page's elements that are at `place`, none of them within another."""
    last = place.rpartition(" > ")[2]
    tag = _TAG.match(last)
    at = (
        []
        if tag is None
        else [one for one in elements.tagged(tag[0]) if _step(one) == last and place_named(one) == place]
    )
    held = set(at)
    return [element for element in at if not any(above in held for above in element.iterancestors())]


def beside(place: Iterable[HtmlElement]) -> set[HtmlElement]:
    """The elements beside the way from the root to `place` that hold no headline: what need not be read."""
    inner = set(place)
    way = {above for element in inner for above in (element, *element.iterancestors())}
    return {child for element in way - inner for child in element if child not in way and not _holds_headline(child)}


def _holds_headline(element: HtmlElement) -> bool:
    return element.tag == "h1" or element.find(".//h1") is not None


def running_beside(tree: HtmlElement, place: Iterable[HtmlElement]) -> float:
    """The size of running text in paragraphs of the page that stand outside of `place`."""
    inner = set(place)
    outside = (one for one in _PARAGRAPHS(tree) if not any(above in inner for above in one.iterancestors()))
    return sum(
        size_of(one.text_content()) - sum(size_of(link.text_content()) for link in one.iter("a")) for one in outside
    )


def size(blocks: Iterable[Block]) -> float:
    """The size of all `blocks` together."""
    return sum(size_of(block.text) for block in blocks)
