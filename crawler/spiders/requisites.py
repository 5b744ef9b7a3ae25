"""A spider middleware that has the crawl also capture what its pages need to look as they did."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from crawler.archive.exchange import Role, Via
from crawler.discovery.requisites import Requisite, page_requisites, style_requisites
from crawler.extensions import Archiving
from crawler.extraction.decode import decode_page
from crawler.items import Page
from crawler.sources.model import Source
from crawler.spiders.parts import PART_FETCHED

REQUISITE_DAYS = 7
"""A style sheet or image is asked for again, conditionally, when its last capture is this old."""

REQUISITE_PRIORITY = -20

OK = 200


class RequisitesMiddleware:
    """Asks for the images, styles, fonts and scripts of articles and section pages.

    For the kinds that the source's `[archive]` asks for, at a lower priority than all pages, and through the same
    politeness, robots rules and deduplication. What was captured within `REQUISITE_DAYS` is not asked for again.
    """

    def __init__(self, source: Source, crawler: Crawler) -> None:
        wanted = source.archive
        self._kinds = {
            kind
            for kind, is_wanted in (
                ("image", wanted.images),
                ("style", wanted.styles),
                ("font", wanted.fonts),
                ("script", wanted.scripts),
            )
            if is_wanted
        }
        self._source = source
        self._crawler = crawler
        self._asked: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """NotConfigured where the source wants none."""
        source = getattr(crawler.spidercls, "source", None)
        middleware = cls(source, crawler) if source is not None else None
        if middleware is None or not middleware._kinds:
            raise NotConfigured
        crawler.signals.connect(middleware.part_fetched, signal=PART_FETCHED)
        return middleware

    async def process_spider_output(self, response: Response, result: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """What the spider made of a page, then requests for what the page needs."""
        async for made in result:
            yield made
        via = response.meta.get("via")
        if response.status == OK and via is not None:
            kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
            for request in self._requests(_requisites(via.role, response.body, kind, response.url), response.url):
                yield request

    def part_fetched(self, page: Page) -> None:
        """Ask for what a further page of an article needs, which comes by no way through the spider."""
        found = _requisites("part", page.body, page.content_type, page.url)
        for request in self._requests(found, page.url):
            self._crawler.engine.crawl(request)

    async def process_start(self, start: AsyncIterator[Any]) -> AsyncIterator[Any]:
        """What the spider starts with, then what pages need whose run was cut before it had asked for it."""
        async for made in start:
            yield made
        archiving = self._crawler.get_extension(Archiving)
        for page in archiving.left_behind() if archiving else ():
            found = _requisites(page.capture.via.role, page.body, page.content_type, page.url)
            for request in self._requests(found, page.url):
                yield request
            await asyncio.sleep(0)  # thousands of pages may need nothing: let the crawl go on between them

    def _requests(self, found: list[Requisite], found_on: str) -> list[Request]:
        wanted = [
            requisite
            for requisite in found
            if requisite.kind in self._kinds and requisite.url not in self._asked and self._is_in_scope(requisite.url)
        ]
        self._asked.update(requisite.url for requisite in wanted)
        archiving = self._crawler.get_extension(Archiving)
        fresh = archiving.fresh_requisites([one.url for one in wanted], REQUISITE_DAYS) if archiving else set()
        return [self._request(requisite, found_on) for requisite in wanted if requisite.url not in fresh]

    def _is_in_scope(self, url: str) -> bool:
        return self._source.archive.other_hosts or self._source.has_host(urlsplit(url).hostname or "")

    def _request(self, requisite: Requisite, found_on: str) -> Request:
        spider: Any = self._crawler.spider
        return Request(
            requisite.url,
            callback=spider.parse_requisite,
            errback=spider.requisite_failed,
            priority=REQUISITE_PRIORITY,
            meta={
                "via": Via("requisite", found_on),
                "download_maxsize": int(self._source.archive.requisite_max_size * 1024 * 1024),
                "conditional": True,
                "handle_httpstatus_list": [304, *range(400, 600)],
            },
        )


def _requisites(role: Role, body: bytes, content_type: str, url: str) -> list[Requisite]:
    """What a page or a style sheet names that was fetched in this role; nothing of what has others."""
    if role == "requisite":
        return style_requisites(decode_page(body, content_type).text, url) if "css" in content_type.lower() else []
    if role in ("article", "part", "section"):
        return page_requisites(decode_page(body, content_type).text, url)
    return []
