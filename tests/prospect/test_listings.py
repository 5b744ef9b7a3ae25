"""What is thought of feeds and sitemaps: which are of use, which are dead, and which of their entries are articles."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from crawler.prospect.answers import Answer
from crawler.prospect.listings import (
    MANY_CHILDREN,
    MANY_ENTRIES,
    article_links,
    children_to_read,
    judge_feed,
    judge_index,
    judge_sitemap,
    other_children,
    without_doubles,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOST = "https://example.org"
NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def answer(body, url=f"{HOST}/feed/", status=200, kind="application/xml"):
    return Answer(url, url, status, kind, body.encode())


def rss(*entries, title="A title of some length"):
    items = "".join(
        f"<item><title>{title}</title><link>{link}</link><pubDate>{when:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for link, when in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'


def urlset(*paths, days=0):
    when = NOW - timedelta(days=days)
    urls = "".join(f"<url><loc>{HOST}{path}</loc><lastmod>{when:%Y-%m-%d}</lastmod></url>" for path in paths)
    return f'<?xml version="1.0"?><urlset {NS}>{urls}</urlset>'


def index(*paths, dated=""):
    maps = "".join(f"<sitemap><loc>{HOST}{path}</loc>{dated}</sitemap>" for path in paths)
    return f'<?xml version="1.0"?><sitemapindex {NS}>{maps}</sitemapindex>'


ENTRIES = [(f"{HOST}/2026/11/{day:02}/some-title-of-{day}/", NOW - timedelta(days=22 - day)) for day in range(12, 22)]


def test_a_feed_with_entries_is_kept_and_says_how_fresh_it_is():
    """Its reason has the number of entries and the newest date."""
    listing = judge_feed(answer(rss(*ENTRIES)), NOW)
    assert (listing.kept, listing.reason) == (True, "10 entries, the newest of 2026-11-21")


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ("<html><body>Not found</body></html>", 200, "no feed but an HTML page"),
        (rss(), 200, "it has no entries"),
        (rss((f"{HOST}/2024/01/01/old/", NOW - timedelta(days=700))), 200, "nothing new since 2024-12-22"),
        ("", 200, "no feed but an empty answer"),
        (rss(*ENTRIES), 404, "HTTP 404"),
        (rss(*((f"{url}#comment-{n}", when) for n, (url, when) in enumerate(ENTRIES))), 200, "it lists comments"),
        (rss(*ENTRIES, title="Comment on The gate by Ann"), 200, "it lists comments"),
    ],
)
def test_a_feed_that_is_of_no_use_is_left_out_with_the_reason(body, status, reason):
    """Judged by what it says and not by its address."""
    listing = judge_feed(answer(body, status=status), NOW)
    assert (listing.kept, listing.reason) == (False, reason)


def test_the_comment_links_of_an_ordinary_feed_make_it_no_comment_feed():
    """WordPress names the comments of each post in its feed of posts."""
    body = rss(*ENTRIES).replace("</item>", "<comments>https://example.org/x/#comments</comments></item>")
    assert judge_feed(answer(body), NOW).kept


def test_of_two_feeds_that_say_the_same_one_is_kept():
    """The larger one stays, the other says which one has it all."""
    whole, part = judge_feed(answer(rss(*ENTRIES)), NOW), judge_feed(answer(rss(*ENTRIES[:4]), f"{HOST}/rss"), NOW)
    kept, left = without_doubles([part, whole])
    assert (kept.url, left.url, left.kept) == (f"{HOST}/feed/", f"{HOST}/rss", False)
    assert f"{HOST}/feed/" in left.reason


def test_a_sitemap_whose_name_says_tags_lists_no_articles():
    """Its addresses are known to be no articles."""
    listing = judge_sitemap(answer(urlset("/tag/lock-gates-2024-12345/"), f"{HOST}/post_tag-sitemap.xml"), NOW)
    assert not listing.kept
    assert listing.others == (f"{HOST}/tag/lock-gates-2024-12345/",)


def test_of_a_mixed_sitemap_the_addresses_of_articles_are_taken():
    """Pages about the site are told from articles by the form of their addresses."""
    body = urlset("/about/", "/contact/", "/2026/11/20/a-title-of-some-length/", "/2026/11/21/another-title-here/")
    links = article_links(judge_sitemap(answer(body, f"{HOST}/sitemap.xml"), NOW))
    assert [link.url for link in links] == [
        f"{HOST}/2026/11/20/a-title-of-some-length/",
        f"{HOST}/2026/11/21/another-title-here/",
    ]


def test_a_sitemap_that_stopped_years_ago_is_dead():
    """A site that moved its sitemaps leaves the old ones behind."""
    listing = judge_sitemap(answer(urlset("/2020/1/1/a-title/", days=900), f"{HOST}/sitemap.xml"), NOW)
    assert (listing.kept, listing.reason) == (False, "nothing new since 2024-06-05")


def test_of_an_index_the_newest_children_with_articles_are_read():
    """News and posts before the rest, the newest first; tags and pages never."""
    names = [
        "post-sitemap.xml",
        "page-sitemap.xml",
        "category-sitemap.xml",
        "articles-2019-01.xml",
        "author-sitemap.xml",
    ]
    listing = judge_sitemap(answer(index(*(f"/{name}" for name in names)), f"{HOST}/sitemap_index.xml"), NOW)
    assert children_to_read(listing, NOW - timedelta(days=30)) == [f"{HOST}/post-sitemap.xml"]
    assert other_children(listing) == [f"{HOST}/{name}" for name in (names[1], names[2], names[4])]


def test_an_index_that_each_crawl_would_read_whole_is_left_out():
    """Hundreds of children without a date would be asked for each time."""
    listing = judge_sitemap(answer(index(*(f"/part{n}.xml" for n in range(200))), f"{HOST}/sitemap.xml"), NOW)
    judged = judge_index(listing, 3)
    assert not judged.kept
    assert "200 of its 200" in judged.reason
    few = judge_sitemap(answer(index(*(f"/part{n}.xml" for n in range(MANY_CHILDREN))), f"{HOST}/sitemap.xml"), NOW)
    assert judge_index(few, 3).kept
    assert not judge_index(few, 0).kept


@pytest.mark.parametrize(("dated", "told"), [(True, "nearly all of 2026-11-21"), (False, "nearly all without a date")])
def test_a_sitemap_of_very_many_that_does_not_tell_the_new_ones_is_left_out(dated, told):
    """A crawl would fetch them all; with a few entries, or with dates that differ, it is kept."""
    paths = [f"/news/a-story-of-the-old-bridge-{n}" for n in range(MANY_ENTRIES)]
    same = urlset(*paths, days=1) if dated else re.sub("<lastmod>.*?</lastmod>", "", urlset(*paths))
    judged = judge_sitemap(answer(same, f"{HOST}/sitemap.xml"), NOW)
    assert (judged.kept, judged.timeless) == (False, True)
    assert told in judged.reason
    differing = same.replace("2026-11-21", "2026-11-20", MANY_ENTRIES // 2)  # as it was where there are none
    assert judge_sitemap(answer(urlset(*paths[1:], days=1), f"{HOST}/sitemap.xml"), NOW).kept
    assert judge_sitemap(answer(differing, f"{HOST}/sitemap.xml"), NOW).kept is dated
    index_of_it = judge_sitemap(answer(index("/old.xml"), f"{HOST}/sitemap.xml"), NOW)
    assert "a crawl could not tell" in judge_index(index_of_it, 0, judged.reason).reason
