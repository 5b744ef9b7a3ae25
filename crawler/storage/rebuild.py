"""Makes the texts, sidecars and catalogue rows of a source anew, from its WARCs alone.

Everything goes through the functions of the crawl, so that it comes out byte for byte as the crawl wrote it. It is made
in a folder aside (`crawler.archive.layout.rebuild_folder`) and takes the old one's place once it is whole: first the
captures of all WARCs go into a catalogue there, then the pages that it says are pending are extracted. A rebuild that
was stopped finds that catalogue, and goes on with the pages that are still pending.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from crawler.archive.exchange import Capture
from crawler.archive.layout import OPEN, catalogue_path, find_warcs, rebuild_folder, text_folder, warc_folder
from crawler.archive.record import Record
from crawler.archive.recovery import recover
from crawler.articles import Rejected, page_of
from crawler.errors import ArchiveError, ExtractionError, RecordError
from crawler.extraction import EXTRACTOR
from crawler.extraction.workers import ExtractionPool
from crawler.items import Page
from crawler.parts import Found, make_article
from crawler.sources.model import Source
from crawler.storage.catalogue import Catalogue
from crawler.storage.level import bring_level, read_in
from crawler.storage.parts import USED
from crawler.storage.records import capture_record
from crawler.storage.rows import ARTICLE_COLUMNS, CAPTURE_COLUMNS
from crawler.storage.schema import open_database
from crawler.storage.texts import place, store

Progress = Callable[[int, int], None]
"""Told the pages that are done and the pages there are."""

_IN_WORK = 4
"""Pages for each worker that are read ahead of it."""

_TABLES = {
    "captures": f"{CAPTURE_COLUMNS}, outcome",
    "articles": ARTICLE_COLUMNS,
    "files": "warc, source, size",
}
"""Tables with rows that come from WARCs, and their columns; the history of runs does not."""


@dataclass(slots=True)
class Rebuilt:
    """What a rebuild of one source came to. `problems` says to people what could not be read or extracted."""

    source: str
    articles: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)


async def rebuild(
    archives: Path, source: Source, pool: ExtractionPool, workers: int, progress: Progress = lambda done, of: None
) -> Rebuilt:
    """Make anew what was made of the WARCs of `source`, and put it in the place of what is there.

    Raises ArchiveError where a crawl of the source or another rebuild runs, and where something cannot be
    written; what was there is then as it was.
    """
    folder = rebuild_folder(archives, source.name)
    try:
        with _prepared(source, folder):
            catalogue = Catalogue(catalogue_path(folder))
            try:
                rebuilt = await _Rebuild(archives, source, folder, catalogue, pool).run(workers, progress)
            finally:
                catalogue.close()
            _enter(archives, source.name, folder)
            _take_place(archives, source.name, folder)
    except OSError as error:
        raise ArchiveError(
            f"Cannot rebuild {source.name} in {folder}: {error.strerror or error}. What was there is as it was. "
            "Make room or give access, then rebuild again: it goes on where it was."
        ) from error
    return rebuilt


class _Rebuild:
    """One rebuild at work in its folder."""

    def __init__(
        self, archives: Path, source: Source, folder: Path, catalogue: Catalogue, pool: ExtractionPool
    ) -> None:
        self._archives = archives
        self._source = source
        self._folder = folder
        self._catalogue = catalogue
        self._pool = pool
        self._others_read = False
        self._failed: set[str] = set()
        self._rebuilt = Rebuilt(source.name)

    async def run(self, workers: int, progress: Progress) -> Rebuilt:
        """Read all WARCs in, and extract what is pending, the oldest first; again if a crawl added some meanwhile."""
        slots = asyncio.Semaphore(workers * _IN_WORK)
        try:
            while pages := self._pending():
                async with asyncio.TaskGroup() as group:
                    for number, capture in enumerate(pages):
                        await slots.acquire()
                        group.create_task(self._extract(capture)).add_done_callback(lambda _: slots.release())
                        progress(max(0, number - workers * _IN_WORK), len(pages))
                progress(len(pages), len(pages))
        except BaseExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return self._rebuilt

    def _pending(self) -> list[Capture]:
        """The pages that are still to be extracted, without those that could not be."""
        _refuse_beside_a_crawl(self._archives, self._source.name)
        self._rebuilt.problems += bring_level(self._archives, self._source.name, self._catalogue)
        pending = self._catalogue.pending(self._source.name)
        return [capture for capture in pending if capture.record_id not in self._failed]

    async def _extract(self, capture: Capture) -> None:
        """Extract one page and store what came of it. A page that cannot be extracted stays pending, as in a crawl."""
        try:
            page = page_of(self._source, capture, self._record(capture))
            made = await make_article(self._source, page, self._pool.extract, self._find)
        except (RecordError, ExtractionError) as error:
            self._failed.add(capture.record_id)
            self._rebuilt.problems.append(f"{capture.url}: {error}")
            return
        for part in made.fetched_for_it:
            self._catalogue.add_outcome(part.record_id, USED)
        if isinstance(made.result, Rejected):
            self._rebuilt.rejected[made.result.reason] += 1
        else:
            article = place(made.result, self._folder)
            self._rebuilt.articles += store(article, self._folder)
            self._catalogue.add_article(article)
        self._catalogue.add_outcome(capture.record_id, made.outcome)

    async def _find(self, url: str, first: Page) -> Found:
        """A further page of an article, as the crawl took it."""
        found, capture = self._catalogue.part(self._source.name, url, first.capture)
        page = page_of(self._source, capture, self._record(capture)) if capture else None
        return Found(page, found.settled)

    def _record(self, capture: Capture) -> Record:
        try:
            return capture_record(self._archives, self._source.name, capture, self._catalogue)
        except RecordError:
            if capture.kind == "response" or self._others_read:
                raise
        self._read_others()
        return capture_record(self._archives, self._source.name, capture, self._catalogue)

    def _read_others(self) -> None:
        """Read in the WARCs of the other sources: a revisit may refer to a payload that one of them captured."""
        self._others_read = True
        for folder in sorted(self._archives.glob("*/warc")):
            name = folder.parent.name
            for path in find_warcs(folder) if name != self._source.name else ():
                if not self._catalogue.is_level(path.name, path.stat().st_size):
                    read_in(path, name, self._catalogue)


@contextlib.contextmanager
def _prepared(source: Source, folder: Path) -> Iterator[None]:
    """The folder of the rebuild, empty or with what a stopped one of the same rules left, and held for this process."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        texts, rules = text_folder(folder, source.name), folder / "rules"
        if not (texts.exists() and rules.exists() and rules.read_text() == _fingerprint(source)):
            _empty(folder)
            texts.mkdir(parents=True)
            rules.write_text(_fingerprint(source))
        yield
    except BlockingIOError as error:
        raise ArchiveError(f"{source.name} is being rebuilt by another process. Wait until it is done.") from error
    finally:
        os.close(descriptor)


def _refuse_beside_a_crawl(archives: Path, source: str) -> None:
    """Close what killed crawls left; what is open after that is being written."""
    recover(warc_folder(archives, source))
    for warc in find_warcs(warc_folder(archives, source)):
        if warc.name.endswith(OPEN):
            raise ArchiveError(f"{warc} is being written: a crawl of {source} runs. Rebuild when it is done.")


def _fingerprint(source: Source) -> str:
    """What the texts depend on besides the WARCs: the source's rules, and the extractor."""
    rules = hashlib.sha256(source.model_dump_json().encode()).hexdigest()
    return f"{EXTRACTOR}\n{rules}\n"


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _enter(archives: Path, source: str, folder: Path) -> None:
    """Replace the rows of `source` in the archive's catalogue with those that were made, in one transaction."""
    database = open_database(catalogue_path(archives))
    try:
        database.execute("ATTACH ? AS made", (str(catalogue_path(folder)),))
        database.execute("BEGIN IMMEDIATE")
        for table, columns in _TABLES.items():
            database.execute(f"DELETE FROM {table} WHERE source = ?", (source,))
            database.execute(
                f"INSERT OR IGNORE INTO {table} ({columns}) SELECT {columns} FROM made.{table} WHERE source = ?",
                (source,),
            )
        database.execute("COMMIT")
    except sqlite3.Error as error:
        raise ArchiveError(
            f"Cannot write the catalogue {catalogue_path(archives)}: {error}. It is as it was. "
            "Make room or give access, then rebuild again: it goes on where it was."
        ) from error
    finally:
        database.close()


def _take_place(archives: Path, source: str, folder: Path) -> None:
    """Put the new texts where the old ones are."""
    old, new = text_folder(archives, source), text_folder(folder, source)
    if old.exists():
        old.rename(folder / "old")
    new.rename(old)
    shutil.rmtree(folder)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
