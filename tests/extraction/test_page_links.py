"""What a page's links say about further pages: what leads on, what is a page of which article, and what is neither."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.extraction.elements import Elements
from crawler.extraction.numbering import readings, whole_of
from crawler.extraction.page_links import PageLinks, page_links
from crawler.extraction.parse import parse_page

STORY = "https://e.org/2026/11/story"


def links_of(
    url: str, head: str = "", body: str = "", canonical: str | None = None, html: str = "<html>"
) -> PageLinks | None:
    tree = parse_page(f"<!DOCTYPE html>{html}<head>{head}</head><body><p>Text.</p>{body}</body></html>")
    assert tree is not None
    return page_links(Elements(tree), url, canonical)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (STORY, f"{STORY}?page=2"),
        (STORY, f"{STORY}?x=1&seite=2"),
        (f"{STORY}/", f"{STORY}/page/2/"),
        (f"{STORY}/", f"{STORY}/2/"),
        (f"{STORY}.html", f"{STORY}-2.html"),
        (f"{STORY}.html", f"{STORY}_2.html"),
        (f"{STORY}.html", f"{STORY}-page2.html"),
        (f"{STORY}.html", f"{STORY}.html/2"),
        (f"{STORY}-1.html", f"{STORY}-2.html"),
        ("https://e.org/n.php?id=7", "https://e.org/n.php?id=7&page=2"),
        ("https://e.org/größe", "https://e.org/gr%C3%B6%C3%9Fe/seite-2"),
    ],
)
def test_a_numbered_link_leads_on_and_the_page_there_leads_back(first: str, second: str) -> None:
    if "x=1" in second:
        first += "?x=1"
    here = links_of(first, "", f'<a href="{second}">2</a>')
    assert here is not None
    assert (here.of, here.next, here.expected) == (None, second, 2)
    there = links_of(second, "", f'<a href="{first}">1</a>', canonical=second)
    assert there is not None
    assert (there.form, there.number, there.next) == ("page", 2, None)
    assert there.base == here.base


@pytest.mark.parametrize("address", ["?page=2", "2/", "/2026/11/story?page=2", f"{STORY}?page=2"])
def test_an_address_may_be_written_in_any_way(address: str) -> None:
    found = links_of(f"{STORY}/", f'<link rel="next" href="{address}">')
    assert found is not None
    assert found.next in (f"{STORY}/?page=2", f"{STORY}?page=2", f"{STORY}/2/")


@pytest.mark.parametrize(
    ("url", "head"),
    [
        ("https://e.org/news/41", '<link rel=next href="/news/42"><link rel=prev href="/news/40">'),
        ("https://e.org/news/1", '<link rel=next href="/news/2">'),
        ("https://e.org/news/2", '<link rel=prev href="/news/1">'),
        ("https://e.org/?p=1", '<link rel=next href="/?p=2">'),
        ("https://e.org/?p=2", '<link rel=prev href="/?p=1">'),
        (STORY, '<link rel=next href="/2026/11/other">'),
        (STORY, f'<link rel=next href="https://other.org{STORY[13:]}?page=2">'),
        ("https://e.org/budget-2/", '<link rel=prev href="/budget/">'),
        ("https://e.org/page/2/", '<link rel=prev href="/">'),
        (STORY, f'<link rel=next href="{STORY}#page-2">'),
        (STORY, f'<link rel=next href="{STORY}">'),
        (STORY, '<link rel=next href="http://[broken">'),
    ],
)
def test_the_next_or_the_last_article_is_no_page_of_this_one(url: str, head: str) -> None:
    assert links_of(url, head, canonical=url) is None


def test_a_page_that_all_pages_of_a_site_name_as_canonical_is_not_their_article() -> None:
    """A mistake that sites make: the front page is stated everywhere, beside links to the article before."""
    head = '<link rel=prev href="/2026/11/other"><link rel=next href="/2026/11/another">'
    assert links_of(STORY, head, canonical="https://e.org/") is None


def test_pages_that_are_counted_from_nought() -> None:
    first = links_of(STORY, '<link rel=next href="?page=1">', canonical=STORY)
    second = links_of(f"{STORY}?page=1", '<link rel=prev href="/2026/11/story"><link rel=next href="?page=2">')
    assert first is not None
    assert second is not None
    assert (first.next, second.of, second.next) == (f"{STORY}?page=1", STORY, f"{STORY}?page=2")


def test_a_page_below_the_first_is_one_of_its_article_if_it_says_so() -> None:
    first = links_of(STORY, f'<link rel=next href="{STORY}/part-two">', canonical=STORY)
    assert first is not None
    assert first.next == f"{STORY}/part-two"
    second = links_of(f"{STORY}/part-two", f'<link rel=prev href="{STORY}">', canonical=STORY)
    assert second is not None
    assert (second.of, second.base) == (STORY, first.base)
    assert links_of(f"{STORY}/part-two", f'<link rel=prev href="{STORY}">', canonical=f"{STORY}/part-two") is None


@pytest.mark.parametrize(
    "link",
    [
        '<a href="?page=all">All</a>',
        '<a href="?view=single">View as single page</a>',
        '<a href="story/komplettansicht">x</a>',
    ],
)
def test_the_article_on_one_page_is_known_by_its_address_or_its_words(link: str) -> None:
    found = links_of(STORY, "", f'<a href="?page=2">2</a> {link}', canonical=STORY)
    assert found is not None
    assert found.single is not None
    assert found.single.startswith("https://e.org/2026/11/story")


def test_a_canonical_address_of_one_page_makes_that_the_article() -> None:
    found = links_of(STORY, "", '<a href="?page=2">2</a>', canonical=f"{STORY}?page=all")
    assert found is not None
    assert (found.form, found.of) == ("page", f"{STORY}?page=all")
    whole = links_of(f"{STORY}?page=all", canonical=STORY)
    assert whole is not None
    assert (whole.form, whole.of) == ("single-page", STORY)


@pytest.mark.parametrize(
    ("address", "twin"),
    [
        ("/amp/story", "https://e.org/amp/story"),
        ("https://www-e-org.cdn.ampproject.org/c/s/www.e.org/amp/story", "https://www.e.org/amp/story"),
        ("https://www.google.com/amp/s/e.org/amp/story", "https://e.org/amp/story"),
        (STORY, None),
    ],
)
def test_an_amp_twin_is_named_on_its_publishers_host(address: str, twin: str | None) -> None:
    found = links_of(STORY, f'<link rel=amphtml href="{address}">', canonical=STORY)
    assert (found.amp if found else None) == twin


@pytest.mark.parametrize("mark", ["amp", "⚡"])
def test_an_amp_page_is_a_twin_of_what_it_names(mark: str) -> None:
    found = links_of("https://e.org/amp/story", canonical=STORY, html=f"<html {mark}>")
    assert found is not None
    assert (found.form, found.of) == ("amp", STORY)
    assert links_of(STORY, canonical=STORY, html=f"<html {mark}>") is None


@pytest.mark.parametrize("url", ["https://paper.example", "https://paper.example/"])
def test_at_the_root_of_a_site_its_stories_are_no_further_pages(url: str) -> None:
    links = "".join(f'<a href="https://paper.example/{number}">{number}</a>' for number in range(1, 9))
    assert links_of(url, body=links) is None
    assert links_of(url, head='<link rel=next href="https://paper.example/?page=2">', body=links) == PageLinks(
        1, 1, "https://paper.example/", None, None, "https://paper.example/?page=2"
    )


def test_numbers_of_articles_and_years_are_no_pages() -> None:
    for url in ("https://e.org/2026", "https://e.org/article/12345", "https://e.org/story?page=20261122"):
        assert [reading.number for reading in readings(url)] == [1]
    assert whole_of("https://e.org/all") is None
    assert readings("https://[broken") == []


def test_a_page_with_thousands_of_links_is_looked_through_in_linear_time() -> None:
    """Links that could be pages are read; what they say costs no more for each of them than for the first."""
    many = "".join(f'<a href="?page={number}">{number}</a>' for number in range(2, 900))
    found: Any = links_of(STORY, "", many, canonical=STORY)
    assert (found.next, found.expected) == (f"{STORY}?page=2", 899)
