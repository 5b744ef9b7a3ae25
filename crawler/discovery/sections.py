"""Section pages: which of a page's links are articles, with the source's patterns or without.

Without patterns the shape of each URL, where its links stand and what they say are weighed, and links of the same
shape are judged together: a list of articles is a list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, islice

from lxml.html import HtmlElement

from crawler.discovery.dates import parse_date
from crawler.discovery.links import Found, Link, plain_title
from crawler.discovery.pagination import MAX_ANCHORS, next_page_url
from crawler.discovery.shapes import is_page, likeness, shape_of, word_count
from crawler.discovery.sniff import kind_of
from crawler.discovery.urls import absolute, canonical_url, host_of
from crawler.extraction.decode import decode_page
from crawler.extraction.parse import parse_page

LIKELY = 3.0
"""The weight from which on a link is taken for an article, half its own and half that of its kind."""

LEAST = 2.5
"""The weight of its own that a link must have, whatever its kind."""

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_FURNITURE = re.compile(
    r"\b(?:nav|navbar|navigation|menu|submenu|footer|breadcrumbs?|cookie|social|share|sharing|pagination|pager|tagcloud"
    r"|tags|meta-tags|toolbar|langs?|language)\b",
    re.IGNORECASE,
)
_DATE_NAMES = re.compile(r"date|time|datum|fecha|published|posted|дата", re.IGNORECASE)
MAX_IN_BLOCK = 100
"""Links in the block of one article; what has more is a list of many."""

_CLIMB = 6
"""Elements upwards in which the date of a link is looked for."""


@dataclass(slots=True)
class _Candidate:
    """A URL and the links that lead to it."""

    url: str
    anchors: list[HtmlElement] = field(default_factory=list)
    title: str | None = None
    headed: bool = False
    furniture: bool = True
    place: str = ""
    weight: float = 0.0


@dataclass(slots=True)
class _Section:
    """A section page that was read: its tree, and what its links are relative to."""

    tree: HtmlElement
    url: str
    base: str
    encoding: str


def parse_section(
    html: bytes | str,
    url: str,
    content_type: str | None = None,
    *,
    include: Sequence[str | re.Pattern[str]] = (),
    exclude: Sequence[str | re.Pattern[str]] = (),
    hosts: Iterable[str] = (),
    next_page: str = "",
) -> Found:
    """The links to articles on the section page `html` at `url`; `Found.more` has its next page.

    A link is one if its host is the page's or one of `hosts` (`*.` in front takes in subdomains, `www.` does not
    matter), its URL matches a pattern of `include` and none of `exclude`. Without `include` it is guessed. Never
    raises on bad input. Titles are those of the links; `published` is a date that stands beside the link.
    """
    kind = "html" if isinstance(html, str) else kind_of(html, content_type)
    if kind not in ("html", "text", "xml"):
        return Found(warnings=[_NOT_A_PAGE.get(kind, "not an HTML page")])
    section = _read(html, url, content_type)
    if section is None:
        return Found(warnings=["an empty page"])
    candidates = _candidates(section, {host_of(url), *(host.removeprefix("www.") for host in hosts)}, exclude)
    chosen = _matching(candidates, include) if include else _likely(candidates)
    others = {one.url for one in candidates}
    links = [Link(one.url, one.title, _date_beside(one, others, section)) for one in chosen]
    more = next_page_url(section.tree, section.base, url, next_page, section.encoding)
    return Found(links, [more] if more else [], _warnings(len(links), len(candidates), section.tree))


_NOT_A_PAGE = {
    "empty": "an empty page",
    "feed": "a feed, not a page: list it under `feeds`",
    "sitemap": "a sitemap, not a page: list it under `sitemaps`",
}


def _read(html: bytes | str, url: str, content_type: str | None) -> _Section | None:
    """Decode and parse a page; None where there is nothing in it."""
    text, encoding = (html, "utf-8") if isinstance(html, str) else decode_page(html, content_type)[:2]
    tree = parse_page(text)
    if tree is None:
        return None
    base = next((one.get("href") for one in tree.iter("base") if one.get("href")), "")
    return _Section(tree, url, absolute(url, base) or url, encoding)


def _candidates(section: _Section, hosts: set[str], exclude: Sequence[str | re.Pattern[str]]) -> list[_Candidate]:
    """The pages that are linked and may be articles, in the order of the document, each with its links."""
    found: dict[str, _Candidate] = {}
    here = canonical_url(section.url)
    for anchor in islice(section.tree.iter("a"), MAX_ANCHORS):
        reference = anchor.get("href", "").strip()
        url = absolute(section.base, reference, section.encoding) if reference else None
        if not url or not _is_on(host_of(url), hosts) or any(re.search(pattern, url) for pattern in exclude):
            continue
        identity = canonical_url(url)
        if identity != here and is_page(url):
            found.setdefault(identity, _Candidate(url)).anchors.append(anchor)
    furniture: dict[HtmlElement, bool] = {}
    for candidate in found.values():
        _describe(candidate, furniture)
    return list(found.values())


def _is_on(host: str, hosts: set[str]) -> bool:
    """Whether `host` is one of `hosts`."""
    return any(host == one or (one.startswith("*.") and host.endswith(one[1:])) for one in hosts)


def _describe(candidate: _Candidate, furniture: dict[HtmlElement, bool]) -> None:
    """Set what the links to a page say of it: its title, and where they stand."""
    titles: list[tuple[bool, int, str]] = []
    for anchor in candidate.anchors:
        headed = _is_headed(anchor)
        text = _text_of(anchor)
        if text:
            titles.append((headed, min(len(text), 200), text))
        candidate.headed |= headed
        if candidate.furniture and not _is_furniture(anchor, furniture):
            candidate.furniture, candidate.place = False, _place(anchor)
    candidate.title = max(titles, key=lambda one: one[:2])[2] if titles else None


def _text_of(anchor: HtmlElement) -> str | None:
    """What a link says: a heading in it, its text, or the label for those who do not see it."""
    heading = next((one for one in anchor.iter(*_HEADINGS)), anchor)
    image = next((one.get("alt") for one in anchor.iter("img") if one.get("alt")), None)
    text = " ".join(heading.itertext()) if heading is not anchor else anchor.text_content()
    return plain_title(text, markup=False) or plain_title(anchor.get("title") or anchor.get("aria-label") or image)


def _is_headed(anchor: HtmlElement) -> bool:
    """Whether a link stands in a heading, or holds one."""
    if next(anchor.iter(*_HEADINGS), None) is not None:
        return True
    return any(one.tag in _HEADINGS for one in islice(anchor.iterancestors(), 3))


def _is_furniture(element: HtmlElement, known: dict[HtmlElement, bool]) -> bool:
    """Whether `element` stands in a menu, a footer, a breadcrumb trail, a row of sharing buttons.

    `known` keeps what was found for the elements around it: links share their surroundings.
    """
    passed: list[HtmlElement] = []
    answer = False
    for ancestor in element.iterancestors():
        said = known.get(ancestor)
        answer = _names_furniture(ancestor) if said is None else said
        passed.append(ancestor)
        if answer or said is not None or ancestor.tag in ("article", "main", "body"):
            break
    known.update(dict.fromkeys(passed, answer))
    return answer


def _names_furniture(element: HtmlElement) -> bool:
    """Whether an element is named for what stands on every page of a site."""
    if element.tag in ("article", "main", "body"):
        return False
    if element.tag in ("nav", "footer") or element.get("role") == "navigation":
        return True
    return bool(_FURNITURE.search(f"{element.get('class', '')} {element.get('id', '')}".replace("_", "-")))


def _place(anchor: HtmlElement) -> str:
    """Where a link stands: the elements around it with their first classes. Items of one list share it."""
    around = [anchor, *islice(anchor.iterancestors(), 4)]
    return "<".join(f"{one.tag}.{(one.get('class') or '').partition(' ')[0]}" for one in around)


def _matching(candidates: list[_Candidate], include: Sequence[str | re.Pattern[str]]) -> list[_Candidate]:
    """Those that the source's patterns take for articles."""
    return [one for one in candidates if any(re.search(pattern, one.url) for pattern in include)]


def _likely(candidates: list[_Candidate]) -> list[_Candidate]:
    """Those that are likely articles, each judged half by itself and half by those of its shape."""
    places: dict[str, int] = defaultdict(int)
    for one in candidates:
        places[one.place] += 1
    alike: dict[tuple[str, ...], list[_Candidate]] = defaultdict(list)
    for one in candidates:
        one.weight = _weight(one, places[one.place])
        if one.weight > 0:
            alike[shape_of(one.url).kind].append(one)
    means = {kind: sum(one.weight for one in group) / len(group) for kind, group in alike.items()}
    return [
        one for one in candidates if one.weight >= LEAST and (one.weight + means[shape_of(one.url).kind]) / 2 >= LIKELY
    ]


def _weight(one: _Candidate, neighbours: int) -> float:
    """How much a candidate is an article: the shape of its URL, what its links say and where they stand."""
    shape = likeness(one.url)
    words = word_count(one.title or "")
    if shape < 0 or (shape == 0 and not (one.headed and words >= 4 and len(shape_of(one.url).parts) > 1)):
        return -1.0
    said = 2 * one.headed + (words >= 4) + (words >= 7) - (words <= 2)
    return shape + said + (neighbours >= 3 and not one.furniture) - 3 * one.furniture


def _date_beside(one: _Candidate, others: set[str], section: _Section) -> datetime | None:
    """The date in the block of the first link that has one, before another page's link comes in."""
    own = {id(anchor) for anchor in one.anchors}
    for anchor in one.anchors[:3]:
        for block in islice(chain([anchor], anchor.iterancestors()), _CLIMB):
            if block.tag in ("body", "main") or _has_another(block, own, others, section):
                break
            found = _date_in(block)
            if found:
                return found
    return None


def _has_another(block: HtmlElement, own: set[int], others: set[str], section: _Section) -> bool:
    """Whether a link to another page that may be an article stands in `block`."""
    for number, anchor in enumerate(block.iter("a")):
        if number > MAX_IN_BLOCK:
            return True
        if id(anchor) not in own:
            url = absolute(section.base, anchor.get("href", ""), section.encoding)
            if url in others and likeness(url) > 0:
                return True
    return False


def _date_in(block: HtmlElement) -> datetime | None:
    """The first date in `block`: of a time element, or of one that is named for it."""
    for one in block.iter("time"):
        found = parse_date(one.get("datetime")) or parse_date(one.text_content()[:100])
        if found:
            return found
    for one in block.iter("span", "div", "p", "small", "em", "abbr", "li"):
        if _DATE_NAMES.search(one.get("class", "") + one.get("itemprop", "")):
            text = one.get("datetime") or one.get("content") or one.text_content()[:100]
            found = parse_date(text)
            if found:
                return found
    return None


def _warnings(links: int, candidates: int, tree: HtmlElement) -> list[str]:
    """What a person should know of a page on which hardly anything was found."""
    if links:
        return []
    if candidates < 5 and next(tree.iter("script"), None) is not None:
        return ["hardly any links: the page may be built by scripts, or be a consent wall"]
    return [f"none of {candidates} links looks like an article; patterns under `articles.include` can say which do"]
