"""What extraction makes of the newspaper's pages is what the newspaper said, word for word."""

from datetime import datetime

import pytest

from crawler.demo.newspaper import Newspaper
from crawler.demo.server import DEFAULT_PORT
from crawler.demo.site import Site
from crawler.extraction.extract import extract
from crawler.extraction.rules import Rules
from crawler.sources.catalogue import SHIPPED, SourceCatalogue

PAPER = Newspaper()
BASE = f"http://127.0.0.1:{DEFAULT_PORT}"
SITES = {edition: Site(PAPER, edition, BASE) for edition in (1, 2)}
SOURCE = SourceCatalogue([SHIPPED]).load("demo")
RULES = Rules.of(SOURCE.extraction, SOURCE.timezone, SOURCE.language)

FIRST = PAPER.articles(1)
CHANGED = [article for article in PAPER.articles(2) if article not in FIRST]


def extracted(article, edition=1):
    """What is made of the page that has the story's text, or the first part of it."""
    resource = SITES[edition].resource(article.text_path)
    return extract(resource.body, resource.content_type, BASE + article.text_path, RULES, dict(resource.headers))


@pytest.mark.parametrize("article", FIRST, ids=lambda article: article.slug)
def test_the_text_of_a_story_is_kept_word_for_word(article):
    assert extracted(article).get("text") == article.golden_first


@pytest.mark.parametrize("article", CHANGED, ids=lambda article: article.slug)
def test_the_text_of_the_second_edition_is_kept_word_for_word(article):
    fields = extracted(article, edition=2)
    assert fields.get("text") == article.golden_text
    assert fields["modified"] == (article.modified.isoformat() if article.modified else None)


@pytest.mark.parametrize("article", FIRST, ids=lambda article: article.slug)
def test_what_a_page_states_of_its_story_is_kept(article):
    fields = extracted(article)
    stated = {"title": article.title, "language": article.language, "paywalled": article.paywalled}
    if article.authors:
        stated["authors"] = article.author_names
    if article.metadata != "byline":
        stated |= {"published": article.published.isoformat(), "tags": list(article.tags)}
        stated["canonical_url"] = BASE + article.url_path
    if article.metadata in {"json-ld", "opengraph"}:
        stated |= {"section": article.section.title, "site_name": PAPER.name}
        stated["modified"] = article.modified.isoformat() if article.modified else None
    if article.rights:
        stated["rights"] = article.rights.split(", ")
    assert {name: fields[name] for name in stated} == stated


def test_a_day_without_a_time_is_kept_as_a_day():
    stories = [article for article in FIRST if article.metadata == "byline"]
    for article in stories:
        fields = extracted(article)
        assert fields["published_precision"] == article.published_precision == "day"
        assert datetime.fromisoformat(fields["published"]).date() == article.published.date()


@pytest.mark.parametrize("slug", ["market-hall-consent", "gull-island-data", "ferry-horn-video"])
def test_what_is_no_article_is_rejected_with_its_reason(slug):
    article = PAPER.article(slug)
    assert extracted(article).get("rejected") == article.rejected
