"""Scrapy extensions for the person at the keyboard: how the crawl goes, and what is wrong with its source."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from crawler.archive.layout import catalogue_path
from crawler.errors import ArchiveError
from crawler.health.facts import read_histories
from crawler.health.judge import judge
from crawler.health.report import sentence
from crawler.progress import ASKED, Display, display_for
from crawler.sources.model import Source

logger = logging.getLogger(__name__)


class Progress:
    """Shows how the crawl goes, and at its end what happened and where to look."""

    def __init__(self, crawler: Crawler, display: Display) -> None:
        self._crawler = crawler
        self._display = display
        self._reason = "crashed"
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """A live display on a terminal, plain lines elsewhere, nothing with PROGRESS=off or without a source."""
        mode = crawler.settings["PROGRESS"]
        source = getattr(crawler.spidercls, "source", None)
        if mode == "off" or source is None:
            raise NotConfigured
        progress = cls(crawler, display_for(mode, source, Path(crawler.settings["ARCHIVES_DIR"])))
        crawler.signals.connect(progress._opened, signal=signals.spider_opened)
        crawler.signals.connect(progress._closed, signal=signals.spider_closed)
        crawler.signals.connect(progress._stopped, signal=signals.engine_stopped)
        return progress

    def _opened(self) -> None:
        self._display.start()
        self._task = asyncio.create_task(self._keep_showing())

    async def _keep_showing(self) -> None:
        while True:
            await asyncio.sleep(self._display.interval)
            self._display.show(self._crawler.stats.get_stats())

    def _closed(self, reason: str) -> None:
        self._reason = reason

    def _stopped(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._display.finish(self._crawler.stats.get_stats(), self._reason)


class HealthWarnings:
    """Warns at the end of a crawl where its source looks broken: the judgement of `scrapy health`."""

    def __init__(self, source: Source, crawler: Crawler) -> None:
        self._source = source
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """NotConfigured where the spider has no source. It speaks after the archive is closed and the run entered."""
        source = getattr(crawler.spidercls, "source", None)
        if source is None:
            raise NotConfigured
        warnings = cls(source, crawler)
        crawler.signals.connect(warnings._stopped, signal=signals.engine_stopped)
        return warnings

    def _stopped(self) -> None:
        """Say what is wrong; nothing where only certain addresses or dates were asked for."""
        if self._crawler.stats.get_value(ASKED):
            return
        try:
            history = read_histories(catalogue_path(Path(self._crawler.settings["ARCHIVES_DIR"])))
            for one in judge(self._source, history(self._source.name)).signs:
                logger.warning("%s. See %s", sentence(self._source.name, one), one.sign.example)
        except ArchiveError as error:
            logger.warning("%s", error)
