"""Downloader middlewares that follow no redirect to an article that is archived already, and none in a circle."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import urldefrag, urljoin

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from w3lib.url import safe_url_string

from crawler.archive.exchange import Via
from crawler.discovery.links import Link
from crawler.errors import FetchError


class ArchivedBefore(IgnoreRequest):
    """The target of a redirect is in the archive: with the redirect archived too, nothing is missing."""


class RedirectLoop(FetchError, IgnoreRequest):
    """A redirect to where it came from."""

    reason = "redirected in a circle"


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


class RedirectLoopsMiddleware:
    """Ends a redirect to an address that led to it: no cookies are sent, and so the answer would be the same again.

    Scrapy would ask 20 times for a listing. An article it would drop as asked for before, and nobody would hear of it.
    """

    async def process_response(self, request: Request, response: Response) -> Response:
        """The response, or RedirectLoop in its place."""
        location = response.headers.get("Location")
        if response.status // 100 != 3 or location is None or request.meta.get("dont_redirect"):
            return response
        try:
            target = urldefrag(urljoin(request.url, safe_url_string(location))).url
        except ValueError:
            return response
        if target in {urldefrag(url).url for url in (request.url, *request.meta.get("redirect_urls", ()))}:
            raise RedirectLoop(f"{request.url} redirects to {target}, which led there.")
        return response
