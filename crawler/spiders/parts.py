"""Finds the further pages of an article for a running crawl: in the archive, else at the site."""

from __future__ import annotations

import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Response

from crawler import progress
from crawler.archive.exchange import Capture, Via
from crawler.errors import CaptureError
from crawler.extensions import Archiving
from crawler.items import Page
from crawler.parts import Found
from crawler.spiders.failures import reason_for

ARTICLE_PRIORITY = 10
OK = 200

PART_FETCHED = object()
"""A signal: a further page was fetched. Handlers get it as `page`."""

logger = logging.getLogger(__name__)


class PartFinder:
    """Finds further pages for `crawler.parts.make_article`.

    They go through the downloader and its middlewares (robots, delays, retries, the archive), and past the scheduler:
    the first page waits for them in the pipeline, and requests are only taken from the scheduler while there is room
    there.
    """

    def __init__(self, archiving: Archiving, crawler: Crawler) -> None:
        self._archiving = archiving
        self._crawler = crawler

    async def find(self, url: str, first: Page) -> Found:
        """The page at `url` that goes with `first`; raises DropItem where the crawl is closing: the next goes on."""
        page, archived = self._archiving.part(url, first)
        if page and (archived.within or page.capture.date >= self._archiving.started):
            return Found(page)
        if not archived.settled:
            fetched = await self._fetch(url, first)
            if fetched is not None:
                return Found(fetched)
            _, archived = self._archiving.part(url, first)
        return Found(page, archived.settled)

    async def _fetch(self, url: str, first: Page) -> Page | None:
        """The page as the site gives it now; None where it gives none, which is logged and counted."""
        if self._is_closing():
            raise DropItem(f"the crawl is closing; {url} is fetched by the next one")
        request = Request(url, priority=ARTICLE_PRIORITY, meta={"via": Via("part", first.url)})
        try:
            response = await self._crawler.engine.download_async(request)
        except CaptureError as error:
            raise DropItem(str(error)) from error
        except Exception as error:  # noqa: BLE001 (whatever a server or a network does, the other pages are there)
            self._lack(url, reason_for(error))
            return None
        page = page_in(response, self._archiving)
        if response.status != OK or page is None:
            self._lack(url, f"HTTP {response.status}")
            return None
        self._crawler.stats.inc_value(progress.PARTS)
        self._crawler.signals.send_catch_log(PART_FETCHED, page=page)
        return page

    def _lack(self, url: str, reason: str) -> None:
        logger.warning("%s: a further page of an article, not fetched: %s", url, reason)

    def _is_closing(self) -> bool:
        """A closing crawl finishes what is at the downloader, and waits for the pipelines; it must get no more."""
        slot = self._crawler.engine._slot
        return slot is None or slot.closing is not None


def page_in(response: Response, archiving: Archiving) -> Page | None:
    """The page of a response; None where its exchange is not in the archive."""
    capture: Capture | None = response.meta.get("capture")
    if capture is None:
        return None
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name in response.headers
        for value in response.headers.getlist(name)
    ]
    template = archiving.template_for(capture, response.meta.get("payload_path"))
    kind = (response.headers.get("Content-Type") or b"").decode("latin-1")
    return Page(archiving.source.name, response.url, response.body, kind, headers, capture, template)
