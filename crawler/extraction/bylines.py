"""Who wrote an article, by what its page says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.authors import people
from crawler.extraction.facts import PageFacts
from crawler.extraction.jsonld import Node, strings
from crawler.extraction.parse import visible_text
from crawler.extraction.rules import Rules, texts
from crawler.extraction.vocabulary import EXSLT, named

BYLINE_LENGTH = 120
"""Characters; a longer text in a byline's place is a biography."""

MOST_BYLINES = 12
"""Bylines that are looked at; a page with more of them lists articles or comments."""

_LEADS = r"^(By|BY|by|Von|VON|Par|Por|POR|Di|Door|Av|Af|Autor:|Text:|Автор:|Του|Της) *:? +[^ a-z][^ ]+ "
_ELSEWHERE = etree.XPath(
    "boolean(ancestor-or-self::*[self::aside or self::footer or contains(@class, 'comment') or contains(@id, 'comment')"
    " or contains(@class, 'sidebar') or contains(@class, 'related')])"
)

_BYLINES = (
    etree.XPath(
        "//*[@itemprop='author' or @itemprop='author creator']//*[@itemprop='name']"
        " | //*[@itemprop='author' and not(.//*[@itemprop='name'])]"
    ),
    etree.XPath(
        "//a[@rel='author'] | //*[contains(concat(' ', @class, ' '), ' author-name ')]"
        " | //*[contains(concat(' ', @class, ' '), ' vcard ')]//*[contains(concat(' ', @class, ' '), ' fn ')]"
    ),
    etree.XPath(
        f"//*[(self::span or self::div or self::p or self::a or self::address) and {named('byline')}]",
        namespaces=EXSLT,
    ),
    etree.XPath(
        "//*[(self::p or self::div or self::span or self::h4 or self::h5 or self::h6 or self::li or self::em)"
        f" and string-length(normalize-space(.)) < 100 and re:test(normalize-space(.), '{_LEADS}')]",
        namespaces=EXSLT,
    ),
)
"""The places of a visible byline, the surest first."""


def authors_of(page: PageFacts, rules: Rules, publishers: Sequence[str]) -> list[str]:
    """The people of the first place that names any: the source's selector, JSON-LD, meta tags, a visible byline."""
    if rules.authors and (found := people(texts(page.tree, rules.authors), publishers)):
        return found
    for stated in (_node_authors(page.node), page.meta("author")):
        if found := people((name for name in stated if "://" not in name), publishers):
            return found
    for bylines in _BYLINES:
        if found := _shown_authors(bylines(page.tree), publishers):
            return found
    return []


def _shown_authors(bylines: Sequence[HtmlElement], publishers: Sequence[str]) -> list[str]:
    """The people of the first byline that names any, and of those that stand beside it."""
    place = None
    found: list[str] = []
    for byline in bylines[:MOST_BYLINES]:
        text = visible_text(byline)
        if _ELSEWHERE(byline):
            continue
        if len(text) >= BYLINE_LENGTH or (place is not None and byline.getparent() is not place):
            continue
        if names := people([text], publishers):
            place = byline.getparent()
            found += names
    return list(dict.fromkeys(found))


def _node_authors(node: Node) -> list[str]:
    stated: Any = node.get("author") or node.get("creator") or []
    found = []
    for item in stated if isinstance(stated, list) else [stated]:
        if isinstance(item, dict) and "Organization" in strings(item.get("@type")):
            continue
        found += strings(item.get("name") if isinstance(item, dict) else item)
    return found
