"""Content is believed, not addresses and not headers."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from crawler.discovery.sniff import kind_of

HERE = Path(__file__).parent
NOT_THEIR_FOLDER = {
    "empty.xml": "empty",
    "only-blanks.xml": "empty",
    "empty.html": "empty",
    "html-at-the-address.xml": "html",
    "text-at-the-address.xml": "text",
    "json-that-is-no-feed.json": "json",
    "sitemap-at-the-address.xml": "sitemap",
    "rss-at-the-address.xml": "feed",
    "robots-at-the-address.txt": "robots",
    "feed-at-the-address.html": "feed",
    "binary-at-the-address.html": "binary",
}
KINDS = {"feeds": "feed", "sitemaps": "sitemap", "sections": "html"}
FILES = [
    path for folder in KINDS for path in sorted((HERE / folder).iterdir()) if not path.name.endswith(".expected.json")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_document_is_known_by_its_content(path: Path) -> None:
    assert kind_of(path.read_bytes()) == NOT_THEIR_FOLDER.get(path.name, KINDS[path.parent.name])


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html><body>About <rss> and <feed> elements", "html"),
        (b"<!-- <html> --><feed xmlns='http://www.w3.org/2005/Atom'/>", "feed"),
        (b"<p>A fragment of a page</p>", "html"),
        (b"<opml><body/></opml>", "html"),
        (b"<?xml version='1.0'?><opml><outline/></opml>", "xml"),
        (b'[{"id": 1, "link": "https://e.org/"}]', "json"),
        (b"{ not json", "json"),
        (b"User-agent: *\nDisallow: /", "robots"),
        (b"# only a comment\n", "text"),
        (b"https://e.org/1", "sitemap"),
        (b"https://e.org/1 is where we are\nand more", "text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "binary"),
        (b"\0\0\0\0", "binary"),
        (b"", "empty"),
        (gzip.compress(b"<urlset/>", mtime=0), "sitemap"),
        (gzip.compress(gzip.compress(b"<rss/>", mtime=0), mtime=0), "feed"),
        (b"<!--" + b"x" * 200_000, "text"),
    ],
)
def test_a_kind_is_told_from_the_first_bytes(body: bytes, kind: str) -> None:
    assert kind_of(body) == kind


def test_the_header_counts_only_where_the_content_says_nothing() -> None:
    assert kind_of(b"<rss/>", "text/html") == "feed"
    assert kind_of(b"Nothing to see", "text/html") == "html"
    assert kind_of(b"Nothing to see", "application/rss+xml") == "text"
