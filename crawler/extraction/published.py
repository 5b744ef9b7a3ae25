"""When an article was published and last modified, never when it was crawled."""

from __future__ import annotations

from htmldate import find_date
from lxml.html import HtmlElement

from crawler.extraction.dates import Stated, date_in_url, read_date
from crawler.extraction.facts import PageFacts
from crawler.extraction.jsonld import strings
from crawler.extraction.rules import Rules, texts


def publication(page: PageFacts, rules: Rules) -> Stated | None:
    """When the page says that its article was published; the source's selector counts first."""
    for stated in texts(page.tree, rules.published)[:1]:
        if date := read_date(stated, rules.timezone):
            return date
    return _published(page, rules.timezone)


def _published(page: PageFacts, zone: str) -> Stated | None:
    """Publication by what says it most exactly: JSON-LD, then meta tags, microdata, marked times, the address."""
    stated = [
        *strings(page.node.get("datePublished")),
        *page.meta("published"),
        *page.itemprop("datePublished"),
    ]
    dates = [date for date in (read_date(text, zone) for text in stated) if date]
    dates = dates or [date for date in (read_date(text, zone) for text in _marked_times(page.tree)) if date]
    in_url = date_in_url(page.url)
    if not dates:
        return in_url or _searched(page)
    if dates[0].precision == "day":
        return next((date for date in dates if date.precision != "day" and date.day == dates[0].day), dates[0])
    return dates[0]


def _searched(page: PageFacts) -> Stated | None:
    """What htmldate finds in the text of the page; a day, since that is all it looks for."""
    try:
        return read_date(
            find_date(page.tree, url=page.url, original_date=True, extensive_search=False, max_date="2100-01-01")
        )
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None


def _marked_times(tree: HtmlElement) -> list[str]:
    times = tree.xpath(
        "//time[@pubdate]/@datetime | //header//time/@datetime | //article//time/@datetime | //time/@datetime"
        " | //abbr[contains(@class, 'published')]/@title"
    )
    return [str(time) for time in times[:3]]


def modification(page: PageFacts, zone: str, published: Stated | None) -> Stated | None:
    """When the page says that its article was last modified; None where that is before its publication."""
    stated = [*strings(page.node.get("dateModified")), *page.meta("modified"), *page.itemprop("dateModified")]
    for date in (read_date(text, zone) for text in stated):
        if date and (published is None or date.day >= published.day):
            return date
    return None
