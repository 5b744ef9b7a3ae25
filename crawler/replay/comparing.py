"""What a crawl out of the archive would change in the texts that are stored: an item pipeline in the place of storage.

Articles are compared with what is stored in the folder that the setting REPLAY_COMPARED names. One that is stored and
does not come again is gone: because its page holds no article by today's rules, or because the crawl did not find it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from crawler import progress
from crawler.archive.layout import text_folder
from crawler.items import Article, Page
from crawler.replay.reextract.difference import Change, Comparison, StoredTexts
from crawler.spiders.arguments import Arguments

NOT_FOUND = "the crawl did not find it"

COMPARING_SETTINGS: dict[str, Any] = {
    "ITEM_PIPELINES": {
        "crawler.pipelines.ExtractionPipeline": 300,
        "crawler.replay.comparing.ComparingPipeline": 700,
    },
    "FEEDS": {},
}
"""What a crawl that only compares needs set."""


class ComparingPipeline:
    """Compares each article with the stored one. `comparison` and `changes` are whole when the spider is closed."""

    def __init__(self, source: str, compared: Path, stats: Any) -> None:
        self._source = source
        self._stats = stats
        self._stored = StoredTexts(compared)
        self._seen: set[str] = set()
        self.changes: list[Change] = []
        self.comparison = Comparison(self._stored, self.changes.append)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """NotConfigured where nothing is named to compare with, or the spider has no source."""
        source = getattr(crawler.spidercls, "source", None)
        if source is None or not crawler.settings["REPLAY_COMPARED"]:
            raise NotConfigured
        pipeline = cls(source.name, Path(crawler.settings["REPLAY_COMPARED"]), crawler.stats)
        crawler.signals.connect(pipeline.dropped, signal=signals.item_dropped)
        crawler.signals.connect(pipeline.closed, signal=signals.spider_closed)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """The item, compared where it is an article."""
        if isinstance(item, Article):
            self._seen.add(item.url)
            self.comparison.add(item)
            self._stats.inc_value(progress.KEPT)
        return item

    def dropped(self, item: Any, exception: DropItem) -> None:
        """A page that holds no article by today's rules."""
        if isinstance(item, Page):
            self._seen.add(item.url)
            self.comparison.lose(item.source, item.url, item.capture.record_id, str(exception))

    def closed(self, spider: Spider, reason: str) -> None:
        """Name what is stored and was not met; not where the crawl was narrowed, or did not come to its end."""
        if reason == "finished" and not narrowed(spider):
            for url in self._stored.urls(self._source) - self._seen:
                self.comparison.lose(self._source, url, "", NOT_FOUND)


def narrowed(spider: Spider) -> bool:
    """Whether the crawl was told to leave articles out (-a limit, since, until, url)."""
    return getattr(spider, "asked", None) != Arguments()


def compared_folder(source: str, replayed: Path, archives: Path) -> Path:
    """The archives folder with whose texts to compare: the one that is replayed where it has texts of the source."""
    return replayed if text_folder(replayed, source).is_dir() else archives
