"""The archive in place of the site: answers out of WARCs, without a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive.exchange import Role
from crawler.archive.layout import warc_folder
from crawler.archive.record import Record
from crawler.errors import ArchiveError, RecordError
from crawler.prospect.answers import Answer
from crawler.replay.cache import open_cache
from crawler.replay.library import Library, key_range
from crawler.replay.mementos import Memento, microseconds
from crawler.sources.model import Source

HOPS = 5
"""Redirects that are followed."""

MOST_CAPTURES = 200_000
"""Captures of one host that are looked through for the newest articles."""

MIB = 1024 * 1024
PAGES = ("text/html", "application/xhtml+xml")


class Shelf:
    """The captures of a source, or of all sources; open it with `open_shelf`."""

    def __init__(self, library: Library, max_size: float = 20.0) -> None:
        self._library = library
        self._limit = int(max_size * MIB)

    async def fetch(self, url: str, role: Role) -> Answer:
        """The newest capture of `url`; where it redirects, that of the target."""
        memento = self._library.find(url)
        for _ in range(HOPS):
            if memento is None:
                break
            if memento.redirects_to is None:
                return self._answer(url, memento)
            memento = self._library.find(memento.redirects_to)
        return Answer(url, url, trouble="not-archived")

    def newest_articles(self, source: Source, most: int) -> list[str]:
        """The addresses of the last captured pages that `source` takes for articles, the newest first."""
        begin, end = key_range(source.homepage.partition("/")[0] + "//" + source.homepage.split("/")[2] + "/")
        moments: dict[str, datetime] = {}
        for memento in self._library.in_range(begin, end, MOST_CAPTURES, 0, microseconds(datetime.now(UTC))):
            if memento.status == 200 and memento.mime in PAGES and source.is_article(memento.url):
                moments[memento.url] = max(memento.date, moments.get(memento.url, memento.date))
        return sorted(moments, key=lambda url: moments[url], reverse=True)[:most]

    def find(self, wanted: str) -> tuple[Memento, Record]:
        """The newest capture of an address, or that of a WARC-Record-ID. Raises ArchiveError where there is none."""
        identity = wanted.strip("<>")
        if not identity.startswith(("http://", "https://")):
            identity = identity if identity.startswith("urn:") else f"urn:uuid:{identity}"
            memento = self._library.by_record(f"<{identity}>")
        else:
            memento = self._library.find(wanted, strict=True)
        if memento is None:
            raise ArchiveError(
                f"{wanted}: not in the archive at {self._library.root}. Give an address that was archived, or the "
                "id of a response record (`record.id` in the JSON beside a text)."
            )
        return memento, self._library.read(memento)

    def _answer(self, url: str, memento: Memento) -> Answer:
        try:
            record = self._library.read(memento)
        except (ArchiveError, RecordError) as error:
            return Answer(url, memento.url, trouble="failed", detail=str(error))
        body = record.decoded_body(self._limit).data
        return Answer(
            url, memento.url, record.status or 0, record.http.get("Content-Type") or "", body, headers_of(record)
        )


def headers_of(record: Record) -> dict[str, str]:
    """The header fields of a response, names in lower case, several of one name joined."""
    headers: dict[str, str] = {}
    for name, value in (
        (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in record.http.fields
    ):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


@contextmanager
def open_shelf(archives: Path, source: str = "", max_size: float = 20.0) -> Iterator[Shelf]:
    """What is archived of `source`, or of all sources where none is named.

    Raises ArchiveError where nothing is. The first time an archive is opened its index is made, which takes a while.
    """
    folder = (warc_folder(archives, source) if source else archives).resolve()
    if not folder.is_dir():
        told = f"of the source {source}" if source else "there"
        raise ArchiveError(f"{folder}: nothing is archived {told}. Crawl first: scrapy crawl {source or 'NAME'}")
    cache = open_cache(folder)
    try:
        library = Library(folder, cache)
        library.refresh()
        yield Shelf(library, max_size)
    finally:
        cache.close()
