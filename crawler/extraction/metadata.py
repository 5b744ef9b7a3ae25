"""What a page says about its article: JSON-LD, OpenGraph, microdata, meta tags, visible marks, the address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.blocks import clean_text
from crawler.extraction.bylines import authors_of
from crawler.extraction.choice import Choice
from crawler.extraction.clean import fold
from crawler.extraction.dates import Stated
from crawler.extraction.facts import PageFacts, first_of, one_line
from crawler.extraction.images import lead_image
from crawler.extraction.jsonld import first, strings, types
from crawler.extraction.parse import squeeze, visible_text
from crawler.extraction.published import modification, publication
from crawler.extraction.rights import paywalled, reservations
from crawler.extraction.rules import Rules, texts
from crawler.extraction.titles import choose_title, site_in_title, visible_headings
from crawler.extraction.vocabulary import entries


@dataclass(slots=True)
class Metadata:
    """The fields of an article but for its text; None or empty where the page does not state one."""

    title: str = ""
    authors: list[str] = field(default_factory=list)
    published: Stated | None = None
    modified: Stated | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    site_name: str | None = None
    description: str | None = None
    standfirst: str | None = None
    image: dict[str, str | None] | None = None
    canonical_url: str | None = None
    stated_language: str | None = None
    stated_body: str = ""
    """JSON-LD's `articleBody`; what it says is only compared with the text, since it is often cut or out of date."""
    paywalled: bool = False
    rights: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """What the page says it is: `og:type` and the types of its JSON-LD, lower case."""


def read_metadata(tree: HtmlElement, url: str, rules: Rules, headers: Mapping[str, str] | None = None) -> Metadata:
    """What the page `tree` at `url` says about its article; `rules` override where their selectors match.

    `headers` are those of the response; only reservations of rights are read from them.
    """
    page = PageFacts.of(tree, url)
    site_names = _site_names(page)
    page_title = tree.findtext(".//title") or ""
    title = first_of(texts(tree, rules.title)) or _headline(page, page_title, site_names).value or ""
    published = publication(page, rules, title).value
    return Metadata(
        title=clean_text(squeeze(title).replace("\n", " ")),
        authors=[clean_text(name) for name in authors_of(page, rules, site_names, title).value or ()],
        published=published,
        modified=modification(page, rules.timezone, published).value,
        section=one_line(
            first_of(texts(tree, rules.section)) or first(page.node.get("articleSection")) or _first(page, "section")
        ),
        tags=_tags(page),
        site_name=one_line(first_of(site_names) or site_in_title(page_title, squeeze(title))),
        description=one_line(_first(page, "description") or first(page.node.get("description"))),
        standfirst=one_line(_standfirst(page)),
        image=lead_image(tree, url, page.meta("image"), page.node),
        canonical_url=_canonical(page),
        stated_language=_stated_language(page),
        stated_body=first(page.node.get("articleBody")) or "",
        paywalled=paywalled(page),
        rights=reservations(page, headers or {}),
        kinds=[
            kind.lower() for kind in (*page.named(["og:type"]), *(name for node in page.nodes for name in types(node)))
        ],
    )


def _headline(page: PageFacts, page_title: str, site_names: list[str]) -> Choice:
    stated = [("json-ld", text) for text in strings(page.node.get("headline"))]
    stated += [(name, text) for name in entries("meta", "title") for text in page.metas.get(name, ())]
    return choose_title(stated, visible_headings(page.tree), page_title, [*site_names, *_host_names(page.url)])


def _first(page: PageFacts, field: str) -> str | None:
    return first_of(page.meta(field))


def _site_names(page: PageFacts) -> list[str]:
    stated = [*page.meta("site_name"), *strings(page.node.get("publisher"))]
    stated += [name for node in page.nodes if node.get("@type") == "WebSite" for name in strings(node.get("name"))]
    return [name for name in stated if "://" not in name]


def _host_names(url: str) -> list[str]:
    """What a host may be called in a title: its name, and the first label of that."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return [host, host.split(".")[0]] if host else []


def _tags(page: PageFacts) -> list[str]:
    for name in entries("meta", "tags"):
        stated = page.metas.get(name, [])
        if name != "article:tag":
            stated = [tag for text in stated for tag in re.split(r"[,;]", text)]
        if tags := _distinct(stated):
            return tags
    stated = strings(page.node.get("keywords"))
    if len(stated) == 1:
        stated = re.split(r"[,;]", stated[0])
    return _distinct(stated) or _distinct(map(visible_text, page.tree.xpath("//a[@rel='tag' or @rel='category tag']")))


def _distinct(values: Iterable[str]) -> list[str]:
    kept: dict[str, str] = {}
    for value in map(one_line, values):
        if value and len(value) < 80:
            kept.setdefault(value.casefold(), value)
    return list(kept.values())


STANDFIRST_LENGTHS = range(30, 801)
"""Characters; what is shorter is a label, what is longer the article itself."""

_ELSEWHERE = etree.XPath("boolean(ancestor::aside or ancestor::nav or ancestor::footer or ancestor::li)")
_DESCRIBING = ("description", "alternativeHeadline")
_FIRST_PARAGRAPHS = 10


def _standfirst(page: PageFacts) -> str | None:
    """The paragraph between headline and body that sums the article up, where the page marks one."""
    described = {fold(text) for text in (*page.meta("description"), *strings(page.node.get("description")))}
    for element in _marked_standfirsts(page):
        text = visible_text(element)
        if len(text) in STANDFIRST_LENGTHS and not _ELSEWHERE(element):
            return text
    for tag in ("h2", "p"):
        for element in islice(page.tree.iter(tag), _FIRST_PARAGRAPHS):
            text = visible_text(element)
            if len(text) in STANDFIRST_LENGTHS and fold(text) in described:
                return text
    return None


def _marked_standfirsts(page: PageFacts) -> list[HtmlElement]:
    stated = [one for one in page.marked.get("itemprop", ()) if one.get("itemprop") in _DESCRIBING]
    found = [*page.marked.get("standfirst", ())[:20], *stated[:5]]
    return [element for element in found if element.tag not in ("meta", "html", "body", "article")]


def _canonical(page: PageFacts) -> str | None:
    links = page.tree.xpath("//link[@rel='canonical']/@href")
    for address in (*links, *page.named(["og:url"])):
        try:
            joined = urljoin(page.url, str(address).strip())
            if urlsplit(joined).scheme in ("http", "https") and urlsplit(joined).hostname:
                return joined
        except ValueError:
            continue
    return None


def _stated_language(page: PageFacts) -> str | None:
    root = page.tree.getroottree().getroot()
    stated = [
        *strings(page.node.get("inLanguage")),
        root.get("lang") or "",
        root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or "",
        *page.named(["og:locale", "language", "dc.language", "content-language"]),
    ]
    for language in stated:
        if match := re.match(r"[A-Za-z]{2,3}(?=$|[-_])", language.strip()):
            return match.group().lower()
    return None
