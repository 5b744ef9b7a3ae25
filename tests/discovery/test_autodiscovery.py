"""Where the feeds and sitemaps of a site are."""

from __future__ import annotations

import pytest

from crawler.discovery.autodiscovery import page_feeds, robots_sitemaps, well_known

URL = "https://news.example/"


def feeds(*lines: str, url: str = URL) -> list[str]:
    """The feeds of a page with `lines` in it."""
    return [link.url for link in page_feeds("<html><head>" + "\n".join(lines), url)]


def test_feeds_are_named_by_link_elements_with_their_titles() -> None:
    page = (
        '<html><head><meta charset="windows-1251"><title>x</title>'
        '<link rel="alternate" type="application/rss+xml" title="Новости &raquo; лента" href="/feed/" hreflang="ru">'
        "<LINK HREF=atom.xml TYPE='application/atom+xml; charset=utf-8' REL='ALTERNATE'>"
    )
    found = page_feeds(page.encode("cp1251"), "https://news.example/ru/")
    assert [(one.url, one.title, one.language) for one in found] == [
        ("https://news.example/feed/", "Новости » лента", "ru"),
        ("https://news.example/ru/atom.xml", None, None),
    ]


@pytest.mark.parametrize(
    "kind", ["application/feed+json", "application/json", "application/rdf+xml", "text/xml", "application/xml"]
)
def test_all_types_of_feeds_are_known(kind: str) -> None:
    assert feeds(f'<link rel="alternate" type="{kind}" href="/x">') == ["https://news.example/x"]


@pytest.mark.parametrize(
    "line",
    [
        '<link rel="alternate" type="application/rss+xml" title="Blog &raquo; Comments Feed" href="/comments/feed/">',
        '<link rel="alternate" type="application/rss+xml" title="Blog &raquo; Kommentar-Feed" href="/a/feed/">',
        '<link rel="alternate" type="application/rss+xml" title="Лента комментариев" href="/a/feed/">',
        '<link rel="alternate" type="application/json+oembed" href="/oembed/1.0/embed?url=x">',
        '<link rel="alternate" type="text/xml+oembed" href="/embed?format=xml">',
        '<link rel="alternate" type="application/json" href="/wp-json/wp/v2/posts/1">',
        '<link rel="alternate" hreflang="de" href="https://de.news.example/">',
        '<link rel="stylesheet" type="text/css" href="/rss.css">',
        '<link rel="alternate" type="application/rss+xml">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x">',
        '<a href="/2024/05/01/feed-the-birds">Feed the birds</a>',
        '<a href="https://elsewhere.example/rss.xml">RSS</a>',
        '<a href="/comments/feed/">Comments</a>',
    ],
)
def test_what_is_no_feed_of_articles_is_left_out(line: str) -> None:
    assert feeds(line) == []


@pytest.mark.parametrize(
    "href",
    [
        "/rss",
        "/rss.xml",
        "/feed/",
        "/feeds/world",
        "/world/feed.xml",
        "/index.rdf",
        "/?feed=rss2",
        "/rss/all.xml",
        "/news_rss.php",
    ],
)
def test_plain_links_that_look_like_feeds_come_last(href: str) -> None:
    named = '<link rel="alternate" type="application/rss+xml" href="/main.xml">'
    assert feeds(f"<body><a href='{href}'>RSS</a>{named}") == [
        "https://news.example/main.xml",
        f"https://news.example{href}",
    ]


def test_a_feed_is_named_once_and_relative_to_the_base() -> None:
    lines = [
        '<base href="https://cdn.news.example/x/">',
        *['<link rel="alternate" type="application/rss+xml" href="f.xml">'] * 2,
    ]
    assert feeds(*lines) == ["https://cdn.news.example/x/f.xml"]


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n\0\0", b"<rss><channel></channel></rss>"])
def test_what_is_no_page_names_no_feed(body: bytes) -> None:
    assert page_feeds(body, URL) == []


def test_sitemap_lines_are_read_wherever_they_stand_and_however_long_the_file_is() -> None:
    rules = "".join(f"Disallow: /private/{number}/\n" for number in range(5000))
    text = f"Sitemap: https://news.example/a.xml\nUser-agent: *\n{rules}\nSITEMAP :https://news.example/b.xml # news\n"
    assert len(text) > 100_000
    assert robots_sitemaps(text.encode(), f"{URL}robots.txt") == [
        "https://news.example/a.xml",
        "https://news.example/b.xml",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_robots_txt_may_be_in_any_encoding_and_have_any_line_ends(encoding: str, end: str) -> None:
    text = end.join(
        ["# правила", "User-agent: *", "Disallow:", "sitemap: /map.xml", "Sitemap: https://news.example/map.xml"]
    )
    assert robots_sitemaps(text.encode(encoding), f"{URL}robots.txt") == ["https://news.example/map.xml"]


def test_odd_sitemap_lines_give_what_can_be_used() -> None:
    lines = ["Sitemap:", "Sitemap: ftp://x/", "Sitemap: https://e.org/1.xml, https://e.org/2.xml", "#Sitemap: /3.xml"]
    found = robots_sitemaps("\n".join([*lines, " sitemap:x"]).encode(), f"{URL}robots.txt")
    assert found == ["https://e.org/1.xml", "https://e.org/2.xml", "https://news.example/x"]


@pytest.mark.parametrize(
    "body", [b"", b"<!doctype html><html><body>Sitemap: https://e.org/x.xml</body></html>", bytes(100)]
)
def test_a_page_served_for_robots_txt_names_no_sitemap(body: bytes) -> None:
    assert robots_sitemaps(body, f"{URL}robots.txt") == []


def test_well_known_addresses_are_of_the_folder_first_and_then_of_the_host() -> None:
    found, maps = well_known("https://news.example/blog/")
    assert found[0] == "https://news.example/blog/feed/"
    assert found.index("https://news.example/blog/rss.xml") < found.index("https://news.example/feed/")
    assert maps[0] == "https://news.example/blog/sitemap.xml"
    assert well_known("https://news.example/blog") == (found, maps)
    assert well_known("https://news.example/blog/index.html") == (found, maps)


def test_well_known_addresses_of_a_host_are_given_once() -> None:
    found, maps = well_known("https://news.example")
    assert found[0] == "https://news.example/feed/"
    assert "https://news.example/news-sitemap.xml" in maps
    assert len({*found, *maps}) == len(found) + len(maps)
