"""The source that is made of a survey, and the file that it becomes."""

from datetime import date

import pytest

from crawler.demo.server import serving
from crawler.prospect.dated import candidates
from crawler.prospect.draft import Draft, make_draft, name_for
from tests.prospect.sites import frontonly, newspaper, wordpress
from tests.prospect.sites.served import served

DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.example.org/", "example"),
        ("https://news.example.co.uk/", "example"),
        ("https://Example-Gazette.com.gr/", "example_gazette"),
        ("https://24chasa.bg/", "site_24chasa"),
        ("https://www.xn--kxadblxczv9d.gr/", "xn_kxadblxczv9d"),
        ("http://127.0.0.1:8000/", "site_127_0_0_1_8000"),
        ("https://blog.example.org/", "blog_example"),
    ],
)
def test_a_source_is_named_for_its_host(url, name):
    """In the letters that a source's name may have, without what all hosts have."""
    assert name_for(url) == name


def test_a_value_that_is_empty_is_left_out_and_odd_text_is_written_safely():
    """Quotes, line ends and control characters of a page can neither break the file nor leave their comment."""
    draft = Draft("sample")
    draft.add("", "title", 'The "Daily"\nNews \\ \x07', "said by\x1b[31m the page")
    draft.add("", "homepage", "https://example.org/")
    draft.add("", "language", "en")
    draft.add("", "country", "", "not found out")
    draft.add(
        "articles", "include", ["^https?://example\\.org/" + "x" * 90, "^https?://example\\.org/b"], "a\ntitle = 1"
    )
    source = draft.source()
    assert source.title == 'The "Daily"\nNews \\ \x07'
    assert len(source.articles.include) == 2
    assert "country" not in draft.toml("head")
    assert "\x1b" not in draft.toml("head")


def test_a_blog_gets_its_feed_its_sitemap_and_its_archive_pages(surveyed):
    """The feed of comments is left out; dates in the addresses become a template that was tried."""
    with served(wordpress.build) as site:
        source = make_draft(surveyed(f"{site.url}/"), "sample", DAY, True).source()
    assert source.discovery.feeds == (f"{site.url}/feed/",)
    assert source.discovery.sitemaps == (f"{site.url}/wp-sitemap.xml",)
    assert source.discovery.archives == (f"{site.url}/{{year}}/{{month:02}}/{{day:02}}/",)
    assert {"#comments", ".sharedaddy", ".jp-relatedposts", ".wpcnt"} <= set(source.extraction.drop)
    assert (source.title, source.language, source.country) == (wordpress.NAME, "en-GB", "GB")
    assert (source.verified, source.politeness.allow_private) == (DAY, True)


def test_a_newspaper_gets_its_sitemaps_its_standfirst_and_its_zone(surveyed):
    """The zone is that of the offsets that its articles state."""
    with served(newspaper.build) as site:
        source = make_draft(surveyed(f"{site.url}/"), "sample", DAY, False).source()
    assert source.discovery.sitemaps == (f"{site.url}/sitemaps/index.xml", f"{site.url}/sitemaps/news.xml")
    assert (source.timezone, source.extraction.standfirst) == ("Europe/Amsterdam", True)
    assert (source.discovery.sections, source.politeness.allow_private) == ((), False)


def test_a_site_without_lists_gets_its_sections_and_their_pages(surveyed):
    """The front page and the sections of its menu, which go on on further pages."""
    with served(frontonly.build) as site:
        source = make_draft(surveyed(f"{site.url}/"), "sample", DAY, False).source()
    assert source.discovery.sections == tuple(f"{site.url}/{name}" for name in ("", "local/", "sport/", "letters/"))
    assert (source.discovery.feeds, source.discovery.sitemaps, source.discovery.pages) == ((), (), 3)
    assert source.title == frontonly.NAME


def test_archive_pages_are_guessed_from_dates_in_addresses():
    """A day before a month; nothing where there is no date, or where a brace would be a place in the template."""
    urls = [f"https://example.org/news/2026/11/{day}/title-{n}/" for n, day in enumerate((20, 20, 21))]
    days, months = candidates(urls)
    assert days == (
        "https://example.org/news/{year}/{month:02}/{day:02}/",
        "https://example.org/news/2026/11/20/",
        urls[:2],
    )
    assert months[:2] == ("https://example.org/news/{year}/{month:02}/", "https://example.org/news/2026/11/")
    assert list(candidates(["https://example.org/a-title/", "https://example.org/{x}/2026/11/20/a/"])) == []


def test_a_site_that_went_quiet_keeps_its_lists_and_all_quirks_of_the_sample_newspaper_are_met(surveyed):
    """The newspaper of `scrapy demo` ended in 2024: its feeds and sitemaps are kept, and read whole."""
    with serving(0) as server:
        source = make_draft(surveyed(f"{server.url}/"), "sample", DAY, True).source()
        articles = [f"{server.url}{article.url_path}" for article in server.paper.articles(1)]
    assert len(source.discovery.feeds) == 2
    assert (len(source.discovery.sitemaps), source.discovery.sitemap_days) == (2, 0)
    assert sum(map(source.is_article, articles)) >= 0.9 * len(articles)
    assert {".share", "#comments"} <= set(source.extraction.drop)
