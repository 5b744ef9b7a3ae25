"""What a page says about its article: JSON-LD, OpenGraph, microdata, meta tags, visible marks, the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from crawler.extraction.blocks import clean_text
from crawler.extraction.bylines import Bylines, agency_of, authors_of
from crawler.extraction.choice import Choice, Provenance, provenance_of
from crawler.extraction.dates import Stated
from crawler.extraction.elements import Elements
from crawler.extraction.facts import PageFacts, first_of, one_line
from crawler.extraction.images import lead_image
from crawler.extraction.jsonld import first, strings, types
from crawler.extraction.parse import squeeze
from crawler.extraction.published import modification, publication
from crawler.extraction.rights import paywalled, reservations
from crawler.extraction.rules import Rules, texts
from crawler.extraction.stated import (
    canonical_of,
    description_of,
    host_names,
    metas,
    section_names,
    section_of,
    site_names_of,
    standfirst_of,
    stated_language,
    tags_of,
)
from crawler.extraction.titles import choose_title, site_in_title, visible_headings


@dataclass(slots=True)
class Metadata:
    """The fields of an article but for its text; None or empty where the page does not state one."""

    title: str = ""
    headlines: list[str] = field(default_factory=list)
    """The first heading, where another than it is the headline: it is the headline in words for search engines."""
    authors: list[str] = field(default_factory=list)
    agency: str | None = None
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
    provenance: Provenance = field(default_factory=dict)
    """For each field with candidates: which was taken, and why (`crawler.extraction.choice`)."""


def read_metadata(
    tree: HtmlElement,
    url: str,
    rules: Rules,
    headers: Mapping[str, str] | None = None,
    elements: Elements | None = None,
) -> Metadata:
    """What the page `tree` at `url` says about its article; `rules` override where their selectors match.

    `headers` are those of the response; only reservations of rights are read from them. `elements` are those of the
    page, where they have been gathered already.
    """
    page = PageFacts.of(tree, url, elements)
    choices = _choices(page, rules)
    value = {name: choice.value for name, choice in choices.items()}
    title = value["title"] or ""
    return Metadata(
        title=title,
        headlines=_search_headings(choices["title"]),
        authors=value["authors"] or [],
        agency=value["agency"],
        published=value["published"],
        modified=value["modified"],
        section=value["section"],
        tags=value["tags"] or [],
        site_name=one_line(first_of(site_names_of(page)) or site_in_title(_page_title(page), title)),
        description=value["description"],
        standfirst=value["standfirst"],
        image=lead_image(page.elements, url, page.meta("image"), page.node),
        canonical_url=value["canonical_url"],
        stated_language=value["language"],
        stated_body=first(page.node.get("articleBody")) or "",
        paywalled=paywalled(page),
        rights=reservations(page, headers or {}),
        kinds=[
            kind.lower() for kind in (*page.named(["og:type"]), *(name for node in page.nodes for name in types(node)))
        ],
        provenance=provenance_of(choices.items()),
    )


def _choices(page: PageFacts, rules: Rules) -> dict[str, Choice]:
    """What was taken for each field, and from where."""
    site_names = site_names_of(page)
    section = section_of(page, rules)
    title = _headline(page, rules, site_names, section)
    signed = Bylines(page, title.value or "")
    authors = authors_of(page, rules, site_names, signed)
    authors.value = [clean_text(name) for name in authors.value or ()]
    published = publication(page, rules, title.value or "")
    return {
        "title": title,
        "authors": authors,
        "agency": agency_of(page, signed, site_names),
        "published": published,
        "modified": modification(page, rules.timezone, published.value),
        "section": section,
        "tags": tags_of(page),
        "description": description_of(page),
        "standfirst": standfirst_of(page),
        "canonical_url": canonical_of(page),
        "language": stated_language(page),
    }


def _headline(page: PageFacts, rules: Rules, site_names: list[str], section: Choice) -> Choice:
    if selected := first_of(texts(page.tree, rules.title)):
        title = Choice(selected, "selector", "the source's selector", "high")
    else:
        stated = [("json-ld", text) for text in strings(page.node.get("headline"))]
        stated += [(name, text) for name, said in metas(page, "title") for text in said]
        names = [*site_names, *host_names(page.url)]
        sections = section_names(page, section)
        title = choose_title(stated, visible_headings(page.elements), _page_title(page), names, sections)
    title.value = clean_text(squeeze(title.value or "").replace("\n", " "))
    return title


def _search_headings(title: Choice) -> list[str]:
    headings = [str(one.value) for one in title.candidates if one.place == "h1"]
    return headings[:1] if title.place != "h1" else []


def _page_title(page: PageFacts) -> str:
    return page.tree.findtext(".//title") or ""
