"""Feeds: what the pairs of files in feeds/ do not show."""

from __future__ import annotations

import calendar
import io
from datetime import datetime
from pathlib import Path

import pytest

from crawler.discovery.feeds import parse_feed

feedparser = pytest.importorskip("feedparser")

URL = "https://news.example/feed"
BETTER_THAN_FEEDPARSER = {
    "atom10.xml": "feedparser leaves markup in titles",
    "rss-titles-escaped-twice.xml": "feedparser leaves references in titles",
    "atom-xml-base.xml": "feedparser keeps fragments",
    "rss10-rdf.xml": "feedparser knows no rdf:about and no date without seconds",
}
SOUND = [
    path
    for path in sorted((Path(__file__).parent / "feeds").glob("*.xml"))
    if not parse_feed(path.read_bytes(), URL).warnings and path.name not in BETTER_THAN_FEEDPARSER
]


def seconds(moment: datetime | None) -> int | None:
    """Whole seconds since 1970."""
    return int(moment.timestamp()) if moment else None


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
def test_sound_feeds_are_read_as_feedparser_reads_them(path: Path) -> None:
    """Links, titles and moments are those of the library that has read most feeds of the world."""
    body = path.read_bytes()
    theirs = feedparser.parse(
        io.BytesIO(body), response_headers={"content-location": URL}, sanitize_html=False, resolve_relative_uris=False
    )
    assert [
        (
            link.url,
            link.title,
            link.published and int(link.published.timestamp()),
            link.modified and int(link.modified.timestamp()),
        )
        for link in parse_feed(body, URL).links
    ] == [
        (
            entry.get("feedburner_origlink") or entry.link,
            entry.get("title"),
            calendar.timegm(entry.published_parsed) if "published_parsed" in entry else None,
            calendar.timegm(entry.updated_parsed) if "updated_parsed" in entry else None,
        )
        for entry in theirs.entries
    ]


def test_there_are_sound_feeds_to_compare() -> None:
    assert len(SOUND) >= 15


def feed(item: str, head: str = "") -> bytes:
    """An RSS feed with one item."""
    return f"<rss version='2.0'><channel>{head}<item>{item}</item></channel></rss>".encode()


def test_a_charset_in_the_header_counts_before_that_of_the_declaration() -> None:
    body = b"<?xml version='1.0' encoding='koi8-r'?>" + feed("<link>/1</link><title>Новости</title>").decode().encode(
        "cp1251"
    )
    assert parse_feed(body, URL, "application/rss+xml; charset=windows-1251").links[0].title == "Новости"


def test_valid_utf_8_is_utf_8_whatever_the_header_says() -> None:
    body = feed("<link>/1</link><title>Größe</title>")
    assert parse_feed(body, URL, "text/xml; charset=iso-8859-1").links[0].title == "Größe"


@pytest.mark.parametrize("charset", ["idna", "undefined", "hex", "unicode_escape", "no-such-thing", "utf-16", "\x00"])
def test_a_header_with_an_odd_charset_does_no_harm(charset: str) -> None:
    body = feed("<link>/1</link><title>Gr\u00f6\u00dfe \u00fcberall, \u00d6lpreise</title>").decode().encode("latin-1")
    assert parse_feed(body, URL, f"text/xml; charset={charset}").links[0].title == "Größe überall, Ölpreise"


def test_the_language_of_an_entry_counts_before_that_of_the_feed() -> None:
    body = feed("<link>/1</link><dc:language>pt_BR</dc:language>", "<language>en-us</language>")
    assert parse_feed(body, URL).links[0].language == "pt-BR"
    assert parse_feed(feed("<link>/1</link>", "<language>  en-us </language>"), URL).links[0].language == "en-us"
    assert parse_feed(feed("<link>/1</link>", "<language>English (US)</language>"), URL).links[0].language is None


def test_a_very_long_title_is_cut() -> None:
    assert len(parse_feed(feed(f"<link>/1</link><title>{'word ' * 9000}</title>"), URL).links[0].title or "") == 1000


@pytest.mark.parametrize("relation", ["next", "prev-archive", "NEXT", " next "])
def test_older_documents_are_followed(relation: str) -> None:
    link = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='{relation}' href='?paged=2'/>"
    assert parse_feed(feed("<link>/1</link>", link), URL).more == ["https://news.example/feed?paged=2"]


@pytest.mark.parametrize("relation", ["self", "hub", "first", "previous", "prev", "next-archive", "current", ""])
def test_other_documents_are_not(relation: str) -> None:
    link = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='{relation}' href='?paged=2'/>"
    assert parse_feed(feed("<link>/1</link>", link), URL).more == []


def test_a_feed_that_names_itself_as_the_next_leads_nowhere() -> None:
    link = f"<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='next' href='{URL}'/>"
    assert parse_feed(feed("<link>/1</link>", link), URL).more == []
