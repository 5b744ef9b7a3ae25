"""What a run notes of a listing, there and back through JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from crawler.discovery.feeds import parse_feed
from crawler.discovery.links import Found, Link
from crawler.discovery.sitemaps import parse_sitemap
from crawler.health.listings import Listing, listing_of

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def is_news(url: str) -> bool:
    return "/news/" in url


def entries(*hours_ago: float) -> Found:
    return Found(
        [Link(f"https://x.example/news/{n}", published=NOON - timedelta(hours=h)) for n, h in enumerate(hours_ago)]
    )


def test_the_newest_the_oldest_and_the_longest_gap_are_noted() -> None:
    noted = listing_of("feed", entries(5, 1, 30, 6), is_news)
    assert (noted.newest, noted.oldest) == (NOON - timedelta(hours=1), NOON - timedelta(hours=30))
    assert noted.gap == timedelta(hours=24)


def test_two_entries_have_no_rhythm() -> None:
    assert listing_of("feed", entries(1, 30), is_news).gap is None


def test_links_that_are_no_articles_are_counted_and_the_first_is_kept() -> None:
    found = Found([Link("https://x.example/news/1"), Link("https://x.example/a"), Link("https://x.example/b")])
    noted = listing_of("section", found, is_news)
    assert (noted.links, noted.articles, noted.passed_over) == (3, 1, "https://x.example/a")


def test_a_page_in_place_of_a_feed_or_a_sitemap_is_a_failure() -> None:
    page = b"<html><body><h1>Welcome</h1></body></html>"
    for role, found in (
        ("feed", parse_feed(page, "https://x.example/feed", "text/html")),
        ("sitemap", parse_sitemap(page, "https://x.example/sitemap.xml", "text/html")),
    ):
        noted = listing_of(role, found, is_news)
        assert noted.failed == f"no {role}"
        assert "HTML" in noted.warning


def test_a_feed_without_entries_is_empty_and_no_failure() -> None:
    body = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title></channel></rss>'
    noted = listing_of("feed", parse_feed(body, "https://x.example/feed", "application/rss+xml"), is_news)
    assert noted.empty
    assert not noted.failed


def test_a_section_without_articles_is_empty_and_no_failure() -> None:
    noted = listing_of("section", Found(warnings=["none of 9 links looks like an article"]), is_news)
    assert noted.empty
    assert noted.warning


def test_a_listing_comes_back_from_json_as_it_was() -> None:
    for noted in (listing_of("feed", entries(5, 1, 30), is_news), Listing("sitemap", failed="HTTP 404")):
        assert Listing.from_json(json.loads(json.dumps(noted.as_json()))) == noted
