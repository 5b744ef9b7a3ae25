"""The sources that come with Broadsheet: valid, honest about what was checked, and right about addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.sources.catalogue import SHIPPED, SourceCatalogue

CATALOGUE = SourceCatalogue([SHIPPED])
NAMES = CATALOGUE.names()
ADDRESSES = [
    line.split()
    for line in (Path(__file__).parent / "addresses.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_source_is_valid_and_says_where_articles_come_from(name: str) -> None:
    source = CATALOGUE.load(name)
    assert source.discovery.feeds or source.discovery.sitemaps or source.discovery.sections


@pytest.mark.parametrize("name", [name for name in NAMES if name != "demo"])
def test_a_source_that_was_not_checked_says_so(name: str) -> None:
    source = CATALOGUE.load(name)
    assert source.verified or "not checked against the live site" in source.notes


@pytest.mark.parametrize("name", [name for name in NAMES if name != "demo"])
def test_a_shipped_source_is_polite_and_keeps_to_robots_and_public_addresses(name: str) -> None:
    politeness = CATALOGUE.load(name).politeness
    assert politeness.delay >= 1
    assert politeness.concurrency == 1
    assert politeness.obey_robots
    assert not politeness.allow_private


def test_the_sources_speak_many_languages() -> None:
    assert {"aletho_news", "sputnik", "demo"} <= set(NAMES)
    assert len({CATALOGUE.load(name).language.partition("-")[0] for name in NAMES}) >= 24


@pytest.mark.parametrize(("name", "kind", "url"), ADDRESSES, ids=lambda part: part)
def test_articles_are_told_from_all_other_pages(name: str, kind: str, url: str) -> None:
    assert CATALOGUE.load(name).is_article(url) == (kind == "article")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "demo"])
def test_every_source_has_sample_addresses_of_both_kinds(name: str) -> None:
    kinds = [kind for source, kind, _ in ADDRESSES if source == name]
    assert kinds.count("article") >= 2
    assert kinds.count("listing") >= 4


@pytest.mark.parametrize("name", NAMES)
def test_no_listing_that_a_source_names_is_taken_for_an_article(name: str) -> None:
    source = CATALOGUE.load(name)
    if source.articles.include:
        listings = (source.homepage, *source.discovery.sections, *source.discovery.feeds, *source.discovery.sitemaps)
        assert [url for url in listings if source.is_article(url)] == []
