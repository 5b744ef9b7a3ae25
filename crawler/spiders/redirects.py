"""A downloader middleware that follows no redirect to an article that is archived already."""

from __future__ import annotations

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from crawler.archive.exchange import Via
from crawler.discovery.links import Link


class ArchivedBefore(IgnoreRequest):
    """The target of a redirect is in the archive: with the redirect archived too, nothing is missing."""


class RedirectsMiddleware:
    """Stops where a redirect leads to an article that an earlier crawl, or this one, has archived.

    Which of two addresses of an article is asked for first is chance, and after a crawl that was killed the redirect
    may come last. What a person asked for by its address is fetched whatever is known of it.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wire it in; the spider's frontier is looked up when the first redirect comes."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let the request pass, or raise ArchivedBefore."""
        via: Via | None = request.meta.get("via")
        if not request.meta.get("redirect_times") or via is None or via.role != "article" or via.found_on is None:
            return
        spider: Any = self._crawler.spider
        if not spider.frontier.is_due(Link(request.url, modified=via.modified)):
            raise ArchivedBefore(f"{request.url} is archived; it was not fetched again for the redirect to it.")
