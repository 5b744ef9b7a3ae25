"""What a page states of its section, tags, description, standfirst, address and language, each with its places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.choice import Candidate, Choice
from crawler.extraction.facts import PageFacts, one_line
from crawler.extraction.folding import fold
from crawler.extraction.jsonld import strings
from crawler.extraction.parse import visible_text
from crawler.extraction.rules import Rules, texts
from crawler.extraction.vocabulary import entries

MOST = 3
"""Candidates of one place that are kept."""


def first_stated(places: Iterable[tuple[str, Iterable[str]]]) -> Choice:
    """The first text that any of `places` states, and what the others do."""
    found = [
        Candidate(place, line) for place, said in places for text in islice(said, MOST) if (line := one_line(text))
    ]
    if not found:
        return Choice()
    return Choice(found[0].value, found[0].place, "the first place that states one", "high", found)


def metas(page: PageFacts, field: str) -> list[tuple[str, list[str]]]:
    """The meta tags that state `field`, each name with its contents, the most trustworthy first."""
    return [(name, page.metas[name]) for name in entries("meta", field) if name in page.metas]


def section_of(page: PageFacts, rules: Rules) -> Choice:
    """The section of the site that the article stands in."""
    return first_stated(
        [
            ("selector", texts(page.tree, rules.section)),
            ("json-ld", strings(page.node.get("articleSection"))),
            *metas(page, "section"),
            ("microdata", page.itemprop("articleSection")),
        ]
    )


def section_names(page: PageFacts, section: Choice) -> list[str]:
    """What the section of the page may be called in its title: as it is stated, and as the address has it."""
    folders = urlsplit(page.url).path.strip("/").split("/")[:-1]
    return [*(str(one.value) for one in section.candidates), *folders]


def description_of(page: PageFacts) -> Choice:
    """What the page says of itself for search engines and shared links."""
    return first_stated([*metas(page, "description"), ("json-ld", strings(page.node.get("description")))])


def tags_of(page: PageFacts) -> Choice:
    """The subjects that the page names: of the first place that names any."""
    for name in entries("meta", "tags"):
        stated = page.metas.get(name, [])
        if name != "article:tag":
            stated = [tag for text in stated for tag in re.split(r"[,;]", text)]
        if tags := _distinct(stated):
            return _tags(tags, name)
    stated = strings(page.node.get("keywords"))
    if len(stated) == 1:
        stated = re.split(r"[,;]", stated[0])
    if tags := _distinct(stated):
        return _tags(tags, "json-ld")
    links = [link for link in page.elements.tagged("a") if link.get("rel") in ("tag", "category tag")]
    return _tags(_distinct(map(visible_text, links)), "link")


def _tags(tags: list[str], place: str) -> Choice:
    return Choice(tags, place, "the first place that states any", "high") if tags else Choice()


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


def standfirst_of(page: PageFacts) -> Choice:
    """The paragraph between headline and body that sums the article up, where the page marks one."""
    described = {fold(text) for text in (*page.meta("description"), *strings(page.node.get("description")))}
    for element in _marked_standfirsts(page):
        text = page.elements.text_of(element)
        # Of several paragraphs it is the beginning of the article, which would stand there twice.
        if len(text) in STANDFIRST_LENGTHS and not _ELSEWHERE(element) and not _is_divided(element):
            return Choice(one_line(text), "mark", "its class or microdata say so", "medium")
    for tag in ("h2", "p"):
        for element in page.elements.tagged(tag)[:_FIRST_PARAGRAPHS]:
            text = page.elements.text_of(element)
            if len(text) in STANDFIRST_LENGTHS and fold(text) in described:
                return Choice(one_line(text), "text", "the page describes itself with it", "high")
    return Choice()


def _is_divided(element: HtmlElement) -> bool:
    """Whether there are several paragraphs in an element."""
    return len(list(islice(element.iterdescendants("p"), 2))) > 1


def _marked_standfirsts(page: PageFacts) -> list[HtmlElement]:
    stated = [one for one in page.elements.marked("itemprop") if one.get("itemprop") in _DESCRIBING]
    found = [*page.elements.marked("standfirst")[:20], *stated[:5]]
    return [element for element in found if element.tag not in ("meta", "html", "body", "article")]


def canonical_of(page: PageFacts) -> Choice:
    """The address that the page says is its own, made absolute."""
    canonical = [link for link in page.elements.tagged("link") if link.get("rel") == "canonical"]
    links = [address for link in canonical if (address := link.get("href")) is not None]
    for place, stated in (("link", links), ("og:url", page.named(["og:url"]))):
        for address in stated:
            if joined := _absolute(page.url, str(address)):
                return Choice(joined, place, "the first place that states one", "high")
    return Choice()


def _absolute(base: str, address: str) -> str | None:
    try:
        joined = urljoin(base, address.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") and urlsplit(joined).hostname else None
    except ValueError:
        return None


def site_names_of(page: PageFacts) -> list[str]:
    """The names that the page gives its site and its publisher."""
    stated = [*page.meta("site_name"), *strings(page.node.get("publisher"))]
    stated += [name for node in page.nodes if node.get("@type") == "WebSite" for name in strings(node.get("name"))]
    return [name for name in stated if "://" not in name]


def host_names(url: str) -> list[str]:
    """What a host may be called in a title: its name, and the first label of that."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    return [host, host.split(".")[0]] if host else []


def stated_language(page: PageFacts) -> Choice:
    """The language that the page states, as the first part of its tag; its text counts more."""
    root = page.tree.getroottree().getroot()
    xml = root.get("{http://www.w3.org/XML/1998/namespace}lang") or root.get("xml:lang") or ""
    stated = [("json-ld", strings(page.node.get("inLanguage"))), ("html", [root.get("lang") or "", xml])]
    stated += [
        (name, page.metas.get(name, [])) for name in ("og:locale", "language", "dc.language", "content-language")
    ]
    return first_stated((place, _language_codes(said)) for place, said in stated)


def _language_codes(tags: Iterable[str]) -> list[str]:
    return [match.group().lower() for tag in tags if (match := re.match(r"[A-Za-z]{2,3}(?=$|[-_])", tag.strip()))]
