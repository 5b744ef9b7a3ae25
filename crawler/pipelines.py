"""Scrapy item pipelines: a page becomes an article, an article becomes two files and a row of the catalogue."""

from __future__ import annotations

import logging
import os
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawler import progress
from crawler.articles import article_of, work
from crawler.errors import ExtractionError
from crawler.extensions import Archiving
from crawler.extraction.workers import ExtractionPool
from crawler.items import Article, Page
from crawler.storage import texts

MOST_WORKERS = 4
"""Processes that EXTRACTION_WORKERS = 0 stands for at most; one keeps up with a polite crawl of many hosts."""

logger = logging.getLogger(__name__)


class ExtractionPipeline:
    """Turns a `Page` into an `Article` in worker processes, or drops it with the reason why it is none."""

    def __init__(self, pool: ExtractionPool, archiving: Archiving, crawler: Crawler) -> None:
        self._pool = pool
        self._archiving = archiving
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
        source = self._archiving.source
        try:
            extracted = await self._pool.extract(*work(source, item))
        except ExtractionError as error:
            self._stats.inc_value(f"{progress.FAILED}extraction")
            logger.warning("%s: archived, but not extracted: %s", item.url, error)
            raise DropItem(str(error)) from error
        result = article_of(source, item, extracted)
        if isinstance(result, Article):
            return result
        self._archiving.reject(item.capture, result.reason)
        self._stats.inc_value(f"{progress.SKIPPED}{result.reason}")
        raise DropItem(result.reason)

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
