"""Scrapy item pipelines: a page becomes an article, an article becomes two files and a row of the catalogue."""

from __future__ import annotations

import logging
import os
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawler import progress
from crawler.articles import Rejected
from crawler.errors import ExtractionError
from crawler.extensions import Archiving
from crawler.extraction.workers import ExtractionPool
from crawler.items import Article, Page
from crawler.parts import Made, lack, make_article
from crawler.spiders.parts import PartFinder
from crawler.storage import texts
from crawler.storage.parts import USED

MOST_WORKERS = 4
"""Processes that EXTRACTION_WORKERS = 0 stands for at most; one keeps up with a polite crawl of many hosts."""

logger = logging.getLogger(__name__)


class ExtractionPipeline:
    """Turns a `Page` into an `Article` in worker processes, or drops it with the reason why it is none."""

    def __init__(self, pool: ExtractionPool, archiving: Archiving, crawler: Crawler) -> None:
        self._pool = pool
        self._archiving = archiving
        self._finder = PartFinder(archiving, crawler)
        self._crawler = crawler
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """NotConfigured without an archive: what is not archived is not kept as text."""
        archiving = crawler.get_extension(Archiving)
        if archiving is None:
            raise NotConfigured
        settings = crawler.settings
        workers = settings.getint("EXTRACTION_WORKERS") or min(os.cpu_count() or 1, MOST_WORKERS)
        pool = ExtractionPool(workers, settings.getfloat("EXTRACTION_TIMEOUT"))
        return cls(pool, archiving, crawler)

    async def process_item(self, item: Any) -> Any:
        """The article of the page; raises DropItem where there is none, and lets other items pass."""
        if not isinstance(item, Page):
            return item
        made = await self._make(item)
        if made.leads_to and (first := self._archiving.last_page(made.leads_to)):
            made = await self._make(first)  # what came late may be what its article lacked
        elif made.leads_to:
            spider: Any = self._crawler.spider
            for request in spider.articles_at([made.leads_to], item.url):
                self._crawler.engine.crawl(request)
        if isinstance(made.result, Rejected):
            raise DropItem(made.result.reason)
        return made.result

    async def _make(self, page: Page) -> Made:
        """What the page and those that belong to it come to; raises DropItem where it cannot be said."""
        try:
            made = await make_article(self._archiving.source, page, self._pool.extract, self._finder.find)
        except ExtractionError as error:
            self._stats.inc_value(f"{progress.FAILED}extraction")
            logger.warning("%s: archived, but not extracted: %s", page.url, error)
            raise DropItem(str(error)) from error
        for capture in made.fetched_for_it:
            self._archiving.settle(capture, USED)
        if made.awaits:
            self._archiving.awaiting.add(page.capture.record_id)
        else:
            self._archiving.awaiting.discard(page.capture.record_id)
        if isinstance(made.result, Rejected):
            self._stats.inc_value(f"{progress.SKIPPED}{made.result.reason}")
            self._archiving.settle(page.capture, made.outcome)
        elif (parts := made.result.parts) and parts.held < parts.expected:
            self._stats.inc_value(progress.INCOMPLETE)
            logger.warning("%s: %s", page.url, lack(parts))
        return made

    async def close_spider(self) -> None:
        """Stop the worker processes."""
        await self._pool.close()


class StoragePipeline:
    """Writes an article's text and sidecar and enters it in the catalogue; hands it on to Scrapy's feed exports."""

    def __init__(self, archiving: Archiving, crawler: Crawler) -> None:
        self._archiving = archiving
        self._stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """NotConfigured without an archive."""
        archiving = crawler.get_extension(Archiving)
        if archiving is None:
            raise NotConfigured
        return cls(archiving, crawler)

    async def process_item(self, item: Any) -> Any:
        """The article with its path set; other items pass."""
        if not isinstance(item, Article):
            return item
        article = texts.place(item, self._archiving.archives)
        if texts.is_new(article, self._archiving.archives):
            self._archiving.keep_text(article)  # before the file: what the WARC lacks would not be missed later
        try:
            new = texts.store(article, self._archiving.archives)
        except OSError as error:
            self._stats.inc_value(f"{progress.FAILED}storage")
            logger.error(
                "%s: archived, but the text could not be written to %s: %s. The next crawl or `scrapy archive rebuild` "
                "makes it from the archive.", article.url, article.path, error.strerror,
            )  # fmt: skip
            raise DropItem(f"text not written: {error.strerror}") from error
        self._archiving.enter(article)
        self._stats.inc_value(progress.KEPT if new else progress.UNCHANGED)
        return article
