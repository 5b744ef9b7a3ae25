"""The spider that every source gets: it discovers articles and hands their pages on, and nothing else.

Feeds, sitemaps and section pages become links (`crawler.discovery`), the frontier chooses among them
(`crawler.spiders.frontier`), and each answer becomes a `Page`. Archiving happens below, in the download handler;
extraction and storage after, in the pipelines.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeVar
from urllib.parse import urljoin

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler import progress
from crawler.archive.exchange import Capture, Role, Via
from crawler.discovery.autodiscovery import page_feeds, robots_sitemaps, well_known
from crawler.discovery.feeds import parse_feed
from crawler.discovery.links import Found, Link
from crawler.discovery.pagination import archive_pages
from crawler.discovery.sections import parse_section
from crawler.discovery.sitemaps import children, sitemap_steps
from crawler.discovery.sniff import kind_of
from crawler.extensions import Archiving
from crawler.health.listings import MOST, Listing, listing_of
from crawler.items import Page
from crawler.sources.model import Source
from crawler.spiders.arguments import parse_arguments
from crawler.spiders.failures import reason_of
from crawler.spiders.frontier import Frontier, Window
from crawler.spiders.parts import ARTICLE_PRIORITY, page_in
from crawler.spiders.redirects import ArchivedBefore

LEVELS: dict[Role, int] = {"sitemap": 4, "feed": 200, "section": 1}
"""How many steps `more` is followed: indexes of indexes, pages of an archived feed (RFC 5005). A section's own
`pages` bound it instead."""

PRIORITY: dict[Role, int] = {"robots": 40, "feed": 30, "section": 20, "sitemap": 0}
"""Articles have 10 (`ARTICLE_PRIORITY`): those of feeds and sections are fetched before sitemaps are read, and those of
one sitemap before the next one, so that a site's whole history never waits in memory."""

LINKS_AT_ONCE = 500
"""Links of a listing that are looked up in the catalogue in one go."""

ANSWERS = [304, *range(400, 600)]
"""Statuses that the callback of a listing wants to see; redirects are followed before."""


T = TypeVar("T")


class NewsSpider(Spider):
    """Crawls one source; the loader makes a subclass for each source file and sets `source`."""

    source: ClassVar[Source]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(self.source.name)
        self.asked = parse_arguments(**kwargs)

    async def start(self) -> AsyncIterator[Any]:
        """Pages that an earlier run archived and did not extract, then the listings of the source."""
        archiving = self._archiving()
        if confined := self._confined():
            self.crawler.stats.set_value(progress.ASKED, confined)
        self.sitemap_window = self._sitemap_window()
        self.frontier = Frontier(self.source, self.asked.limit, archiving.known, self._count_link)
        for page in archiving.pending():
            self.crawler.stats.inc_value(progress.PENDING)
            yield page
        for page in archiving.incomplete():
            yield page
        if self.asked.urls:
            for request in self.articles_at(self.asked.urls):
                yield request
            return
        for request in self._listings():
            yield request

    def _confined(self) -> str:
        """What this crawl is confined to from the start; empty for one of all that the source has."""
        if self.settings["REPLAY"]:
            return "an archive"
        if self.asked.urls:
            return "addresses"
        return "dates" if self.asked.window.days != (None, None) else ""

    def _archiving(self) -> Archiving:
        archiving = self.crawler.get_extension(Archiving)
        if archiving is None:
            raise RuntimeError("the extension crawler.extensions.Archiving is switched off: nothing could be archived")
        return archiving

    def _count_link(self, why: str) -> None:
        self.crawler.stats.inc_value(progress.FOUND if why == "found" else f"{progress.PASSED_OVER}{why}")

    def _sitemap_window(self) -> Window:
        """The time asked for; where none was, the days that the source wants of its sitemaps.

        In an archive, which may be from long ago, all: what it does not have is not asked of anybody.
        """
        days, window = self.source.discovery.sitemap_days, self.asked.window
        if not days or window.since or window.until or self.settings["REPLAY"]:
            return window
        return Window(since=datetime.now(UTC) - timedelta(days=days))

    # discovery

    def _listings(self) -> Iterator[Request]:
        discovery = self.source.discovery
        for url in discovery.feeds:
            yield self._listing_request(url, "feed")
        for url in discovery.sections:
            yield self._listing_request(url, "section")
        for url in discovery.sitemaps:
            yield self._listing_request(url, "sitemap")
        since, until = self.asked.window.days
        if since:
            for url in archive_pages(discovery.archives, since, until or datetime.now(UTC).date()):
                yield self._listing_request(url, "section")
        if discovery.autodiscover and not (discovery.feeds or discovery.sitemaps or discovery.sections):
            yield from self._autodiscovery()

    def _listing_request(self, url: str, role: Role, found_on: str | None = None, level: int = 0) -> Request:
        return Request(
            url,
            callback=self.parse_listing,
            errback=self.listing_failed,
            cb_kwargs={"role": role, "level": level},
            meta={"via": Via(role, found_on), "conditional": True, "handle_httpstatus_list": ANSWERS},
            priority=PRIORITY[role],
        )

    async def parse_listing(self, response: Response, role: Role, level: int = 0) -> AsyncIterator[Request]:
        """The articles that a feed, a sitemap or a section page lists, and the further pages of it.

        A sitemap may list 50,000; it is read and looked through in steps, and the crawl goes on between them.
        """
        body = self._listing_body(response)
        if body is None:
            self._note(response.request, Listing(role, failed=f"HTTP {response.status}"))
            return
        if role == "sitemap":
            found = await _in_turns(sitemap_steps(body, response.url, _content_type(response)))
        else:
            found = self._read_listing(body, response, role)
        ours = await _in_turns(self._articles_of(found.links))
        self._note(response.request, listing_of(role, found, ours.__contains__))
        self.crawler.stats.inc_value(progress.DOCUMENTS)
        self._warn(response.url, found.warnings)
        window = self.sitemap_window if role == "sitemap" else self.asked.window
        for start in range(0, len(found.links), LINKS_AT_ONCE):
            for link in self.frontier.choose(found.links[start : start + LINKS_AT_ONCE], window):
                yield self._article_request(link, response.url)
            await asyncio.sleep(0)
        if self.frontier.full:
            self.crawler.stats.set_value(progress.ASKED, "a number")
        if not self.frontier.full and level < self._levels(role):
            for url in self._further(found, role):
                yield self._listing_request(url, role, response.url, level + 1)

    def _articles_of(self, links: list[Link]) -> Generator[None, None, set[str]]:
        """The addresses that the source takes for articles, in steps."""
        ours: set[str] = set()
        for start in range(0, len(links), LINKS_AT_ONCE):
            urls = (link.url for link in links[start : start + LINKS_AT_ONCE])
            ours.update(url for url in urls if self.source.is_article(url))
            yield
        return ours

    def _levels(self, role: Role) -> int:
        return self.source.discovery.pages - 1 if role == "section" else LEVELS[role]

    def _further(self, found: Found, role: Role) -> list[str]:
        """The documents behind this one, as far as they can hold articles of the time asked for."""
        if role == "sitemap":
            return children(found, *self.sitemap_window.days)
        if role == "feed" and not (self.asked.window.since and any(map(self.asked.window.holds, found.links))):
            return []
        return found.more

    def _listing_body(self, response: Response) -> bytes | None:
        """The body of a listing, from the archive where the server says that it did not change."""
        if response.status == 304:
            unchanged: Capture | None = response.meta.get("unchanged")
            page = self._archiving().page(unchanged) if unchanged else None
            return page.body if page else None
        if response.status == 200:
            return response.body
        self._warn(response.url, [f"answered {response.status}; nothing could be read from it"])
        return None

    def _read_listing(self, body: bytes, response: Response, role: Role) -> Found:
        content_type = _content_type(response)
        if role == "feed":
            return parse_feed(body, response.url, content_type)
        articles = self.source.articles
        return parse_section(
            body,
            response.url,
            content_type,
            include=articles.include,
            exclude=articles.exclude,
            hosts=self.source.hosts,
            next_page=self.source.discovery.next_page,
        )

    def listing_failed(self, failure: Failure) -> None:
        """Warn of a listing that could not be fetched; the others go on."""
        request: Request = failure.request  # type: ignore[attr-defined]
        role = request.cb_kwargs.get("role", "robots")
        self._note(request, Listing(role, failed=reason_of(failure)))
        self._warn(request.url, [f"not fetched: {reason_of(failure)}"])

    def _note(self, request: Request | None, listing: Listing) -> None:
        """Keep what a listing of the source held, under the address that it was asked for by."""
        noted: dict[str, Any] = self.crawler.stats.get_value(progress.LISTINGS, {})
        if request is None or request.cb_kwargs.get("level") or len(noted) >= MOST:
            return
        noted[request.meta.get("redirect_urls", [request.url])[0]] = listing.as_json()
        self.crawler.stats.set_value(progress.LISTINGS, noted)

    def _warn(self, url: str, warnings: list[str]) -> None:
        for warning in warnings:
            self.crawler.stats.inc_value(progress.WARNINGS)
            self.logger.warning("%s: %s", url, warning)

    def _autodiscovery(self) -> Iterator[Request]:
        """What a source without listings starts from: its homepage and its robots.txt."""
        homepage = self.source.homepage
        yield self._listing_request(homepage, "section").replace(callback=self.parse_homepage)
        robots = Request(
            urljoin(homepage, "/robots.txt"),
            callback=self.parse_robots,
            errback=self.listing_failed,
            meta={"via": Via("robots", homepage), "handle_httpstatus_list": ANSWERS},
            priority=PRIORITY["robots"],
        )
        yield robots

    async def parse_homepage(self, response: Response, role: Role, level: int = 0) -> AsyncIterator[Request]:
        """The feeds that a homepage names, and the articles that it links to."""
        body = self._listing_body(response)
        feeds = page_feeds(body, response.url, _content_type(response)) if body else []
        for feed in feeds:
            yield self._listing_request(feed.url, "feed", response.url)
        for url in () if feeds else well_known(response.url)[0]:
            yield self._probe(url, response.url)
        async for request in self.parse_listing(response, role, level):
            yield request

    def parse_robots(self, response: Response) -> Iterator[Request]:
        """The sitemaps that a robots.txt names, or those at the usual addresses."""
        found = robots_sitemaps(response.body, response.url, _content_type(response)) if response.status == 200 else []
        for url in found:
            yield self._listing_request(url, "sitemap", response.url)
        for url in () if found else well_known(self.source.homepage)[1]:
            yield self._probe(url, response.url)

    def _probe(self, url: str, found_on: str) -> Request:
        """A request for an address where many sites have a feed or a sitemap; that it is not there is no news."""
        request = self._listing_request(url, "feed", found_on, level=LEVELS["feed"])
        return request.replace(callback=self.parse_probe, errback=None)

    async def parse_probe(self, response: Response, role: Role, level: int = 0) -> AsyncIterator[Request]:
        """What stands at a well-known address, if it is a feed or a sitemap by its content."""
        body = self._listing_body(response) if response.status in (200, 304) else None
        kind = kind_of(body, _content_type(response)) if body else None
        if kind == "feed" or kind == "sitemap":
            async for request in self.parse_listing(response, kind, level):
                yield request

    # articles

    def articles_at(self, urls: Iterable[str], found_on: str | None = None) -> Iterator[Request]:
        """Requests for articles by their addresses, whatever is known of them; each once a run."""
        for link in self.frontier.demand(urls):
            yield self._article_request(link, found_on)

    def _article_request(self, link: Link, found_on: str | None) -> Request:
        return Request(
            link.url,
            callback=self.parse,
            errback=self.article_failed,
            meta={"via": Via("article", found_on, link.modified)},
            priority=ARTICLE_PRIORITY,
        )

    def parse(self, response: Response) -> Iterator[Page]:
        """The page of an article, for the pipelines; nothing where its exchange is not in the archive."""
        page = page_in(response, self._archiving())
        if page is None:
            self.logger.warning("%s: fetched, but not archived, and so not kept", response.url)
            return
        yield page

    def parse_requisite(self, response: Response) -> None:
        """Nothing to do: what a page needs is in the archive once it was fetched."""
        self.crawler.stats.inc_value(progress.REQUISITES)

    def requisite_failed(self, failure: Failure) -> None:
        """Count what a page needs and could not be fetched; the page itself is archived."""
        self.crawler.stats.inc_value(progress.REQUISITES_FAILED)
        self.logger.debug("%s: %s", failure.request.url, reason_of(failure))  # type: ignore[attr-defined]

    def article_failed(self, failure: Failure) -> None:
        """Count an article that could not be fetched, by its reason; a later crawl asks for it again."""
        if isinstance(failure.value, ArchivedBefore):
            return
        reason, url = reason_of(failure), failure.request.url  # type: ignore[attr-defined]
        stats = self.crawler.stats
        stats.inc_value(f"{progress.FAILED}{reason}")
        stats.set_value(f"{progress.EXAMPLES}{reason}", stats.get_value(f"{progress.EXAMPLES}{reason}", url))
        self.logger.info("%s: %s", url, reason)


async def _in_turns(steps: Generator[None, None, T]) -> T:
    """What `steps` come to; between two of them the event loop goes round."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        await asyncio.sleep(0)


def _content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")
