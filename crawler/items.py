"""What flows through the pipelines: the page we fetched, and the article we keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.archive.exchange import Capture

if TYPE_CHECKING:
    from crawler.storage.templates import KnownTemplate


@dataclass(slots=True)
class Page:
    """An archived page that may hold an article; the extraction pipeline turns it into an `Article`.

    `body` has its content-encoding removed and is otherwise as served; `content_type` is the HTTP
    header, which names the charset where the server does. `url` is the address that answered, after redirects.
    """

    source: str
    url: str
    body: bytes
    content_type: str
    headers: list[tuple[str, str]]
    """The response's header fields in order, decoded as Latin-1; reservation signals such as X-Robots-Tag are there."""
    capture: Capture
    template: KnownTemplate | None = None
    """What was known of the site by the crawl that first captured the page as it is."""


@dataclass(slots=True)
class Image:
    """The lead image of an article, as its page names it; the address is absolute."""

    url: str
    caption: str | None = None
    credit: str | None = None


@dataclass(slots=True)
class Part:
    """A further page of an article, or another form of it, and the record that its text came from."""

    url: str
    form: str
    """"page", "single-page" or "amp"."""
    id: str
    warc: str
    offset: int
    date: str
    digest: str


@dataclass(slots=True)
class Parts:
    """The pages that an article's text was made of, beside the one that it cites as its record."""

    expected: int
    """Pages that the article has, as far as its pages say."""
    held: int
    """Pages whose text is in the article's, from the first on without a gap."""
    missing: str | None = None
    """The address of the first page that could not be had."""
    records: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Article:
    """An article as Broadsheet keeps it: the clean text, its metadata, and the record that it came from.

    Fields that the page does not state are None or empty, never guessed from the time of the crawl.
    """

    source: str
    url: str
    title: str
    text: str
    """The whole text file: title, blank line, paragraphs with blank lines between, one final newline."""
    language: str | None = None
    authors: list[str] = field(default_factory=list)
    """People; where the page names none, the body that signs (an agency, the house)."""
    agency: str | None = None
    """The news agency that the page or its text credits."""
    dateline: str | None = None
    """The dateline at the head of the text, which stays there: "MOSCOW (Sputnik)"."""
    published: datetime | None = None
    """With a time zone where the page states one; midnight where it states only a day (see `published_precision`)."""
    published_precision: str | None = None
    """"day", "second" with a zone known, or "local" where the page states a time and no zone."""
    modified: datetime | None = None
    section: str | None = None
    tags: list[str] = field(default_factory=list)
    site_name: str | None = None
    description: str | None = None
    standfirst: str | None = None
    image: Image | None = None
    canonical_url: str | None = None
    paywalled: bool = False
    rights: list[str] = field(default_factory=list)
    """Reservation signals that the page or its response states: noarchive, noai, tdm-reservation ..."""
    place: str | None = None
    """Where on the page the text was found (`crawler.extraction.place`); None where no one box holds it."""
    removed: list[str] = field(default_factory=list)
    """Lines that were taken out because they recur on the site, as its template says."""
    template: str | None = None
    """The record of the template that was known when the page was captured."""
    record_id: str = ""
    warc: str = ""
    offset: int = 0
    captured: datetime | None = None
    payload_digest: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    """For each field, the place that it was taken from, why, and what other places state (docs/metadata.md)."""
    parts: Parts | None = None
    """Its further pages; None for an article of one page."""
    extractor: str = ""
    """Name and version of what made the text, such as "broadsheet 0.1.0 (trafilatura 2.3.1)"."""
    path: str = ""
    """The text file, relative to the archives folder; set by storage."""
