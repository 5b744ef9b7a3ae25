"""What a source says about the extraction of its pages, in a form that crosses to worker processes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cssselect import HTMLTranslator, SelectorError
from lxml import etree
from lxml.html import HtmlElement

MIN_TEXT_LENGTH = 100
"""Characters of body text under which a page is taken for no article, where the source says nothing."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The extraction rules of one source; the defaults are those of a source that has none.

    Selectors are CSS, or XPath where they start with "/", "./" or "(". `timezone` is an IANA name, the zone of
    times that pages state without one; `language` is BCP 47 and only breaks a tie. With `no_break_spaces` off,
    no-break spaces become ordinary ones. `standfirst` says whether the standfirst leads the text.
    """

    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    drop_lines: tuple[str, ...] = ()
    standfirst: bool = False
    title: str = ""
    authors: str = ""
    published: str = ""
    section: str = ""
    timezone: str = ""
    language: str = ""
    min_text_length: int = MIN_TEXT_LENGTH
    no_break_spaces: bool = True


def select(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """The elements that any of `selectors` matches, each once; those of the first selector come first.

    A selector that cannot be compiled matches nothing: the model of the source has reported it already.
    """
    found: dict[HtmlElement, None] = {}
    for selector in selectors:
        compiled = compile_selector(selector)
        matches = compiled(tree) if compiled is not None else []
        for match in matches if isinstance(matches, list) else []:
            if isinstance(match, etree._Element):
                found.setdefault(match)
    return list(found)


@lru_cache(maxsize=512)
def compile_selector(selector: str) -> etree.XPath | None:
    """`selector` (CSS or XPath) ready to be applied to a tree, or None where it is neither."""
    try:
        xpath = selector if selector.startswith(("/", "./", "(")) else HTMLTranslator().css_to_xpath(selector)
        return etree.XPath(xpath, namespaces={"re": "http://exslt.org/regular-expressions"})
    except (SelectorError, etree.XPathError):
        return None


@lru_cache(maxsize=512)
def compile_line(pattern: str) -> re.Pattern[str] | None:
    """The regular expression of a line to drop, or None where it is none."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
