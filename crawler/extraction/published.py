"""When an article was published and last modified, never when it was crawled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from htmldate import find_date
from lxml import etree
from lxml.html import HtmlElement

from crawler.extraction.choice import Candidate, Choice, Confidence
from crawler.extraction.dates import Stated, date_in_url, read_date
from crawler.extraction.facts import PageFacts
from crawler.extraction.jsonld import strings
from crawler.extraction.near import above, behind, headline_element
from crawler.extraction.rules import Rules, texts
from crawler.extraction.vocabulary import alternatives, entries

SHOWN_LENGTHS = range(8, 81)
"""Characters of a text that shows a date and hardly more."""

SHOWN_WORDS = 9

_CHANGED = re.compile(alternatives("dates", "changed"), re.IGNORECASE)

_MARKED = tuple(
    map(
        etree.XPath,
        (
            "//time[@pubdate]/@datetime",
            "//article//header//time/@datetime",
            "//article//time/@datetime",
            "//time/@datetime | //abbr[contains(@class, 'published')]/@title",
        ),
    )
)
"""Times in markup, those first that are sooner the article's: other articles' teasers have theirs too."""

Found = tuple[str, Stated]
"""A place and the date that it states."""


def publication(page: PageFacts, rules: Rules, title: str) -> Choice:
    """When the page says that its article was published, a `Stated`; the source's selector counts first.

    What says it most exactly counts: JSON-LD, then meta tags, microdata, marked times, the date that is shown by the
    headline, the address; last what htmldate finds, which is a guess and has low confidence.
    """
    for text in texts(page.tree, rules.published)[:1]:
        if date := read_date(text, rules.timezone):
            return Choice(date, "selector", "the source's selector", "high")
    stated = list(_stated(page, "datePublished", "published", rules.timezone))
    in_url = date_in_url(page.url)
    candidates = [Candidate(place, date) for place, date in stated]
    if in_url:
        candidates.append(Candidate("url", in_url))
    if stated:
        return _of_stated(stated, candidates)
    for place, date in chain(_marked_times(page.tree, rules.timezone), _shown(page, rules.timezone, title)):
        confidence: Confidence = "high" if in_url and in_url.day == date.day else "medium"
        return Choice(
            date, place, "the page states none for machines", confidence, [*candidates, Candidate(place, date)]
        )
    if in_url:
        return Choice(in_url, "url", "nothing but the address has one", "medium", candidates)
    if searched := _searched(page):
        return Choice(searched, "search", "a date in the page's text; it may be another one", "low")
    return Choice()


def modification(page: PageFacts, zone: str, published: Stated | None) -> Choice:
    """When the page says that its article was last modified; None where that is before its publication."""
    found = list(_stated(page, "dateModified", "modified", zone))
    candidates = [Candidate(place, date) for place, date in found]
    for place, date in found:
        if published is None or date.day >= published.day:
            return Choice(date, place, "the first place that states one", "high", candidates)
    return Choice(candidates=candidates)


def _of_stated(stated: list[Found], candidates: list[Candidate]) -> Choice:
    """The first date; of those of the same day rather one with a time."""
    place, date = stated[0]
    why = "the first place that states one"
    if date.precision == "day":
        for other, more in stated:
            if more.precision != "day" and more.day == date.day:
                place, date, why = other, more, f"the day of {place}, with its time"
                break
    agree = all(_days_between(date, other) <= 1 for _, other in stated)
    return Choice(date, place, why, "high" if agree else "medium", candidates)


def _days_between(one: Stated, other: Stated) -> int:
    """Days between two dates; zones make one of difference."""
    return abs((one.date - other.date).days)


def _stated(page: PageFacts, property: str, field: str, zone: str) -> Iterator[Found]:
    """What JSON-LD, meta tags and microdata state, in this order."""
    places = [("json-ld", strings(page.node.get(property)))]
    places += [(name, page.metas.get(name, [])) for name in entries("meta", field)]
    places.append(("microdata", page.itemprop(property)))
    for place, stated in places:
        for text in stated:
            if date := read_date(text, zone):
                yield place, date


def _marked_times(tree: HtmlElement, zone: str) -> Iterator[Found]:
    for marked in _MARKED:
        for text in marked(tree)[:3]:
            if date := read_date(str(text), zone):
                yield "time", date


def _shown(page: PageFacts, zone: str, title: str) -> Iterator[Found]:
    """The dates that stand by the headline; that of a change only where there is no other."""
    headline = headline_element(page.elements, title)
    if headline is None:
        return
    changed: list[Found] = []
    for element in chain(behind(headline, page.elements.text_of), above(headline)):
        text = (element.text or "").strip()
        if _may_show(text) and (date := read_date(text, zone)):
            if _CHANGED.search(text):
                changed.append(("text", date))
            else:
                yield "text", date
    yield from changed


def _may_show(text: str) -> bool:
    """Whether a text is one that shows a date, and no sentence that mentions one."""
    return len(text) in SHOWN_LENGTHS and any(map(str.isdigit, text)) and len(text.split()) <= SHOWN_WORDS


def _searched(page: PageFacts) -> Stated | None:
    """What htmldate finds in the text of the page; a day, since that is all it looks for."""
    try:
        return read_date(
            find_date(page.tree, url=page.url, original_date=True, extensive_search=False, max_date="2100-01-01")
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
