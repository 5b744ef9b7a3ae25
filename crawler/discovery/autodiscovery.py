"""Where a site's feeds and sitemaps are, from its pages, its robots.txt, and the addresses that most software uses.

What is found is a hint: fetch it, and let `kind_of` say what it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin

from lxml.html import HtmlElement

from crawler.discovery.charsets import decode_pieces
from crawler.discovery.inflate import inflate
from crawler.discovery.links import Link, language_tag, plain_title
from crawler.discovery.sniff import kind_of
from crawler.discovery.urls import absolute, canonical_url, host_of
from crawler.extraction.decode import decode_page
from crawler.extraction.parse import parse_page

FEED_PATHS = (
    *("feed/", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json", "rss/", "feeds/", "index.rdf"),
    *("rss/all.xml", "rss/news.xml", "feeds/posts/default", "?feed=rss2", "news/rss.xml", "en/rss.xml"),
)
"""Where the feeds of WordPress, Ghost, Hugo, Jekyll, Drupal, Blogger and most home-made systems are."""

SITEMAP_PATHS = (
    *("sitemap.xml", "sitemap_index.xml", "news-sitemap.xml", "sitemap-news.xml", "sitemap_news.xml", "wp-sitemap.xml"),
    *("sitemap-index.xml", "sitemapindex.xml", "sitemap.xml.gz", "sitemap/", "sitemaps.xml", "sitemap.txt"),
    *("googlenews.xml", "sitemaps/news.xml"),
)
"""Where sitemaps are that robots.txt does not name."""

_FEED_TYPES = frozenset(
    {
        *("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"),
        *(
            "application/json",
            "application/xml",
            "text/xml",
            "text/rss+xml",
            "application/rss",
            "application/x-rss+xml",
        ),
    }
)
"""What feeds are called in `type`; oEmbed has types of its own (`application/json+oembed`)."""

_COMMENTS = re.compile(
    r"comment|kommentar|coment[aá]ri|commenti|reacties|komentar|yorum|комментари|коментар|σχολ[ιί]|تعليق|评论|評論|コメント|댓글|תגובות",
    re.IGNORECASE,
)
_NO_FEED = re.compile(r"/wp-json/|oembed|/comments/|/xmlrpc|manifest\.json|opensearch", re.IGNORECASE)
_FEED_ADDRESS = re.compile(
    r"/(?:rss|atom|feeds?)(?:/[\w-]*)?/?(?:\.(?:xml|rdf|php|json))?$|\.(?:rss|atom|rdf)$|[/_-](?:rss|atom|feed)\.(?:xml|json|php)$"
    r"|[?&]feed=(?:rss2?|atom)|/feeds/posts/default",
    re.IGNORECASE,
)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)


def page_feeds(html: bytes | str, url: str, content_type: str | None = None) -> list[Link]:
    """The feeds that the page `html` at `url` names: those of `<link rel=alternate>`, then links that look like feeds.

    Each once, with its title, in the order of the page. Feeds of comments and oEmbed are left out, and so are plain
    links to other sites.
    """
    if isinstance(html, bytes) and kind_of(html, content_type) not in ("html", "text", "xml"):
        return []
    tree = parse_page(html if isinstance(html, str) else decode_page(html, content_type).text)
    if tree is None:
        return []
    base = absolute(url, next((one.get("href") for one in tree.iter("base") if one.get("href")), "")) or url
    found: dict[str, Link] = {}
    for link in (*_named(tree, base), *_linked(tree, base, url)):
        found.setdefault(canonical_url(link.url), link)
    return list(found.values())


def robots_sitemaps(body: bytes, url: str, content_type: str | None = None) -> list[str]:
    """The URLs on the Sitemap lines of a robots.txt at `url`, of any length and encoding, each once.

    They belong to no group, and may stand anywhere (RFC 9309, section 2.2.4). An HTML page served for
    robots.txt names none.
    """
    if kind_of(body, content_type) == "html":
        return []
    text = "".join(decode_pieces(inflate(body, []), content_type, [])).replace("\r", "\n")
    found: dict[str, None] = {}
    for match in _SITEMAP_LINE.finditer(text):
        for written in re.split(r"[\s,]+(?=https?://)", match[1].partition(" #")[0].strip()):
            address = absolute(url, written) if written else None
            if address:
                found.setdefault(address)
    return list(found)


def well_known(url: str) -> tuple[list[str], list[str]]:
    """Addresses at which a site may have feeds and sitemaps that nothing names: (feeds, sitemaps).

    For a homepage in a folder (`https://example.org/blog/`) those in the folder come before those of the host.
    """
    folder = urljoin(url, "./" if url.endswith("/") or "." in url.rpartition("/")[2] else f"{url.rpartition('/')[2]}/")
    roots = dict.fromkeys((folder, urljoin(url, "/")))
    feeds = [urljoin(root, path) for root in roots for path in FEED_PATHS]
    return feeds, [urljoin(root, path) for root in roots for path in SITEMAP_PATHS]


def _named(tree: HtmlElement, base: str) -> Iterator[Link]:
    """Feeds that a page's `<link>` elements name."""
    for one in tree.iter("link"):
        relations = one.get("rel", "").lower().split()
        kind = one.get("type", "").partition(";")[0].strip().lower()
        title = plain_title(one.get("title"))
        address = absolute(base, one.get("href", "")) if one.get("href") else None
        if not address or not ((kind in _FEED_TYPES and "alternate" in relations) or "feed" in relations):
            continue
        if not _NO_FEED.search(address) and not _COMMENTS.search(title or ""):
            yield Link(address, title, language=language_tag(one.get("hreflang")))


def _linked(tree: HtmlElement, base: str, url: str) -> Iterator[Link]:
    """Feeds that a page links to in its text: the row of orange buttons in the footer."""
    for one in tree.iter("a"):
        reference = one.get("href", "")
        address = absolute(base, reference) if _FEED_ADDRESS.search(reference) else None
        if address and host_of(address) == host_of(url) and not _NO_FEED.search(address):
            title = plain_title(one.text_content() or one.get("title"))
            if not _COMMENTS.search(title or ""):
                yield Link(address, title)
