"""Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, and JSON Feed (see `jsonfeed`), whole or half-broken.

https://www.rssboard.org/rss-specification, https://www.rfc-editor.org/rfc/rfc4287 (Atom), and
https://www.rfc-editor.org/rfc/rfc5005 (feeds in several documents).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import chain
from urllib.parse import urljoin

from crawler.discovery.charsets import decode_pieces
from crawler.discovery.inflate import inflate
from crawler.discovery.jsonfeed import parse_json_feed
from crawler.discovery.links import Found, language_tag, plain_title
from crawler.discovery.listing import Entry, Listing
from crawler.discovery.sniff import kind_of
from crawler.discovery.urls import absolute
from crawler.discovery.xmlstream import Field, Record, RecordReader, Shape

MORE = frozenset({"next", "prev-archive"})
"""Relations to the next older document of a feed: paged and archived feeds (RFC 5005, sections 3 and 4)."""

_PUBLISHED = (
    "pubdate",
    "published",
    "atom:published",
    "dcterms:issued",
    "issued",
    "dc:date",
    "date",
    "dcterms:created",
)
_MODIFIED = ("updated", "atom:updated", "dcterms:modified", "modified")
_LANGUAGES = ("language", "dc:language")
_ORIGINALS = ("feedburner:origlink", "pheedo:origlink")
"""Where services that count clicks put the address of the article; `link` is then their own."""

_SHAPE = Shape(
    records=frozenset({"item", "entry", "channel", "feed"}),
    opaque=frozenset({"image", "textinput", "source", "author", "contributor"}),
    fields=frozenset(
        {"title", "link", "atom:link", "guid", "id", *_PUBLISHED, *_MODIFIED, *_LANGUAGES, *_ORIGINALS, "created"}
    ),
    prefixes={
        "http://www.w3.org/2005/atom": "atom",
        "http://purl.org/atom/ns#": "atom",
        "http://purl.org/dc/elements/1.1/": "dc",
        "http://purl.org/dc/terms/": "dcterms",
        "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
        "http://www.pheedo.com/namespace/pheedo": "pheedo",
        "http://purl.org/rss/1.0/": "",
        "http://my.netscape.com/rdf/simple/0.9/": "",
        "http://backend.userland.com/rss2": "",
        "http://blogs.law.harvard.edu/tech/rss": "",
    },
)

_NOT_A_FEED = {
    "html": "an HTML page, not a feed; its <link rel=alternate> may name one",
    "sitemap": "a sitemap, not a feed: list it under `sitemaps`",
    "json": "JSON, but no JSON Feed (it has no `items`)",
    "robots": "a robots.txt, not a feed",
    "empty": "an empty body, not a feed",
}


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Found:
    """The entries of the feed `body`, which came from `url` with the HTTP header `content_type`.

    Never raises and never fetches. `Found.more` has the next older document of a paged or archived feed (RFC 5005);
    feeds of WordPress can be paged with `?paged=2` too, which no feed says. Of a broken feed comes what can be
    read, and a warning.
    """
    kind = kind_of(body, content_type)
    listing = Listing(url)
    pieces = decode_pieces(inflate(body, listing.warnings), content_type, listing.warnings)
    first = next(pieces, "")
    if kind != "feed":
        listing.warnings.append(_NOT_A_FEED.get(kind, "neither RSS nor Atom nor JSON Feed"))
    elif first.lstrip("\ufeff \t\r\n").startswith("{"):
        parse_json_feed(first + "".join(pieces), listing)
    else:
        _read_xml(chain([first], pieces), listing)
    return listing.found()


def _read_xml(pieces: Iterator[str], listing: Listing) -> None:
    """Put the entries of an RSS or Atom feed into `listing`."""
    reader = RecordReader(_SHAPE)
    for record in reader.read(pieces):
        if record.name in ("channel", "feed"):
            listing.language = listing.language or _language(record)
            listing.more += [link for link in (_more(one, listing.url) for one in record.fields) if link]
        elif not listing.add(_entry(record, listing.url)):
            break
    listing.warnings += reader.warnings()


def _entry(record: Record, url: str) -> Entry:
    """An item or entry, as far as it can be read."""
    title = next((one for one in record.fields if one.name == "title" and one.text), None)
    return Entry(
        url=_article(record, url),
        title=plain_title(title.text, markup=title.attributes.get("type") not in ("text", "xhtml")) if title else None,
        published=_dates(record, _PUBLISHED),
        modified=_dates(record, _MODIFIED),
        language=_language(record),
    )


def _article(record: Record, url: str) -> str | None:
    """The address of the article that `record` is about."""
    for one, reference in _candidates(record):
        found = absolute(_base(one, url), reference) if reference else None
        if found:
            return found
    return absolute(url, record.attributes.get("about", "")) if record.attributes.get("about") else None


def _candidates(record: Record) -> Iterator[tuple[Field, str]]:
    """What may be the article's address, the best first."""
    links = [one for one in record.fields if one.name in ("link", "atom:link")]
    yield from ((one, one.text) for one in record.fields if one.name in _ORIGINALS)
    yield from ((one, one.text) for one in links if "href" not in one.attributes)
    alternates = [one for one in links if one.attributes.get("rel", "alternate").strip().lower() in ("alternate", "")]
    for one in sorted(alternates, key=lambda one: "html" not in one.attributes.get("type", "html")):
        yield one, one.attributes.get("href", "")
    for one in record.fields:
        permanent = one.attributes.get("ispermalink", "true").strip().lower() != "false"
        if one.name in ("guid", "id") and permanent and one.text.lower().startswith(("http://", "https://")):
            yield one, one.text


def _more(one: Field, url: str) -> str | None:
    """The older document that a feed's link leads to, or None."""
    if one.name not in ("link", "atom:link") or one.attributes.get("rel", "").strip().lower() not in MORE:
        return None
    return absolute(_base(one, url), one.attributes.get("href", ""))


def _base(one: Field, url: str) -> str:
    """What relative references in a field are relative to."""
    try:
        return reduce(urljoin, one.bases, url)
    except ValueError:
        return url


def _dates(record: Record, names: tuple[str, ...]) -> list[str]:
    """The dates that go by one of `names`, as written, in the order of names."""
    return [one.text for name in names for one in record.fields if one.name == name and one.text]


def _language(record: Record) -> str | None:
    """The language that a record states, or is marked with."""
    stated = (language_tag(one.text) for one in record.fields if one.name in _LANGUAGES)
    return next(filter(None, stated), None) or language_tag(record.language)
