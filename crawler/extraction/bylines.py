"""Who wrote an article, by what its page says: people first, and the body that signs where no person is named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.authors import agency_in, bodies, fold_name, is_house, people
from crawler.extraction.box_names import NAMES, name_bits
from crawler.extraction.choice import Candidate, Choice, Confidence
from crawler.extraction.facts import PageFacts
from crawler.extraction.jsonld import strings
from crawler.extraction.near import behind, headline_element
from crawler.extraction.parse import visible_text
from crawler.extraction.rules import Rules, texts
from crawler.extraction.vocabulary import alternatives, entries

BYLINE_LENGTH = 120
"""Characters; a longer text in a byline's place is a biography."""

MOST_BYLINES = 12
"""Bylines that are looked at; a page with more of them lists articles or comments."""

_LEADS = re.compile(rf"{alternatives('authors', 'signs')}\s*[:：]?\s*(?:$|(?=[^\Wa-z]))")
_OTHERS = sum(1 << NAMES.index(name) for name in ("comment", "side", "foot", "nav", "related", "advert"))
_PICTURE = re.compile(r"getty|image|photo|foto", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_SAID = etree.XPath(".//text()[not(ancestor::button)]", smart_strings=False)
_OUTSIDE = {"aside", "footer", "nav"}
_SIGNED = ("p", "div", "span", "a", "address", "em", "h4", "h5", "h6", "li", "strong", "b", "i", "td", "cite")

Stated = list[tuple[str, list[str]]]
"""For each place that states authors, the bylines there."""


def authors_of(page: PageFacts, rules: Rules, publishers: Sequence[str], signed: Bylines) -> Choice:
    """The people of the first place that names any: the source's selector, JSON-LD, meta tags, the visible byline.

    Where none does, the organisation that signs the article, by its page's data or its byline: an agency, the house.
    """
    if rules.authors and (found := people(texts(page.tree, rules.authors), publishers)):
        return Choice(found, "selector", "the source's selector", "high")
    stated: Stated = [("json-ld", _node_authors(page)), *_meta_authors(page)]
    candidates = [Candidate(place, names) for place, bylines in stated if (names := people(bylines, publishers))]
    if shown := _beside(signed.near, publishers):
        candidates.append(Candidate("byline", shown))
    if candidates:
        return _chosen(candidates, signed.each_marked(publishers))
    for found, why in signed.less_sure(publishers):
        if found:
            return Choice(found, "byline", why, "low", [Candidate("byline", found)])
    return _signed_by_a_body([*stated, ("byline", list(map(visible_text, signed.near)))], publishers)


def agency_of(page: PageFacts, signed: Bylines, publishers: Sequence[str]) -> Choice:
    """The news agency that the page credits: as an author, as its source, or in the byline."""
    stated: Stated = [("json-ld", _node_names(page)), *_meta_authors(page), ("meta", page.meta("source"))]
    stated.append(("byline", [visible_text(element) for element in signed.near]))
    found = [
        Candidate(place, agency)
        for place, texts in stated
        for text in texts
        if len(text) < BYLINE_LENGTH and not _PICTURE.search(text) and (agency := agency_in(text))
        if not is_house(agency, publishers)
    ]
    return (
        Choice(found[0].value, found[0].place, "the first place that credits one", "high", found) if found else Choice()
    )


def _chosen(candidates: list[Candidate], shown: list[str]) -> Choice:
    """The first candidate; or the byline, where it names these people and more."""
    best = candidates[0]
    if set(map(fold_name, shown)) > set(map(fold_name, best.value)):
        return Choice(shown, "byline", f"it names those of {best.place} and more", "high", candidates)
    confidence: Confidence = "high" if best.place == "json-ld" or len(candidates) > 1 else "medium"
    return Choice(best.value, best.place, "the first place that names people", confidence, candidates)


def _signed_by_a_body(stated: Stated, publishers: Sequence[str]) -> Choice:
    for place, bylines in stated:
        if found := bodies(bylines, publishers):
            why = "no person is named; this body signs"
            return Choice(found, place, why, "medium", [Candidate(place, found)])
    return Choice()


class Bylines:
    """The elements of a page that look like a byline."""

    def __init__(self, page: PageFacts, title: str) -> None:
        self._text_of = page.elements.text_of
        self._head = headline_element(page.elements, title)
        self._above = set(self._head.iterancestors()) if self._head is not None else set()
        marked = [one for one in page.elements.marked("itemprop") if _is_author(one)]
        self._sure = [*marked, *page.elements.marked("author")]
        self._marked = [*self._sure, *page.elements.marked("byline")]
        self._begun: list[HtmlElement] = []
        """Short paragraphs between the headline and the first long one."""
        self._names = set(page.elements.marked("byline"))
        self.near = self._near()

    def _near(self) -> list[HtmlElement]:
        """What stands between the headline and the text and is marked as a byline or says "By"."""
        if self._head is None:
            return []
        marked, found = set(self._marked), []
        for element in behind(self._head, self._text_of):
            if element.tag == "p":
                self._begun.append(element)
            says = element.tag in _SIGNED and element.text is not None and _LEADS.match(element.text.lstrip())
            if (says or element in marked) and len(self._text_of(element)) < BYLINE_LENGTH and self._is_own(element):
                found.append(element)
        return found[:MOST_BYLINES]

    def _is_own(self, element: HtmlElement) -> bool:
        """Whether an element belongs to the article: not to comments, or to the teaser of another."""
        boxes = [element, *element.iterancestors()]
        return not any(
            box.tag in _OUTSIDE or _bits(box) & _OTHERS
            for box in boxes
            if box not in self._above and box not in self._names and box.tag not in ("body", "html", "main", "article")
        )

    def each_marked(self, publishers: Sequence[str]) -> list[str]:
        """The people near the headline who are each marked as an author."""
        sure = set(self._sure)
        names = [people([self._text_of(element)], publishers) for element in self.near if element in sure]
        return list({fold_name(found[0]): found[0] for found in names if len(found) == 1}.values())

    def less_sure(self, publishers: Sequence[str]) -> Iterator[tuple[list[str], str]]:
        """People of marked bylines wherever they stand, the surest marks first; then those of a line of names."""
        for marked in (self._sure, self._marked):
            own = [element for element in marked[:MOST_BYLINES] if self._is_own(element)]
            yield _beside(own, publishers), "a byline away from the headline"
        for element in self._begun:
            yield _line_of_names(element, publishers), "a line of names at the head of the text"


def _beside(bylines: Sequence[HtmlElement], publishers: Sequence[str]) -> list[str]:
    """The people of the first byline that names any, and of those that stand beside it."""
    place = None
    found: dict[str, str] = {}
    for byline in bylines[:MOST_BYLINES]:
        text = _divided_text(byline)
        if len(text) >= BYLINE_LENGTH or (place is not None and byline.getparent() is not place):
            continue
        if names := people([text], publishers):
            place = byline.getparent()
            inner = [people([_divided_text(one)], publishers) for one in bylines if byline in one.iterancestors()]
            for name in names:
                shorter = [one for ones in inner for one in ones if name.startswith(one + " ")]
                found.setdefault(fold_name(name), shorter[0] if shorter else name)
    return list(found.values())


def _line_of_names(element: HtmlElement, publishers: Sequence[str]) -> list[str]:
    """The people that a paragraph names which says nothing else and is set apart in bold or italics."""
    text = visible_text(element)
    if not 5 <= len(text) < BYLINE_LENGTH or len(element) == 0 or (element.text or "").strip():
        return []
    if any(child.tag not in ("strong", "b", "em", "i") or (child.tail or "").strip() for child in element):
        return []
    names = people([text], publishers)
    return names if all(2 <= len(name.split()) <= 4 for name in names) and _is_all(names, text) else []


def _is_all(names: Sequence[str], text: str) -> bool:
    """Whether a line says nothing but these names."""
    return sum(map(len, map(fold_name, names))) + 5 * (len(names) - 1) >= len(fold_name(text))


def _divided_text(element: HtmlElement) -> str:
    """The text of a byline, with a line break where two elements touch without a space; without its buttons."""
    text = ""
    for part in _SAID(element):
        said = _SPACES.sub(" ", part)
        text += ("\n" if text and not text[-1].isspace() and not said[:1].isspace() else "") + said
    return text.strip()


def _is_author(element: HtmlElement) -> bool:
    """Whether microdata mark an element as the name of an author, or as one that holds no such mark."""
    if "author" in element.get("itemprop", "").split() or "creator" in element.get("itemprop", "").split():
        return element.tag != "meta" and element.find(".//*[@itemprop='name']") is None
    above = element.getparent()
    return element.get("itemprop") == "name" and any(
        "author" in (box.get("itemprop") or "")
        for box in (above, above.getparent() if above is not None else None)
        if box is not None
    )


def _bits(box: HtmlElement) -> int:
    bits = 0
    for names in (box.get("class"), box.get("id")):
        for name in names.split() if names else ():
            bits |= name_bits(name)
    return bits


def _node_authors(page: PageFacts) -> list[str]:
    """The names that JSON-LD gives the article's authors: those of people, or of organisations where there are none."""
    persons = [name for name, organisation in _node_signers(page) if not organisation]
    return persons or [name for name, _ in _node_signers(page)]


def _node_names(page: PageFacts) -> list[str]:
    """All names that JSON-LD gives its authors, and the organisation that is its source."""
    return [name for name, _ in _node_signers(page)] + strings(page.node.get("sourceOrganization"))


def _node_signers(page: PageFacts) -> Iterator[tuple[str, bool]]:
    """The names of the article's authors in JSON-LD, each with whether it is that of an organisation."""
    stated: Any = page.node.get("author") or page.node.get("creator") or []
    for item in stated if isinstance(stated, list) else [stated]:
        person = page.identified(item) if isinstance(item, dict) else {"name": item}
        names = strings(person.get("name"))
        if not names and person.get("familyName"):
            names = [" ".join(strings(person.get("givenName"))[:1] + strings(person["familyName"])[:1])]
        for name in names:
            if "://" not in name:
                yield name, "Organization" in str(person.get("@type"))


def _meta_authors(page: PageFacts) -> Stated:
    stated = [(name, page.metas.get(name, [])) for name in entries("meta", "author")]
    return [(name, [text for text in texts if "://" not in text]) for name, texts in stated if texts]
