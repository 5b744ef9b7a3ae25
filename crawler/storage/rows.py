"""How captures and articles stand in the tables of the catalogue (`crawler.storage.schema`)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from crawler.archive.exchange import Capture, Via
from crawler.discovery.urls import url_digest
from crawler.items import Article
from crawler.storage.traits import traits_of

CAPTURE_COLUMNS = (
    "url_digest, url, source, date, kind, role, status, mime, record_id, warc, offset, length, payload_digest, "
    "size, etag, last_modified, truncated, location, found_on, listed_modified, run, reserved"
)
ARTICLE_COLUMNS = (
    "path, source, url, url_digest, canonical_url, title, authors, published, modified, section, language, "
    "characters, captured, record_id, paragraphs, garbled, sketch"
)
READ_COLUMNS = (
    "record_id, kind, url, date, warc, offset, length, status, mime, payload_digest, size, role, found_on, etag, "
    "last_modified, truncated, reserved"
)


def insert(conflict: str, table: str, columns: str) -> str:
    """The statement that puts a row of these columns into `table`; `conflict` is for a row that is known already."""
    values = ", ".join("?" * (columns.count(",") + 1))
    return f"INSERT {conflict} INTO {table} ({columns}) VALUES ({values})"


def row_of_capture(capture: Capture, source: str, run: int | None) -> tuple[Any, ...]:
    """The values of `CAPTURE_COLUMNS`."""
    return (
        url_digest(capture.url),
        capture.url,
        source,
        as_text(capture.date),
        capture.kind,
        capture.via.role,
        capture.status,
        capture.mime,
        capture.record_id,
        capture.warc,
        capture.offset,
        capture.length,
        capture.payload_digest,
        capture.size,
        capture.etag,
        capture.last_modified,
        capture.truncated,
        url_digest(capture.location) if capture.location else None,
        capture.via.found_on,
        as_text(capture.via.modified) if capture.via.modified else None,
        run,
        capture.via.reserved,
    )


def row_of_article(article: Article) -> tuple[Any, ...]:
    """The values of `ARTICLE_COLUMNS`."""
    traits = traits_of(article.text)
    return (
        article.path,
        article.source,
        article.url,
        url_digest(article.url),
        article.canonical_url,
        article.title,
        json.dumps(article.authors, ensure_ascii=False),
        article.published.isoformat() if article.published else None,
        article.modified.isoformat() if article.modified else None,
        article.section,
        article.language,
        len(article.text),
        as_text(article.captured or now()),
        article.record_id,
        traits.paragraphs,
        traits.garbled,
        traits.sketch,
    )


def capture_of_row(row: tuple[Any, ...]) -> Capture:
    """The capture whose `READ_COLUMNS` these are."""
    (record_id, kind, url, date, warc, offset, length, status, mime, digest, size, role, found_on, *rest) = row
    return Capture(
        record_id=record_id,
        kind=kind,
        url=url,
        date=datetime.fromisoformat(date),
        warc=warc,
        offset=offset,
        length=length,
        status=status,
        mime=mime,
        payload_digest=digest,
        size=size,
        via=Via(role, found_on, reserved=bool(rest[3])),
        etag=rest[0],
        last_modified=rest[1],
        truncated=rest[2],
    )


def now() -> datetime:
    """This moment in UTC."""
    return datetime.now(UTC)


def as_text(moment: datetime) -> str:
    """A moment as text that sorts by time: UTC, microseconds always written."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
