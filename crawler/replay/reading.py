"""Reads the pages of WARCs that came without texts as articles, in worker processes, while the replay runs.

WARCs of ours lie beside their texts, which are taken as they are. Of all others the pages are extracted in the
background and kept in the cache, so that an archive of anybody's can be searched; it goes on where it stopped.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crawler.archive.captures import capture_of
from crawler.archive.exchange import Via
from crawler.articles import Rejected, page_of
from crawler.errors import ArchiveError, ExtractionError
from crawler.extraction.workers import ExtractionPool
from crawler.items import Article, Page
from crawler.parts import make_article
from crawler.replay.articles import insert
from crawler.replay.cache import Cache
from crawler.replay.library import Library
from crawler.replay.parts import finder
from crawler.replay.reextract.pages import OWN_FOLDER
from crawler.replay.reextract.sourcing import Sources
from crawler.sources.model import Source

log = logging.getLogger(__name__)

BATCH = 32
"""Pages that are in work or wait at a time; after each batch the articles are visible."""

LOOK_SECONDS = 0.5
STOP_SECONDS = 0.1
PAGE_SECONDS = 30.0
TEXTS = "text"
"""The folder beside `warc` in which a source's texts lie (crawler/archive/layout.py)."""

_PAGES = (
    "FROM captures c LEFT JOIN read_pages r ON r.capture = c.id WHERE c.status = 200 AND c.kind = 'response' "
    "AND c.method = 'GET' AND c.mime IN ('text/html', 'application/xhtml+xml') AND c.file IN "
)


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How many pages were read as articles, and how many there are in WARCs without texts."""

    read: int
    pages: int


class PageReading:
    """Keeps the articles in `cache` level with the pages of `library` that have no texts beside them."""

    def __init__(
        self, library: Library, cache: Cache, sources: Sources, workers: int, stopping: threading.Event | None = None
    ) -> None:
        self._library = library
        self._cache = cache
        self._sources = sources
        self._workers = workers
        self._stopping = stopping or threading.Event()
        self.idle = threading.Event()
        """Set while there is nothing to read."""
        self._progress = ReadingProgress(0, 0)

    @property
    def progress(self) -> ReadingProgress:
        """How far it is."""
        return self._progress

    def run(self) -> None:
        """Read until `stop` is called; for a thread of its own."""
        try:
            asyncio.run(self._until_stopped())
        except ArchiveError as error:
            log.warning("Pages are no longer read as articles, until the next start. %s", error)
        except Exception:
            log.exception("pages are no longer read as articles")

    def stop(self) -> None:
        """End `run` now; what is in work is read again next time."""
        self._stopping.set()

    async def _until_stopped(self) -> None:
        reading = asyncio.create_task(self._read_on())
        while not self._stopping.is_set() and not reading.done():
            await asyncio.wait([reading], timeout=STOP_SECONDS)
        reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reading

    async def _read_on(self) -> None:
        while True:
            unread = await asyncio.to_thread(self._unread)
            if not unread:
                self.idle.set()
                await asyncio.sleep(LOOK_SECONDS)
                continue
            self.idle.clear()
            async with ExtractionPool(self._workers, PAGE_SECONDS) as pool:  # ends while there is nothing to do
                while unread:
                    results = await asyncio.gather(*(self._read(number, pool) for number in unread))
                    await asyncio.to_thread(self._store, unread, results)
                    unread = await asyncio.to_thread(self._unread)

    def _unread(self) -> list[int]:
        """The captures to read next, by number."""
        files = self._files_without_texts()
        among = f"{_PAGES} ({', '.join('?' * len(files))})"
        with self._cache.connection() as db:
            rows = db.execute(f"SELECT c.id {among} AND r.capture IS NULL LIMIT {BATCH}", files).fetchall()
            if rows or self._progress.read < self._progress.pages:
                counted = db.execute(f"SELECT count(r.capture), count(*) {among}", files).fetchone()
                self._progress = ReadingProgress(*counted)
        return [number for (number,) in rows]

    def _files_without_texts(self) -> list[int]:
        with self._cache.connection() as db:
            files = db.execute("SELECT id, path FROM files").fetchall()
        root = self._library.root if self._library.root.is_dir() else self._library.root.parent
        return [number for number, path in files if not has_texts(root / path)]

    async def _read(self, number: int, pool: ExtractionPool) -> Article | str:
        """The article of a capture, or why there is none."""
        try:
            source, page = await asyncio.to_thread(self._page, number)
            made = await make_article(source, page, pool.extract, finder(lambda: [self._library], source), alone=True)
        except (ArchiveError, ExtractionError, ValueError) as error:
            return str(error)
        result = made.result
        return f"{result.reason} {result.detail}".strip() if isinstance(result, Rejected) else result

    def _page(self, number: int) -> tuple[Source, Page]:
        memento = self._library.by_id(number)
        if memento is None:
            raise ArchiveError(f"capture {number} is gone")
        record = self._library.read(memento)
        source = self._sources.of_url(memento.url)
        return source, page_of(source, capture_of(record, Via()), record)

    def _store(self, numbers: Sequence[int], results: Sequence[Article | str]) -> None:
        with self._cache.transaction() as db:
            for number, result in zip(numbers, results, strict=True):
                article = insert(db, result, None) if isinstance(result, Article) else None
                reason = result if isinstance(result, str) else None
                db.execute("INSERT OR IGNORE INTO read_pages VALUES (?, ?, ?)", (number, article, reason))


def has_texts(warc: Path) -> bool:
    """Whether a WARC lies where a crawl of ours put it, with the texts of its source beside it."""
    return warc.parent.name == OWN_FOLDER and (warc.parent.parent / TEXTS).is_dir()
