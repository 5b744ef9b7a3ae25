"""Parts of a page that are never the article's text, taken out of the tree before the text is looked for.

What trafilatura already discards by class names is left to it. Here is what it misses or brings back in its
second attempts: captions and credits, teasers of other articles between paragraphs, share rows, comment forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.blocks import UNCLOSED
from crawler.extraction.parse import has_paragraphs, remove, squeeze, visible_text
from crawler.extraction.vocabulary import alternatives

MAX_SHARE = 0.5
"""No rule takes out an element with more than this share of the page's text."""

TEASER_LENGTH = 300
"""Characters of a block in the body that is taken for a teaser when nearly all of it is linked."""

LINKED_SHARE = 0.6

_ALWAYS = etree.XPath(
    ".//script | .//style | .//template | .//iframe | .//svg | .//button | .//select | .//textarea | .//object"
    " | .//embed"
    " | .//figcaption | .//video | .//audio | .//nav"
    " | .//figure[not(.//table or .//pre) and string-length(normalize-space(.)) < 1500"
    " and (.//img or .//figcaption or .//picture or .//video or .//noscript)]"
)
_BLOCKS = ("div", "p", "section", "aside", "ul", "ol", "dl", "dd", "dt", "h2", "h3", "h4", "h5", "h6", "form", "footer")
_NAMEABLE = (*_BLOCKS, "span", "small", "em", "a")
_CLASSES = re.compile(rf"(?<![^\s_-]){alternatives('names', 'caption', 'furniture')}(?![^\s_-])")
_IDS = re.compile(rf"(?<![^\s_-]){alternatives('names', 'furniture')}(?![^\s_-])")
_TEASER_SHAPES = etree.XPath(
    ".//*[(self::div or self::section or self::aside or self::ul or self::table) and .//a and not(.//h1)"
    f" and string-length(normalize-space(.)) < {TEASER_LENGTH}]"
)
_ONE_LINERS = etree.XPath(
    ".//*[(self::p or self::div or self::span or self::em or self::small) and not(.//p) and not(.//div)]"
)
_BODY_PARAGRAPH = 120


def prune(tree: HtmlElement, keep: Iterable[HtmlElement] = ()) -> None:
    """Take furniture out of `tree`; elements of `keep`, and all that holds one of them, stay."""
    guarded = {ancestor for element in keep for ancestor in (element, *element.iterancestors())}
    limit = MAX_SHARE * len(squeeze("".join(tree.itertext())))
    for element in _ALWAYS(tree):
        if element not in guarded and not (element.tag in UNCLOSED and has_paragraphs(element)):
            remove(element)
    limit = min(limit, MAX_SHARE * len(visible_text(tree)))
    for element in [element for element in tree.iter(*_NAMEABLE) if _is_named(element)]:
        if element not in guarded and len(visible_text(element)) <= limit and not _holds_title(element):
            remove(element)
    _prune_image_texts(tree)
    for element in _TEASER_SHAPES(tree):
        if element not in guarded and _is_teaser(element):
            remove(element)


def _is_named(element: HtmlElement) -> bool:
    """Whether the class or id of an element is that of a caption or of furniture."""
    classes, name = element.get("class"), element.get("id")
    return bool(classes and _has_class(classes)) or bool(name and _IDS.search(name.lower()))


@lru_cache(maxsize=8192)
def _has_class(names: str) -> bool:
    return _CLASSES.search(names.lower()) is not None


def _holds_title(element: HtmlElement) -> bool:
    return element.find(".//h1") is not None


def _prune_image_texts(tree: HtmlElement) -> None:
    """Paragraphs that say again what an image's `alt` or `title` says are its caption."""
    said = {squeeze(text) for text in tree.xpath("//img/@alt | //img/@title") if len(text) > 15}
    if not said:
        return
    for element in _ONE_LINERS(tree):
        text = element.text_content()
        if len(text) < TEASER_LENGTH and squeeze(text) in said:
            remove(element)


def _is_teaser(element: HtmlElement) -> bool:
    """A short block that is nearly all links, or a picture with a linked line: another article's teaser."""
    text = visible_text(element)
    links = [link for link in element.iter("a") if link.get("href")]
    linked = sum(len(visible_text(link)) for link in links)
    if not text or not links or len(text) >= TEASER_LENGTH:
        return False
    if linked >= LINKED_SHARE * len(text) and (element.tag != "ul" or len(links) > 1):
        return _stands_between_paragraphs(element)
    return element.find(".//img") is not None and linked > 0.4 * len(text) and len(text) < TEASER_LENGTH


def _stands_between_paragraphs(element: HtmlElement) -> bool:
    """Whether `element` has paragraphs of text beside it: elsewhere the extractor judges link density itself."""
    parent = element.getparent()
    if parent is None:
        return False
    return any(
        sibling.tag == "p" and len(visible_text(sibling)) > _BODY_PARAGRAPH
        for sibling in parent
        if sibling is not element
    ) or bool(re.search(r"\S.{100,}", squeeze((element.tail or "") + (parent.text or ""))))
