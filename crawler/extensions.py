"""A Scrapy extension: the archive of the running crawl."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Self, TypeVar

import scrapy
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings
from scrapy.utils.defer import deferred_from_coro

import crawler as broadsheet
from crawler.archive.exchange import Capture, Exchange, Original, Via
from crawler.archive.layout import OPEN, catalogue_path, find_warcs, warc_file, warc_folder
from crawler.archive.writer import ArchiveWriter
from crawler.articles import page_of, template_for
from crawler.errors import ArchiveError, CaptureError, RecordError
from crawler.handlers import ARCHIVE_FAILED
from crawler.items import Article, Page
from crawler.sources.model import Source
from crawler.storage.catalogue import Catalogue
from crawler.storage.interrupted import LEFT_TO_ANOTHER
from crawler.storage.level import bring_level
from crawler.storage.parts import INCOMPLETE, Archived
from crawler.storage.records import capture_record
from crawler.storage.seen import Known
from crawler.storage.templates import KnownTemplate, learnt
from crawler.storage.texts import forget_shorter, sidecar

T = TypeVar("T")

UNCHANGED_IN_A_ROW = 20
"""After so many 304 answers a listing is asked for whole once: some feeds send a stale ETag for ever."""

INCOMPLETE_DAYS = 14
"""A page that an article lacks is asked for in each crawl, within this many days of the capture of its first page."""

logger = logging.getLogger(__name__)


class Archiving:
    """The open archive of one crawl: writes captures, and knows through the catalogue what was captured before.

    The download handler calls `keep` for each exchange before it hands the response on. Components get at
    it with `crawler.get_extension(Archiving)`; a crawler without a source, such as a plain `scrapy shell`,
    has none.
    """

    def __init__(self, source: Source, crawler: Crawler) -> None:
        settings = crawler.settings
        self.source = source
        self.archives = Path(settings["ARCHIVES_DIR"])
        self.catalogue = Catalogue(catalogue_path(self.archives))
        self.run = self.catalogue.start_run(source.name)
        self.awaiting: set[str] = set()
        """The records of pages whose articles lack a page that should be asked for again."""
        self.started = datetime.now(UTC)
        self._crawler = crawler
        self._stats = crawler.stats
        self._failed = False
        self._reason = "crashed"
        for warning in bring_level(self.archives, source.name, self.catalogue):
            logger.warning("%s", warning)
        self._writer = ArchiveWriter(
            warc_folder(self.archives, source.name),
            source.name,
            info=_warcinfo(source, settings),
            max_bytes=settings.getint("WARC_MAX_BYTES"),
            chunked_payload_digest=settings.getbool("WARC_CHUNKED_PAYLOAD_DIGEST"),
            deduplicate=settings.getbool("WARC_REVISITS"),
            template=self._learnt(),
            find_original=self._original,
            find_unmodified=self._unmodified,
        )

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """The archive of the crawler's source; NotConfigured where the spider has none."""
        source = getattr(crawler.spidercls, "source", None)
        if source is None:
            raise NotConfigured
        archiving = cls(source, crawler)
        crawler.signals.connect(archiving._spider_closed, signal=signals.spider_closed)
        crawler.signals.connect(archiving.close, signal=signals.engine_stopped)
        atexit.register(archiving.close)  # `scrapy shell` never stops its engine
        return archiving

    def _learnt(self) -> bytes:
        """What earlier crawls showed of the site, as it goes into the WARCs of this one; b"" where that is nothing."""
        if not self.source.extraction.template:
            return b""
        template = learnt(self.archives, self.source.name, self.catalogue)
        return template.to_json().encode() if template else b""

    def template_for(self, capture: Capture, payload_path: Path | None = None) -> KnownTemplate | None:
        """What was known of the site when the payload of a capture was archived, which lies in `payload_path`."""
        name, source = capture.warc, self.source.name
        if capture.kind == "revisit" and (found := self.catalogue.original(capture.payload_digest)):
            source, name = found[0], found[1].warc
        path = payload_path or warc_file(self.archives, source, name)
        return template_for(self.source, capture, path) if path else None

    def keep(self, exchange: Exchange, via: Via) -> Capture | None:
        """Write the exchange to the archive; raises CaptureError when it cannot be written.

        The download handler then ends the crawl: going on would forget what was fetched.
        """
        capture = self._writer.write(exchange, via)
        if capture is not None:
            try:
                self.catalogue.add_capture(self.source.name, capture, self.run)
            except ArchiveError as error:
                raise CaptureError(str(error)) from error
            self._stats.inc_value("archive/captures")
            self._stats.inc_value(f"archive/{capture.kind}")
            self._stats.inc_value("archive/bytes", capture.length)
        return capture

    def known(self, urls: Iterable[str]) -> dict[str, Known]:
        """What the catalogue knows of these article URLs of the source."""
        return self._ask(lambda: self.catalogue.known(self.source.name, urls), {})

    def fresh_requisites(self, urls: Iterable[str], days: int) -> set[str]:
        """Those of `urls` that the source captured as requisites within so many days."""
        since = datetime.now(UTC) - timedelta(days=days)
        return self._ask(lambda: self.catalogue.captured_since(self.source.name, "requisite", urls, since), set())

    def pending(self) -> Iterator[Page]:
        """The article pages that are archived and were never extracted, because a run was cut."""
        nothing: list[Capture] = []
        yield from self._pages(self._ask(lambda: self.catalogue.pending(self.source.name), nothing))

    def incomplete(self) -> Iterator[Page]:
        """The first pages of articles that lack a page which may be had now."""
        nothing: list[Capture] = []
        since = datetime.now(UTC) - timedelta(days=INCOMPLETE_DAYS)
        yield from self._pages(self._ask(lambda: self.catalogue.incomplete(self.source.name, since), nothing))

    def part(self, url: str, first: Page) -> tuple[Page | None, Archived]:
        """What the archive has of a further page of the article whose first page is given."""
        nothing: tuple[Archived, Capture | None] = Archived(), None
        found, capture = self._ask(lambda: self.catalogue.part(self.source.name, url, first.capture), nothing)
        page = self.page(capture) if capture else None
        return page, found if page or not capture else Archived()

    def last_page(self, url: str) -> Page | None:
        """The page that was last captured as that of an article, read from the archive."""
        capture = self._ask(lambda: self.catalogue.last_page(self.source.name, url), None)
        return self.page(capture) if capture else None

    def left_behind(self) -> Iterator[Page]:
        """The pages and style sheets of runs that were cut: what they need may not have been asked for yet.

        Nothing while another crawl of the source runs, which will ask for what its own pages need.
        """
        if any(self._open_elsewhere()):
            self._stats.set_value(LEFT_TO_ANOTHER, 1)
            return
        nothing: list[Capture] = []
        yield from self._pages(self._ask(lambda: self.catalogue.left_behind(self.source.name, self.run), nothing))

    def _pages(self, captures: Iterable[Capture]) -> Iterator[Page]:
        """The pages of captures, as far as they can be read."""
        yield from filter(None, map(self.page, captures))

    def _open_elsewhere(self) -> Iterator[Path]:
        for path in find_warcs(warc_folder(self.archives, self.source.name)):
            if path.name.endswith(OPEN) and path != self._writer.path:
                yield path

    def holds(self, capture: Capture) -> bool:
        """Whether the WARC of a capture of this source is still there."""
        return warc_file(self.archives, self.source.name, capture.warc) is not None

    def page(self, capture: Capture) -> Page | None:
        """The page of a capture of this source, read from the archive; None (with a warning) where that fails."""
        try:
            record = capture_record(self.archives, self.source.name, capture, self.catalogue)
            return page_of(self.source, capture, record)
        except (RecordError, OSError) as error:
            logger.warning("%s: archived, but cannot be read: %s", capture.url, error)
            return None

    def validated(self, url: str) -> Capture | None:
        """The capture whose validators a request for `url` may send back; None where it has to be asked for whole."""
        return self._ask(lambda: self._validated(url), None)

    def _validated(self, url: str) -> Capture | None:
        capture = self.catalogue.last_whole(self.source.name, url)
        if capture is None or not (capture.etag or capture.last_modified) or not self.holds(capture):
            return None
        return capture if self.catalogue.unchanged_in_a_row(url) < UNCHANGED_IN_A_ROW else None

    def settle(self, capture: Capture, outcome: str) -> None:
        """Say what became of the page of a capture: an article, a part of one, or none, and why."""
        self._ask(lambda: self.catalogue.add_outcome(capture.record_id, outcome), None)

    def enter(self, article: Article) -> None:
        """Enter in the catalogue an article whose files are written; a shorter text of the same record goes."""
        if article.parts is not None:
            nothing: list[str] = []
            before = self._ask(lambda: self.catalogue.texts_of(article.record_id), nothing)
            for path in forget_shorter(article, before, self.archives):
                self._ask(lambda path=path: self.catalogue.forget_text(path), None)  # type: ignore[misc]
        self._ask(lambda: self.catalogue.add_article(article), None)
        if article.record_id in self.awaiting:
            self._ask(lambda: self.catalogue.add_outcome(article.record_id, INCOMPLETE), None)

    def keep_text(self, article: Article) -> None:
        """Write the text and the metadata of a new article into the WARC too, where the source wants that."""
        if not self.source.archive.text_records:
            return
        made_from = Original(
            article.record_id, article.url, article.captured or datetime.now(UTC), article.payload_digest
        )
        self._ask(lambda: self._writer.write_text(made_from, article.text.encode(), sidecar(article)), None)

    def _ask(self, question: Callable[[], T], otherwise: T) -> T:
        """What the archive says; where it cannot be written, `otherwise`, and the crawl is closed."""
        try:
            return question()
        except ArchiveError as error:
            if not self._failed:
                self._failed = True
                logger.critical("%s The crawl is closing.", error)
                deferred_from_coro(self._crawler.engine.close_spider_async(reason=ARCHIVE_FAILED))
            return otherwise

    def _original(self, payload_digest: str, size: int) -> Original | None:
        """The record that a revisit of this payload may refer to, if its WARC is still there."""
        found = self.catalogue.original(payload_digest)
        if found is None or found[1].size != size or not warc_file(self.archives, found[0], found[1].warc):
            return None
        return _as_original(found[1])

    def _unmodified(self, url: str) -> Original | None:
        """The record that a 304 for `url` confirms: the one whose validators were sent."""
        capture = self.catalogue.last_whole(self.source.name, url)
        return _as_original(capture) if capture is not None and self.holds(capture) else None

    def _spider_closed(self, spider: Spider, reason: str) -> None:
        self._reason = reason

    def close(self) -> None:
        """Close the WARC and the catalogue; what goes wrong now is logged, and mended by the next crawl."""
        atexit.unregister(self.close)
        for end in (self._writer.close, self._end_run, self.catalogue.close):
            try:
                end()
            except ArchiveError as error:
                logger.error("%s", error)

    def _end_run(self) -> None:
        self.catalogue.end_run(self.run, self._reason, self._stats.get_stats())


def _as_original(capture: Capture) -> Original:
    return Original(capture.record_id, capture.url, capture.date, capture.payload_digest)


def _warcinfo(source: Source, settings: BaseSettings) -> dict[str, str]:
    versions = f"Scrapy/{scrapy.__version__} warcio/{version('warcio')}"
    info = {
        "software": f"Broadsheet/{broadsheet.__version__} {versions}",
        "robots": "classic" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings["USER_AGENT"],
        "isPartOf": source.name,
        "description": f"{source.title}, {source.homepage}",
    }
    return info | ({"operator": settings["CONTACT"]} if settings["CONTACT"] else {})
