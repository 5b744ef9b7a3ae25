"""Sitemaps: indexes, lists of URLs, news sitemaps, plain text, packed or not, whole or half-broken.

https://www.sitemaps.org/protocol.html, and for news
https://developers.google.com/search/docs/crawling-indexing/sitemaps/news-sitemap.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain

from crawler.discovery.charsets import decode_pieces
from crawler.discovery.feeds import parse_feed
from crawler.discovery.inflate import inflate
from crawler.discovery.links import Found, language_tag, plain_title
from crawler.discovery.listing import Entry, Listing
from crawler.discovery.periods import periods_of
from crawler.discovery.sniff import kind_of
from crawler.discovery.urls import MAX_LENGTH, absolute
from crawler.discovery.xmlstream import Record, RecordReader, Shape

_SHAPE = Shape(
    records=frozenset({"url", "sitemap"}),
    opaque=frozenset({"image", "video", "image:image", "video:video"}),
    fields=frozenset(
        {
            *("loc", "lastmod", "publication_date", "title", "language"),
            *("news:publication_date", "news:title", "news:language", "other:publication_date"),
        }
    ),
    prefixes={
        "http://www.google.com/schemas/sitemap-news/0.9": "news",
        "https://www.google.com/schemas/sitemap-news/0.9": "news",
        "http://www.google.com/schemas/sitemap-news/0.9/": "news",
        "http://www.google.com/schemas/sitemap-image/1.1": "image",
        "http://www.google.com/schemas/sitemap-video/1.1": "video",
        "http://www.sitemaps.org/schemas/sitemap/0.9": "",
        "https://www.sitemaps.org/schemas/sitemap/0.9": "",
        "http://www.google.com/schemas/sitemap/0.84": "",
    },
)

_NOT_A_SITEMAP = {
    "html": "an HTML page, not a sitemap",
    "robots": "a robots.txt, not a sitemap; its Sitemap lines may name some",
    "empty": "an empty body, not a sitemap",
}
STEP = 500
"""Entries that are read before somebody else has a turn: some ten milliseconds."""

_CHILD = re.compile(r"\.xml(?:\.gz)?$", re.IGNORECASE)
_DAY = timedelta(days=1)


def parse_sitemap(body: bytes, url: str, content_type: str | None = None) -> Found:
    """The URLs that the sitemap `body` lists, which came from `url`; `Found.more` has the children of an index.

    Never raises and never fetches. Gzip is unpacked, whatever the headers said. `modified` is the lastmod, `published`
    the date of a news sitemap. At most 50,000 URLs and 50 MB (unpacked) are read, as the protocol has it. A feed at
    a sitemap's address is read as one. Who follows `more` must bound the nesting: an index may list itself or
    another index; the protocol has one level, three are seen, and each URL is worth one visit.
    """
    steps = sitemap_steps(body, url, content_type)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def sitemap_steps(body: bytes, url: str, content_type: str | None = None) -> Generator[None, None, Found]:
    """As `parse_sitemap`, a step of some hundred entries at a time: a full sitemap takes seconds of a processor."""
    kind = kind_of(body, content_type)
    if kind == "feed":
        return parse_feed(body, url, content_type)
    listing = Listing(url)
    pieces = decode_pieces(inflate(body, listing.warnings), content_type, listing.warnings)
    if kind != "sitemap":
        listing.warnings.append(_NOT_A_SITEMAP.get(kind, "neither a sitemap nor a feed"))
    else:
        first = next(pieces, "")
        read = _read_xml if "<" in first else _read_lines
        yield from read(chain([first], pieces), listing)
    return listing.found()


def children(found: Found, since: date | None = None, until: date | None = None) -> list[str]:
    """The children of a sitemap index that may list articles published from `since` to `until`, both included.

    Left out are a child whose URL names a period (`sitemap-2017-07.xml`, `2017_q3`) that is outside, and one whose
    URL names none and that last changed before `since`. One that says nothing stays. A day on each side allows
    for zones.
    """
    since = since - _DAY if since and since > date.min else None
    until = until + _DAY if until and until < date.max else None
    kept: list[str] = []
    for url, period in periods_of(found.more).items():
        changed = found.changed.get(url)
        if period is None and changed and since and changed.date() < since:
            continue
        if period is None or period.overlaps(since, until):
            kept.append(url)
    return kept


def _read_xml(pieces: Iterator[str], listing: Listing) -> Iterator[None]:
    """Put what an XML sitemap lists into `listing`."""
    reader = RecordReader(_SHAPE)
    for number, record in enumerate(reader.read(pieces), 1):
        fields = _fields(record)
        written = fields.get("loc")
        location = absolute(listing.url, written) if written else None
        if record.name == "sitemap" or reader.root == "sitemapindex" or (location and _is_child(location)):
            taken = listing.add_more(location, [fields.get("lastmod", "")])
        else:
            taken = listing.add(_entry(fields, location))
        if not taken:
            break
        if number % STEP == 0:
            yield
    listing.warnings += reader.warnings()


def _read_lines(pieces: Iterator[str], listing: Listing) -> Iterator[None]:
    """Put the URLs of a plain text sitemap, one a line, into `listing`."""
    rest = ""
    for piece in pieces:
        *lines, rest = (rest + piece).replace("\r", "\n").split("\n")
        if not all(listing.add(Entry(_line_url(line))) for line in lines if line.strip()):
            return
        rest = rest[: 2 * MAX_LENGTH]
        yield
    if rest.strip():
        listing.add(Entry(_line_url(rest)))


def _line_url(line: str) -> str | None:
    """The URL on a line of a plain text sitemap; other words on it are not one."""
    line = line.strip("\ufeff \t\r\0")
    return absolute(line, "") if line.lower().startswith(("http://", "https://")) and " " not in line else None


def _fields(record: Record) -> dict[str, str]:
    """The fields that have text, by their names; of several of one name the first."""
    fields: dict[str, str] = {}
    for one in record.fields:
        if one.text:
            fields.setdefault(one.name, one.text)
    return fields


def _entry(fields: Mapping[str, str], location: str | None) -> Entry:
    """A URL with what the sitemap says of it."""
    named = ("news:publication_date", "publication_date", "other:publication_date")
    title = fields.get("news:title") or fields.get("title")
    language = fields.get("news:language") or fields.get("language")
    return Entry(
        url=location,
        title=plain_title(title) if title else None,
        published=[next((fields[name] for name in named if name in fields), "")],
        modified=[fields.get("lastmod", "")],
        language=language_tag(language) if language else None,
    )


def _is_child(url: str) -> bool:
    """Whether a URL in a list of pages is a sitemap: some indexes are written as lists."""
    return bool(_CHILD.search(url.partition("?")[0]))
