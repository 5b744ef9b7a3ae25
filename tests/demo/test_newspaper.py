"""What the newspaper says of itself."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from crawler.demo.newspaper import Newspaper


@pytest.fixture(scope="module")
def paper():
    return Newspaper()


def test_there_are_at_least_forty_five_articles_over_at_least_a_week(paper):
    articles = paper.articles()
    assert len(articles) >= 45
    assert len({article.published.date() for article in articles}) >= 7


def test_there_are_articles_in_at_least_eight_languages_and_in_every_section(paper):
    articles = paper.articles()
    assert len({article.language for article in articles}) >= 8
    assert {article.section.key for article in articles} == set(paper.sections)


@pytest.mark.parametrize("edition", [1, 2])
def test_names_and_addresses_are_unique(paper, edition):
    entries = paper.entries(edition)
    for values in ([e.slug for e in entries], [e.url_path for e in entries], [e.number for e in entries]):
        assert [value for value, times in Counter(values).items() if times > 1] == []


@pytest.mark.parametrize("edition", [1, 2])
def test_nothing_is_from_the_future_of_the_newspapers_clock(paper, edition):
    now = paper.clock(edition)
    assert [e.slug for e in paper.entries(edition) if e.updated > now] == []


def test_two_readings_of_the_content_are_equal(paper):
    assert Newspaper().entries(2) == paper.entries(2)


def test_the_second_edition_has_one_story_more_and_one_that_was_edited(paper):
    first, second = ({article.url_path: article for article in paper.articles(n)} for n in (1, 2))
    assert [second[path].slug for path in second.keys() - first.keys()] == ["harbour-bridge-open"]
    edited = [path for path in first if first[path].golden_text != second[path].golden_text]
    assert [first[path].slug for path in edited] == ["sluice-gate-repair"]
    assert second[edited[0]].modified > first[edited[0]].published


def test_the_second_edition_bears_the_date_of_the_morning_it_is_given():
    morning = datetime(2031, 7, 4, 5, 6, 7, tzinfo=UTC)
    paper = Newspaper(morning=morning)
    assert paper.clock(2) == paper.article("sluice-gate-repair", 2).modified == morning
    assert paper.article("harbour-bridge-open", 2).url_path == "/town/2031/07/04/harbour-bridge-open"
    assert paper.articles(1) == Newspaper().articles(1)


def test_golden_text_is_title_blank_line_and_paragraphs(paper):
    for article in paper.articles(2):
        lines = article.golden_text.split("\n")
        assert lines[:2] == [article.title, ""]
        assert article.golden_text.endswith("\n")
        assert not article.golden_text.endswith("\n\n")
        assert len(article.golden_text) > 300 or article.language in {"ja", "zh"}


def test_golden_text_holds_no_mark_of_the_markup(paper):
    for article in paper.articles(2):
        assert not [
            mark for mark in ("](", "\n## ", "\n>", "\n+", "\n$", "\n===", "{{", "\n!") if mark in article.golden_text
        ]


def test_captions_credits_and_teasers_are_not_part_of_the_golden_text(paper):
    for article in paper.articles():
        if article.picture:
            assert article.picture.caption not in article.golden_text
            assert article.picture.credit not in article.golden_text.splitlines()


def test_a_story_of_three_pages_has_the_text_of_all(paper):
    article = paper.article("salt-works")
    assert len(article.pages) == 3
    assert article.golden_text.startswith(article.golden_first.rstrip("\n"))
    assert article.golden_text.endswith("“That is how it begins.”\n")


def test_what_is_to_be_rejected_is_no_article_and_has_a_reason(paper):
    reasons = {rejection.reason for rejection in paper.rejections()}
    assert reasons == {"consent-wall", "video", "empty-shell", "not-found"}
    assert not {rejection.url_path for rejection in paper.rejections()} & {a.url_path for a in paper.articles()}


def test_every_time_has_a_zone(paper):
    assert all(entry.published.astimezone(UTC) for entry in paper.entries(2))
    assert all(entry.published.tzinfo for entry in paper.entries(2))


@pytest.mark.parametrize(
    ("language", "day"),
    [("en", "5 March 2024"), ("de", "5. März 2024"), ("es", "5 de marzo de 2024"), ("ja", "2024年3月5日")],
)
def test_days_are_written_as_the_language_does(paper, language, day):
    assert paper.day(paper.clock(1), language) == day


def test_every_redirect_leads_to_a_story(paper):
    assert {redirect.status for redirect in paper.redirects} == {301, 302}
    assert [paper.article(redirect.target).rejected for redirect in paper.redirects] == [""] * len(paper.redirects)
