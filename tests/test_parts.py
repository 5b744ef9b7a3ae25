"""An article out of its pages, whatever finds them: what is taken, what is left out, what is asked for again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawler.archive.exchange import Capture, Via
from crawler.articles import Rejected
from crawler.errors import ExtractionError
from crawler.extraction.extract import extract
from crawler.items import Article, Page
from crawler.parts import Found, Made, lack, make_article
from crawler.sources.model import Source
from tests.crawl.serial import STORY, page, page_address, part, sentence, whole

SITE = "http://e.org"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def source(**more: Any) -> Source:
    stated = {"name": "serial", "title": "Serial", "homepage": f"{SITE}/", "language": "en", **more}
    return Source.model_validate(stated)


def served(path: str, html: str, headers: list[tuple[str, str]] | None = None) -> Page:
    record = f"<urn:{path}>"
    capture = Capture(record, "response", SITE + path, NOON, "a.warc.gz", 0, 1, 200, "text/html", "sha1:A", 1, Via())
    return Page("serial", SITE + path, html.encode(), "text/html; charset=utf-8", headers or [], capture)


class Pages:
    """A site's pages as a finder of them gives them; `open` are those that should be asked for again."""

    def __init__(self, *pages: Page, open: tuple[str, ...] = ()) -> None:
        self._pages = {page.url: page for page in pages}
        self._open = {SITE + path for path in open}
        self.asked: list[str] = []

    async def find(self, url: str, first: Page) -> Found:
        self.asked.append(url.removeprefix(SITE))
        return Found(self._pages.get(url), url not in self._open)


def made(first: Page, pages: Pages, of: Source | None = None) -> Made:
    async def in_process(*arguments: Any) -> dict[str, Any]:
        return extract(*arguments)

    return asyncio.run(make_article(of or source(), first, in_process, pages.find))


def article(made: Made) -> Article:
    assert isinstance(made.result, Article), made.result
    return made.result


def story(pages: int) -> list[Page]:
    return [served(page_address(number), part(number, pages)) for number in range(1, pages + 1)]


def test_the_article_is_that_of_the_first_page_with_the_text_of_all() -> None:
    first, *others = story(3)
    found = made(first, Pages(*others))
    assert article(found).text == whole(3)
    assert (article(found).url, article(found).record_id) == (first.url, first.capture.record_id)
    assert [capture.url for capture in found.used] == [page.url for page in others]
    assert (found.outcome, found.awaits) == ("article", None)


def test_a_page_that_was_listed_keeps_its_own_outcome() -> None:
    """It is no article because it is a further page, whichever came first."""
    first, second, third = story(3)
    third.capture = replace(third.capture, via=Via("part", first.url))
    found = made(first, Pages(second, third))
    assert found.used == [second.capture, third.capture]
    assert found.fetched_for_it == [third.capture]


def test_an_older_page_stands_in_for_one_that_should_be_asked_for_again() -> None:
    first, second = story(2)
    found = made(first, Pages(second, open=(page_address(2),)))
    assert article(found).text == whole(2)
    assert (found.outcome, found.awaits) == ("incomplete", second.url)


def test_nothing_behind_a_missing_page_is_taken_or_asked_for() -> None:
    first, _, third, fourth = story(4)
    pages = Pages(third, fourth, open=(page_address(2),))
    found = made(first, pages)
    assert article(found).text == whole(1)
    assert pages.asked == [page_address(2)]
    assert found.outcome == "incomplete"
    assert article(found).parts is not None
    assert "page 2 of 2 is not there" in lack(article(found).parts)  # type: ignore[arg-type]


def test_a_page_that_stands_in_for_a_further_one_is_not_taken_for_it() -> None:
    """A front page, an error with status 200, a wall."""
    other = served(page_address(2), page(sentence(8), sentence(9), title="All the news of today"))
    found = made(story(2)[0], Pages(other))
    assert article(found).text == whole(1)
    parts = article(found).parts
    assert parts is not None
    assert (parts.expected, parts.held, parts.missing) == (2, 1, other.url)


def test_a_further_page_may_be_too_short_for_an_article() -> None:
    first, second = story(2)
    end = "At nine the keeper closed the gate, and that was all for the evening."
    second.body = page(end, head=f'<link rel="canonical" href="{STORY}">').encode()
    assert article(made(first, Pages(second))).text == f"{whole(1)}\n{end}\n"


def test_a_further_page_that_reserves_its_rights_is_left_out_where_the_source_obeys() -> None:
    first, second = story(2)
    second.headers = [("X-Robots-Tag", "noai")]
    assert article(made(first, Pages(second))).text == whole(2)
    obeying = source(politeness={"obey_rights": ["noai"]})
    assert article(made(first, Pages(second), obeying)).text == whole(1)


def test_a_page_that_cannot_be_extracted_leaves_the_article_to_be_made_later() -> None:
    first, second = story(2)

    async def crash(body: bytes, content_type: str, url: str, *rest: Any) -> dict[str, Any]:
        if url == second.url:
            raise ExtractionError("crashed")
        return extract(body, content_type, url, *rest)

    with pytest.raises(ExtractionError):
        asyncio.run(make_article(source(), first, crash, Pages(second).find))


def test_a_further_page_whose_article_the_source_does_not_want_stays_one() -> None:
    """It would be lost otherwise."""
    second = story(2)[1]
    assert made(second, Pages()).leads_to == SITE + STORY
    only = source(articles={"include": [r"\?page="]})
    assert isinstance(made(second, Pages(), only).result, Article)


def test_a_single_page_that_holds_less_than_the_first_is_not_taken() -> None:
    first, second = story(2)
    first.body = first.body.replace(b"<nav>", b'<nav><a href="?page=all">Single page</a> ')
    single = served(f"{STORY}?page=all", page(sentence(9), head=f'<link rel="canonical" href="{STORY}">'))
    assert article(made(first, Pages(second, single))).text == whole(2)


@pytest.mark.parametrize("host", ["http://amp.e.org", "http://other.org"])
def test_a_twin_is_looked_for_at_the_publishers_alone(host: str) -> None:
    empty = f'<html><head><title>T</title><link rel="amphtml" href="{host}/x"></head><body></body></html>'
    twin = served("/x", page(sentence(1), sentence(2), head=f'<link rel="canonical" href="{SITE}{STORY}">'))
    twin.body, twin.url = twin.body.replace(b"<html", b"<html amp"), f"{host}/x"
    pages = Pages(twin)
    found = made(served(STORY, empty), pages)
    if host == "http://amp.e.org":
        assert article(found).text == whole(1)
        assert article(found).url == SITE + STORY
    else:
        assert isinstance(found.result, Rejected)
        assert pages.asked == []


def test_a_twin_of_another_article_is_not_taken() -> None:
    empty = '<html><head><title>T</title><link rel="amphtml" href="/x"></head><body></body></html>'
    twin = served("/x", page(sentence(1), sentence(2), head='<link rel="canonical" href="/2026/other">'))
    twin.body = twin.body.replace(b"<html", b"<html amp")
    found = made(served(STORY, empty), Pages(twin))
    assert isinstance(found.result, Rejected)
    assert found.outcome == "empty-shell"


def test_a_twin_that_may_come_later_is_asked_for_again() -> None:
    empty = '<html><head><title>T</title><link rel="amphtml" href="/x"></head><body></body></html>'
    found = made(served(STORY, empty), Pages(open=("/x",)))
    assert (found.outcome, found.awaits) == ("incomplete", f"{SITE}/x")
