"""A site's template learnt from its WARCs alone: texts and catalogue may be lost, or made by another extractor."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from crawler.archive.captures import read_captures
from crawler.archive.exchange import Capture
from crawler.archive.layout import find_warcs, warc_file, warc_folder
from crawler.archive.reader import Damage, read_record
from crawler.articles import is_article_capture, page_of
from crawler.errors import ExtractionError, RecordError
from crawler.extraction.template import Seen, Template, learn
from crawler.extraction.workers import ExtractionPool
from crawler.items import Article, Page
from crawler.parts import Found, make_article
from crawler.sources.model import Source
from crawler.storage.templates import RECENT, seen_in


async def relearn(archives: Path, source: Source, pool: ExtractionPool) -> Template:
    """The template of the last articles in the WARCs of `source`, extracted as on first sight.

    Pages that cannot be read or hold no article are passed over.
    """
    seen = await asyncio.gather(*(_seen(archives, source, capture, pool) for capture in _last(archives, source.name)))
    return learn(one for one in seen if one)


def _last(archives: Path, source: str) -> Iterable[Capture]:
    """The newest capture of each of the last article pages. A revisit says nothing that its original does not."""
    newest: dict[str, Capture] = {}
    for path in find_warcs(warc_folder(archives, source)):
        for found in read_captures(path):
            if isinstance(found, Damage) or found.kind == "revisit" or not is_article_capture(found):
                continue
            if found.url not in newest or newest[found.url].date < found.date:
                newest[found.url] = found
    return sorted(newest.values(), key=lambda capture: (capture.date, capture.record_id))[-RECENT:]


async def _seen(archives: Path, source: Source, capture: Capture, pool: ExtractionPool) -> Seen | None:
    path = warc_file(archives, source.name, capture.warc)
    if path is None:
        return None
    try:
        page = page_of(source, capture, read_record(path, capture.offset))
        page.template = None
        article = (await make_article(source, page, pool.extract, _first_page_alone)).result
    except (RecordError, ExtractionError):
        return None
    return seen_in(article) if isinstance(article, Article) else None


async def _first_page_alone(url: str, first: Page) -> Found:
    """No further page: what recurs on a site stands on the first pages of its articles."""
    return Found(None)
