"""What a front page tells about its site: its name and language, its feeds, and where its links lead."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.discovery.autodiscovery import page_feeds
from crawler.discovery.links import Link
from crawler.discovery.sections import parse_section
from crawler.discovery.shapes import is_page, likeness, shape_of, word_count
from crawler.discovery.urls import absolute, canonical_url, host_of
from crawler.extraction.extract import page_tree
from crawler.extraction.facts import PageFacts
from crawler.extraction.jsonld import strings, types
from crawler.extraction.parse import squeeze, visible_text
from crawler.extraction.verdict import SHELL_LENGTH, Rejection, refuse_bytes, refuse_page
from crawler.prospect.answers import Answer

FEW_LINKS = 5
"""A front page with fewer links to its own site lists nothing."""

ARTICLE = 3
"""From this likeness on a link is one to an article, also in a menu or a footer."""

SECTION_DEPTH = 2
"""Segments that the path of a section page has at most."""

LONGEST_LABEL = 4
"""Words of a link in a menu; a headline has more."""

ORGANISATIONS = {"website", "newsmediaorganization", "organization", "newspaper"}
_SEPARATOR = re.compile(r"\s+[-–—|·:•»]\s+")
_MENU = (
    "//nav//a/@href | //header//a/@href | //*[@role='navigation']//a/@href | //*[not(self::body or self::main)"
    " and (contains(@class, 'menu') or contains(@class, 'nav') or contains(@id, 'menu') or contains(@id, 'nav'))]"
    "//a/@href"
)
_SECTION = re.compile(
    r"/(?:categor(?:y|ies|ia)|kategorie|rubrik|rubrique|topics?|section|themen?)/"
    r"|[?&](?:cat|category|section|sec|rubric|rubrik|rubrique|kat|topic|theme)=[\w-]+$",
    re.IGNORECASE,
)
_FOOTER = "//footer//a/@href | //*[contains(@class, 'footer') or contains(@id, 'footer')]//a/@href"


@dataclass(frozen=True, slots=True)
class FrontPage:
    """A front page, read. All addresses are absolute."""

    url: str
    names: tuple[str, ...] = ()
    """What the page says that the site is called, the most trustworthy first."""
    language: str = ""
    """The BCP 47 tag that it is marked with."""
    feeds: tuple[Link, ...] = ()
    articles: tuple[Link, ...] = ()
    """Links that look like articles, by their addresses and by how they stand in the page."""
    sections: tuple[str, ...] = ()
    """Links of its menus that may be section pages, in order."""
    others: tuple[str, ...] = ()
    """Links that are no articles by their address or by where they stand."""
    fixed: tuple[str, ...] = ()
    """Links of its menus and its footer by a word or a few, as no article has them."""
    more: str = ""
    """Its own next page."""
    blocked: Rejection | None = None
    """Why this is not the page that a reader sees: a consent wall, a bot challenge, an empty shell."""
    links: int = field(default=0)


def read_front(answer: Answer) -> FrontPage:
    """What the page says; never raises. An answer that is no HTML is `blocked` with the reason "not-html"."""
    refused = refuse_bytes(answer.body, answer.content_type)
    tree = None if refused else page_tree(answer.body, answer.content_type)
    if tree is None:
        return FrontPage(answer.url, blocked=refused or Rejection("not-html", "there is no markup that could be read"))
    found = parse_section(answer.body, answer.url, answer.content_type)
    articles = tuple(link for link in found.links if not _is_list(link.url))
    inside = _links(tree, answer.url, "//a/@href")
    known = {canonical_url(link.url) for link in articles}
    menu, footer = (
        [url for url in _links(tree, answer.url, path) if canonical_url(url) not in known and likeness(url) < ARTICLE]
        for path in (_MENU, _FOOTER)
    )
    fixed = _links(tree, answer.url, f"{_MENU} | {_FOOTER}", LONGEST_LABEL)
    return FrontPage(
        url=answer.url,
        names=tuple(_names(tree, answer.url)),
        language=tree.get("lang") or tree.get("xml:lang") or "",
        feeds=tuple(page_feeds(answer.body, answer.url, answer.content_type)),
        articles=articles,
        sections=tuple(url for url in menu if _may_be_section(url, url in fixed)),
        others=tuple(dict.fromkeys([*menu, *footer, *(url for url in inside if likeness(url) < 0 or _is_list(url))])),
        fixed=tuple(fixed),
        more=next(iter(found.more), ""),
        blocked=refuse_page(tree, answer.url) or _shell(tree, len(inside)),
        links=len(inside),
    )


def _is_list(url: str) -> bool:
    """Whether an address is that of a day's, a month's or a year's list."""
    parts = shape_of(url).parts
    return bool(parts) and set(parts) <= {"year", "month", "day", "date"}


def _links(tree: HtmlElement, base: str, path: str, most_words: int = 0) -> list[str]:
    """The pages of the same site that links at `path` lead to, each once; those of so many words at most."""
    found: dict[str, str] = {}
    for reference in tree.xpath(path):
        if most_words and not 0 < word_count(squeeze(reference.getparent().text_content())) <= most_words:
            continue
        url = absolute(base, str(reference)) if str(reference).strip() else None
        if url and host_of(url) == host_of(base) and is_page(url) and canonical_url(url) != canonical_url(base):
            found.setdefault(canonical_url(url), url)
    return list(found.values())


def _may_be_section(url: str, labelled: bool) -> bool:
    """Whether a link of a menu may lead to a section: a short path of words, or a script with a parameter.

    The words may be a few more where the link says few itself (`labelled`).
    """
    shape = shape_of(url)
    if likeness(url) < 0:
        return bool(_SECTION.search(url))
    words = all(part in ("word", "slug") for part in shape.parts)
    return 0 < len(shape.parts) <= SECTION_DEPTH and words and likeness(url) < (ARTICLE if labelled else 2)


def _names(tree: HtmlElement, url: str) -> list[str]:
    """What the site calls itself, in its metadata and in its title."""
    page = PageFacts.of(tree, url)
    stated = [*page.meta("site_name")]
    stated += [
        name
        for node in page.nodes
        if ORGANISATIONS & {kind.lower() for kind in types(node)}
        for name in strings(node.get("name"))
    ]
    title = squeeze(tree.findtext(".//title") or "")
    parts = _SEPARATOR.split(title)
    label = host_of(url).partition(".")[0]
    likely = [part for part in parts if label and label in re.sub(r"[\W_]+", "", part).lower()]
    names = [squeeze(name) for name in (*stated, *likely, *parts[:1])]
    return list(dict.fromkeys(name for name in names if name and "://" not in name and len(name) < 100))


def _shell(tree: HtmlElement, links: int) -> Rejection | None:
    """A rejection for a page that only a script could fill."""
    text = visible_text(tree)
    if links < FEW_LINKS and len(text) < 2 * SHELL_LENGTH and tree.find(".//script") is not None:
        return Rejection("empty-shell", f"as served it has {len(text)} characters of text and {links} links")
    return None
