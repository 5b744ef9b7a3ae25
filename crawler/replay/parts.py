"""Finds the further pages of articles among the captures of an archive, whoever made it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from crawler.archive.captures import capture_of
from crawler.archive.exchange import Via
from crawler.articles import page_of
from crawler.errors import ArchiveError
from crawler.items import Page
from crawler.parts import Find, Found
from crawler.sources.model import Source

if TYPE_CHECKING:
    from crawler.replay.library import Library
    from crawler.replay.mementos import Memento

HOPS = 6
OK = 200


def finder(libraries: Callable[[], Iterable[Library]], source: Source) -> Find:
    """What finds further pages in these libraries for `crawler.parts`; they are opened for the first one only.

    It chooses among the captures of a page as `crawler.storage.parts` does.
    """

    async def find(url: str, first: Page) -> Found:
        return Found(await asyncio.to_thread(lambda: _found(list(libraries()), source, url, first)))

    return find


def _found(libraries: list[Library], source: Source, url: str, first: Page) -> Page | None:
    moment = first.capture.date
    later = [one.date for one in _captures(libraries, first.url, None) if one.status == OK and one.date > moment]
    until = min(later, default=None)
    for _ in range(HOPS):
        captures = _captures(libraries, url, until)
        within = [one for one in captures if one.date >= moment]
        pages = [one for one in within if one.status == OK]
        before = [one for one in reversed(captures) if one.date < moment]
        for chosen in (*pages, *within, *before):
            if chosen.redirects_to:
                url = chosen.redirects_to
                break
            if page := _page(libraries, source, chosen):
                return page
        else:
            return None
    return None


def _captures(libraries: list[Library], url: str, until: datetime | None) -> list[Memento]:
    """The captures of an address that are pages or redirects, from before `until`, oldest first."""
    found = (one for library in libraries for one in library.captures(url))
    wanted = (one for one in found if one.status == OK or one.redirects_to)
    return sorted((one for one in wanted if until is None or one.date < until), key=lambda one: one.date)


def _page(libraries: list[Library], source: Source, memento: Memento) -> Page | None:
    """The page of a capture; None where it was cut, or cannot be read in any of the libraries."""
    for library in libraries:
        if known := library.by_record(memento.record_id):
            try:
                record = library.read(known)
            except ArchiveError:
                continue
            if record.type == "response" and record.get("WARC-Truncated"):
                return None
            return page_of(source, capture_of(record, Via("part")), record)
    return None
