"""A Scrapy spider that runs an errand: it asks a site some questions, politely and into the archive, and keeps nothing.

What it asks goes through the same handler and middlewares as a crawl: robots.txt is kept to, each exchange is archived,
addresses that are not public are refused. No page becomes an article by it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, ClassVar

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro

from crawler.archive.exchange import Role, Via
from crawler.errors import CaptureError, FetchRefused
from crawler.middlewares import RobotsRefused
from crawler.progress import ASKED
from crawler.prospect.answers import Answer, Fetch, Trouble
from crawler.sources.model import Source
from crawler.spiders.failures import reason_for
from crawler.spiders.politeness import apply_politeness

MOST_REQUESTS = 60
"""Requests that an errand makes at most, redirects and robots.txt not counted."""

SETTINGS = {"ITEM_PIPELINES": {}, "SPIDER_MIDDLEWARES": {}, "PROGRESS": "off", "RETRY_TIMES": 1}
"""What an errand has otherwise than a crawl."""

Errand = Callable[[Fetch], Awaitable[None]]


def errand_spider(source: Source, errand: Errand, reason: str, most: int = MOST_REQUESTS) -> type[Spider]:
    """A spider class that runs `errand` once, as politely as `source` asks, and then closes with `reason`.

    The reason tells runs that only looked from those that crawled.
    """

    members = {"name": source.name, "source": source, "errand": staticmethod(errand), "reason": reason, "most": most}
    return type("ErrandSpider", (_ErrandSpider,), members | {"custom_settings": SETTINGS})


class _ErrandSpider(Spider):
    """Runs `errand`, and closes with `reason`."""

    source: ClassVar[Source]
    errand: ClassVar[staticmethod[[Fetch], Awaitable[None]]]
    reason: ClassVar[str]
    most: ClassVar[int]

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        apply_politeness(cls.source, settings)
        super().update_settings(settings)

    async def start(self) -> AsyncIterator[Any]:
        """Run the errand; nothing comes of it for the pipelines, nor for the source's health."""
        self.crawler.stats.set_value(ASKED, self.reason)
        try:
            await self.errand(SiteFetcher(self.crawler, self.most).fetch)
        finally:
            engine = self.crawler.engine
            assert engine is not None
            deferred_from_coro(engine.close_spider_async(reason=self.reason))
        for nothing in list[Any]():
            yield nothing


class SiteFetcher:
    """Fetches from the site through the downloader of a running crawl, a bounded number of times."""

    def __init__(self, crawler: Crawler, most: int) -> None:
        self._crawler = crawler
        self._left = most
        self._robots: dict[str, Answer] = {}
        crawler.signals.connect(self._received, signal=signals.response_received)

    async def fetch(self, url: str, role: Role) -> Answer:
        """What the site answers for `url`. Raises CaptureError where it could not be archived, and nothing else."""
        if role == "robots" and url in self._robots:
            return self._robots[url]
        if not self._left:
            return Answer(url, url, trouble="enough")
        self._left -= 1
        assert self._crawler.engine is not None
        try:
            request = Request(url, meta={"via": Via(role)}, callback=NO_CALLBACK, dont_filter=True)
            return _answer(url, await self._crawler.engine.download_async(request))
        except CaptureError:
            raise
        except Exception as error:  # noqa: BLE001 (whatever a server or a network does is an answer)
            return Answer(url, url, trouble=_trouble(error), detail=_detail(error))

    def _received(self, response: Response, request: Request) -> None:
        """Keep the robots.txt that was fetched before the first page: it names the sitemaps."""
        via = request.meta.get("via")
        if via is not None and via.role == "robots":
            self._robots[response.url] = _answer(request.url, response)


def _answer(asked: str, response: Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in response.headers.getlist(name))
        for name in response.headers
    }
    return Answer(asked, response.url, response.status, headers.get("content-type", ""), response.body, headers)


def _trouble(error: Exception) -> Trouble:
    """Why there is no answer. A robots.txt that no server answers for is no word of the site's: nobody is there."""
    if isinstance(error, RobotsRefused):
        unread = re.search(r"could not be read \((.*)\)", str(error))
        if unread is None:
            return "robots"
        return "robots-unreachable" if "status" in unread[1] else _absence(unread[1])
    if isinstance(error, FetchRefused):
        return "private"
    if isinstance(error, IgnoreRequest):
        return "failed"
    return "no-host" if isinstance(error, CannotResolveHostError) else _absence(str(error))


def _absence(words: str) -> Trouble:
    return "no-host" if "DNS lookup failed" in words else "no-answer"


def _detail(error: Exception) -> str:
    """What went wrong, in a line for people."""
    words = str(error).splitlines()
    return words[0].rstrip(".") if words and words[0] else reason_for(error)
