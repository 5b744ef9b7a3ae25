"""What a source says about the extraction of its pages, in a form that crosses to worker processes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.parse import squeeze, visible_text
from crawler.sources.selectors import compile_selector

if TYPE_CHECKING:
    from crawler.sources.model import Rules as StatedRules

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
    part: bool = False
    """Whether the page goes on with an article, and need not look like one: it may be short, its address a list's."""

    @classmethod
    def of(cls, stated: StatedRules, timezone: str = "", language: str = "") -> Rules:
        """The rules that a source's model states, with the source's time zone and language."""
        return cls(
            keep=tuple(stated.keep),
            drop=tuple(stated.drop),
            drop_lines=tuple(str(pattern) for pattern in stated.drop_lines),
            standfirst=stated.standfirst,
            title=stated.title,
            authors=stated.authors,
            published=stated.published,
            section=stated.section,
            timezone=timezone,
            language=language,
            min_text_length=stated.min_length,
            no_break_spaces=stated.no_break_spaces,
        )


def select(tree: HtmlElement, selectors: Iterable[str]) -> list[HtmlElement]:
    """The elements that any of `selectors` matches, each once; those of the first selector come first."""
    found: dict[HtmlElement, None] = {}
    for selector in selectors:
        for match in _matches(tree, selector):
            if isinstance(match, etree._Element):
                found.setdefault(match)
    return list(found)


def texts(tree: HtmlElement, selector: str) -> list[str]:
    """What the matches of `selector` say: the text of elements (a time's `datetime`), the values of attributes."""
    said = []
    for match in _matches(tree, selector):
        if isinstance(match, etree._Element):
            said.append(match.get("datetime") or visible_text(match) or match.get("content") or "")
        elif isinstance(match, str):
            said.append(squeeze(match))
    return [text for text in said if text]


def _matches(tree: HtmlElement, selector: str) -> list[object]:
    """Matches of a selector; one that cannot be compiled has none, since the model of the source reports it."""
    try:
        matches = compile_selector(selector)(tree) if selector else []
    except (ValueError, etree.XPathError):
        return []
    return list(matches) if isinstance(matches, list) else [matches]


@lru_cache(maxsize=512)
def compile_line(pattern: str) -> re.Pattern[str] | None:
    """The regular expression of a line to drop, or None where it is none."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
