"""Documents made to hang the crawler or to fill its memory: bounded, and what can be read is read."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from crawler.discovery import listing, repair, xmlstream
from crawler.discovery.feeds import parse_feed
from crawler.discovery.inflate import MAX_BYTES, MAX_MEMBERS, inflate
from crawler.discovery.sitemaps import parse_sitemap
from crawler.discovery.sniff import kind_of

URL = "https://news.example/sitemap.xml"
ROOT = Path(__file__).parents[2]

UNDER_A_LIMIT = """
import gzip, resource
resource.setrlimit(resource.RLIMIT_AS, (700 << 20, 700 << 20))
from crawler.discovery.feeds import parse_feed
from crawler.discovery.sitemaps import parse_sitemap
{}
"""


def under_a_limit(code: str) -> str:
    """What `code` prints in a process that may not take more than 700 MB of address space."""
    done = subprocess.run(
        [sys.executable, "-c", UNDER_A_LIMIT.format(code)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_decompression_bomb_is_read_up_to_the_limit() -> None:
    """128 MB of one URL packed into 130 kB, and that packed again."""
    shown = under_a_limit(
        "import zlib\n"
        "pack = zlib.compressobj(6, zlib.DEFLATED, 31)\n"
        "head = pack.compress(b'<urlset><url><loc>https://e.org/1</loc></url>')\n"
        "bomb = head + b''.join(pack.compress(b' ' * (1 << 24)) for _ in range(8)) + pack.flush()\n"
        "for body in (bomb, gzip.compress(bomb)):\n"
        "    found = parse_sitemap(body, 'https://e.org/sitemap.xml')\n"
        "    print([link.url for link in found.links], found.warnings[0])\n"
    )
    assert shown.splitlines() == ["['https://e.org/1'] larger than 50 MB, the rest was not read"] * 2


def test_a_huge_feed_takes_no_memory_for_what_is_not_kept() -> None:
    shown = under_a_limit(
        "item = b'<item><link>https://e.org/%d</link><description>' + b'x' * 400_000 + b'</description></item>'\n"
        "body = b'<rss><channel>' + b''.join(item % n for n in range(30)) + b'</channel></rss>'\n"
        "print(len(parse_feed(body, 'https://e.org/').links))\n"
    )
    assert shown == "30\n"


def test_as_many_urls_are_read_as_the_protocol_allows_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (listing.MAX_LINKS, MAX_BYTES) == (50_000, 50 * 1024 * 1024)
    monkeypatch.setattr(listing, "MAX_LINKS", 2000)
    body = b"<urlset>" + b"".join(b"<url><loc>/%d</loc></url>" % n for n in range(2007)) + b"</urlset>"
    found = parse_sitemap(body, URL)
    assert len(found.links) == 2000
    assert found.warnings == ["more than 2,000 URLs, the rest was not read"]


def test_an_index_of_too_many_children_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_LINKS", 2000)
    body = b"<sitemapindex>" + b"<sitemap><loc>/1</loc></sitemap>" * 2007 + b"</sitemapindex>"
    assert parse_sitemap(body, URL).warnings == ["more than 2,000 further documents, the rest was not read"]


def test_a_document_of_nothing_but_elements_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xmlstream, "MAX_ELEMENTS", 100_000)
    found = parse_sitemap(b"<urlset><url><loc>/1</loc></url>" + b"<a/>" * 200_000, URL)
    assert [link.url for link in found.links] == ["https://news.example/1"]
    assert found.warnings == ["more than 100,000 elements, the rest was not read"]


def test_a_document_of_nothing_but_defects_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair, "MAX_DEFECTS", 1000)
    found = parse_sitemap(
        b"<urlset><url><loc>/1</loc></url>" + b"&" * 200_000 + b"<url><loc>/2</loc></url></urlset>", URL
    )
    assert [link.url for link in found.links] == ["https://news.example/1"]
    assert found.warnings[-1] == "cut off before its end, what came before was read"


@pytest.mark.parametrize(
    "body",
    [
        b"<rss><channel>" + b"<a>" * 300_000,
        b"<rss><channel>" + b"<item>" * 100_000,
        b"<rss><channel><item>" + b"<link>/x</link>" * 50_000,
        b"<rss><channel><item><title>" + b"<" * 100_000,
        b"<rss><channel><item><title>" + b"&" * 100_000,
        b"<rss><channel><item><title>" + b"&a" * 100_000,
        b"<rss><channel><item><title>" + b"<![CDATA[" * 100_000,
        b"<rss><channel><item><title>" + b"<![CDATA[]]>" * 100_000,
        b"<rss><channel><item><title>" + b"<!--" * 100_000,
        b"<rss><channel><item><title>" + b"<?xml " * 100_000,
        b"<rss><channel>" + b"<!DOCTYPE" * 100_000,
        b"<!DOCTYPE rss [" + b"]" * 300_000 + b"<rss>",
        b"<rss " + b"a " * 300_000,
        b"<rss " + b" ".join(b'xmlns:a%d="b"' % n for n in range(30_000)) + b">",
        b"<rss>" + b"".join(b"<a%d/>" % n for n in range(60_000)),
        b"\n" * 3_000_000 + b"<rss>",
        b"x" * 3_000_000,
        b"\xff" * 1_000_000,
        b"<rss>" + "ä".encode("latin-1") * 1_000_000,
        b'{"items": [' + b"[" * 300_000,
        b'{"items": [' + b"1" * 300_000,
        b'{"items": [' + b"," * 300_000,
        b'{"items": [' + b'{"url": ' * 100_000,
        bytes(1_000_000),
        bytes(range(256)) * 1000,
    ],
    ids=lambda body: repr(body[:12] + b"..." + body[-12:]),
)
def test_what_was_known_to_take_quadratic_time_ends(body: bytes) -> None:
    """Half a megabyte would take minutes; the test ends, and nobody is told that all was well."""
    kind_of(body)
    for found in (parse_feed(body, URL), parse_sitemap(body, URL)):
        assert found.warnings
        assert len(found.links) <= 1


def test_every_cut_of_a_document_is_read_without_an_error() -> None:
    for name, parse in (("feeds/rss20-wordpress.xml", parse_feed), ("sitemaps/news.xml", parse_sitemap)):
        body = (Path(__file__).parent / name).read_bytes()
        whole = parse(body, URL)
        for end in range(0, len(body), 13):
            found = parse(body[:end], URL)
            assert found.warnings
            assert [link.url for link in found.links] == [link.url for link in whole.links][: len(found.links)]


def test_every_cut_of_a_packed_document_is_read_without_an_error() -> None:
    packed = gzip.compress((Path(__file__).parent / "sitemaps/news.xml").read_bytes(), mtime=0)
    assert all(parse_sitemap(packed[:end], URL).warnings for end in range(len(packed)))


def test_an_endless_row_of_empty_gzip_members_is_left() -> None:
    assert list(inflate(gzip.compress(b"", mtime=0) * (MAX_MEMBERS + 5), [])) == [b""]


def test_inflating_gives_small_pieces() -> None:
    """Nobody holds more of a bomb than a piece."""
    warnings: list[str] = []
    sizes = [len(piece) for piece in inflate(gzip.compress(bytes(MAX_BYTES + 1), mtime=0), warnings)]
    assert (max(sizes), sum(sizes)) == (65_536, MAX_BYTES)
    assert warnings == ["larger than 50 MB, the rest was not read"]


@pytest.mark.parametrize("title", ["News", "Žluťoučký kůň"])
@pytest.mark.parametrize("content_type", ["text/xml", "text/xml; charset=utf-16", "text/xml; charset=utf-8"])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_wide_encoding_is_known_without_a_mark(encoding: str, content_type: str, title: str) -> None:
    feed = f"<rss><channel><item><title>{title}</title><link>https://e.org/1</link></item></channel></rss>"
    found = parse_feed(feed.encode(encoding), URL, content_type)
    assert [(link.url, link.title) for link in found.links] == [("https://e.org/1", title)]


@pytest.mark.parametrize("declared", ["utf-16", "utf-16-le"])
def test_a_wide_encoding_is_believed_where_the_bytes_are_in_it(declared: str) -> None:
    """Without a mark it is little-endian (WHATWG Encoding)."""
    feed = "\n<rss><channel><item><title>Kůň, ý</title><link>https://e.org/1</link></item></channel></rss>"
    for encoding in ("utf-16-le", "utf-8"):
        found = parse_feed(feed.encode(encoding), URL, f"text/xml; charset={declared}")
        assert [link.title for link in found.links] == ["Kůň, ý"]


def test_a_byte_order_mark_in_the_middle_of_a_document_says_nothing_of_its_encoding() -> None:
    body = b"<urlset><url><loc>https://e.org/1</loc></url>\xff\xfe\x00<x/>\x82<url><loc>https://e.org/2</loc></url></urlset>"
    assert [link.url for link in parse_sitemap(body, URL).links] == ["https://e.org/1", "https://e.org/2"]
