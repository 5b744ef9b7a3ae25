"""A page and what the extractor made of it, put together to an article: for the crawl, a rebuild, a re-extraction.

Nothing here depends on the time or on the run: the same capture and the same source give the same article.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.archive.exchange import Capture
from crawler.archive.record import Record
from crawler.extraction import EXTRACTOR
from crawler.extraction.rules import Rules
from crawler.extraction.template import Template
from crawler.items import Article, Image, Page
from crawler.sources.model import Source
from crawler.storage.templates import KnownTemplate, known_in

ARTICLE_FIELDS = {field.name for field in fields(Article)}
RESERVATION = "tdm-reservation"
RIGHTS_RESERVED = "rights reserved"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A page that holds no article: the reason in a word or two, which is counted, and more for people."""

    reason: str
    detail: str = ""


def is_article_capture(capture: Capture) -> bool:
    """Whether a capture is of a page that is extracted: fetched as an article, answered 200, and whole."""
    return capture.via.role == "article" and capture.status == 200 and capture.truncated is None


def page_of(source: Source, capture: Capture, record: Record) -> Page:
    """The page of a capture, from its record; a revisit is resolved to its original before."""
    limit = int(source.politeness.max_size * 1024 * 1024)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in record.http.fields]
    return Page(
        source=source.name,
        url=capture.url,
        body=record.decoded_body(limit).data,
        content_type=record.http.get("Content-Type") or "",
        headers=headers,
        capture=capture,
        template=template_for(source, capture, record.payload_path or record.path),
    )


def template_for(source: Source, capture: Capture, warc: Path) -> KnownTemplate | None:
    """What was known of the site when the payload of a capture was written to `warc`; None where it is not to be used.

    A page that is captured again unchanged is a revisit of what is in an older WARC. It gives the same text again.
    """
    return known_in(warc, source.name) if source.rules_at(capture.date).template else None


def rules_for(source: Source, moment: datetime) -> Rules:
    """The extraction rules of `source` for a page captured at `moment`, in the form that goes to the workers."""
    return Rules.of(source.rules_at(moment), source.timezone, source.language)


Work = tuple[bytes, str, str, Rules, dict[str, str], Template | None]
"""What the extractor is called with."""


def work(source: Source, page: Page) -> Work:
    """The arguments with which the extractor is called for `page`; primitives, so that they reach a worker process."""
    headers: dict[str, str] = {}
    for name, value in page.headers:
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    if page.capture.via.reserved:
        headers.setdefault(RESERVATION, "1")  # the site's tdmrep.json: the response's own word would come first
    template = page.template.template if page.template else None
    return page.body, page.content_type, page.url, rules_for(source, page.capture.date), headers, template


def article_of(source: Source, page: Page, extracted: dict[str, Any]) -> Article | Rejected:
    """What `extracted`, the extractor's answer for `page`, is: an article with its provenance, or a rejection."""
    if "rejected" in extracted:
        return Rejected(str(extracted["rejected"]), str(extracted.get("detail") or ""))
    reserved = sorted(set(extracted.get("rights", ())) & set(source.politeness.obey_rights))
    if reserved:
        return Rejected(RIGHTS_RESERVED, ", ".join(reserved))
    values = {name: value for name, value in extracted.items() if name in ARTICLE_FIELDS}
    for name in ("published", "modified"):
        values[name] = datetime.fromisoformat(values[name]) if values.get(name) else None
    values["image"] = Image(**values["image"]) if values.get("image") else None
    values |= {"source": source.name, "url": page.url, "extractor": EXTRACTOR}
    capture = page.capture
    return Article(
        **values,
        template=page.template.record_id if page.template else None,
        record_id=capture.record_id,
        warc=capture.warc,
        offset=capture.offset,
        captured=capture.date,
        payload_digest=capture.payload_digest,
    )
