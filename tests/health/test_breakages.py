"""Each way in which a source breaks is named with its stage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.health.listings import Listing
from crawler.progress import PASSED_OVER
from tests.health.changes import Row, both, no_article, one_article, partly, verdict
from tests.health.gazette import (
    FEED,
    SITE,
    SITEMAP,
    Edition,
    Gazette,
    Story,
    failing,
    listings,
    pages,
)

BLURB = [
    f"Subscribe to the newsletter of the Gazette, number {n} of twelve, and never miss a story." for n in range(12)
]

WALL = ["This article is for subscribers only. Log in to read on, or see what we have to offer.", "Already one of us?"]


def none_matches(edition: Edition) -> None:
    for url, listing in edition.listings.items():
        edition.listings[url] = replace(listing, articles=0, passed_over=f"{SITE}/story/one")
    edition.stories = []
    edition.stats = {f"{PASSED_OVER}not an article of this source": 40}


def stale_feed(edition: Edition) -> None:
    then = edition.morning - timedelta(days=12)
    edition.listings[FEED] = replace(edition.listings[FEED], newest=then, oldest=then - timedelta(days=3))


def robots_forbids(edition: Edition) -> None:
    edition.robots = "sha1:OTHER"
    failing("forbidden by robots.txt")(edition)


def mojibake(story: Story) -> list[str]:
    return [line.replace("a", "é").encode().decode("cp1252") for line in story.paragraphs]


def short_lines(story: Story) -> list[str]:
    return [" ".join(line.split()[:4]) + f" {story.url[-4:]}" for line in story.paragraphs] * 4


def accounts(story: Story) -> str:
    return f"https://login.accounts.example/?return={story.url}"


def captured_now(edition: Edition) -> None:
    """Each article is dated with the second in which it was fetched."""
    edition.stories = [
        replace(story, published=edition.morning + timedelta(seconds=2 * number + 2))
        for number, story in enumerate(edition.stories)
    ]


def section_empty(edition: Edition) -> None:
    edition.listings[SECTION] = Listing("section", warning="hardly any links: the page may be built by scripts")


def with_section(edition: Edition) -> None:
    edition.listings[SECTION] = Listing("section", links=30, articles=30)


def hijacked(edition: Edition) -> None:
    """The feed and the sitemap are those of a shop that bought the host."""
    none_matches(edition)
    for url, listing in edition.listings.items():
        edition.listings[url] = replace(listing, passed_over="https://shop.example/1")


SECTION = f"{SITE}/town/"

BREAKAGES = {
    "the host was sold: listings have nothing of ours": Row(hijacked, "discovery", "patterns"),
    "a section page is built by a script now": Row(section_empty, "discovery", "section-empty", before=with_section),
    "two articles a day come instead of six, for two weeks": Row(
        lambda edition: setattr(edition, "stories", edition.stories[:1]), "discovery", "few", days=14
    ),
    "two thirds of the articles are answered with 429": Row(partly(pages(status=429), 4), "fetch", "refused"),
    "connections are refused": Row(failing("connection refused"), "fetch", "unreachable"),
    "articles lead to the log-in of another site": Row(pages(target=accounts), "fetch", "redirected"),
    "half of the articles are a bot challenge": Row(
        partly(pages(outcome="bot-challenge"), 3), "fetch", "bot-challenge"
    ),
    "articles that are gone are answered with 200": Row(pages(outcome="error-page"), "extraction", "empty"),
    "the same text stands on each page": Row(
        pages(paragraphs=[" ".join([word] * 40) for word in ("bridge", "ferry", "market")]), "extraction", "repeated"
    ),
    "comments come with the texts": Row(
        pages(paragraphs=lambda story: story.paragraphs * 2 + [f"{n}: {story.title}" * 4 for n in range(20)]),
        "extraction",
        "long",
    ),
    "dates are those of the crawl": Row(captured_now, "metadata", "dates"),
    "both listings answer 404": Row(both(failed="HTTP 404"), "discovery", "feed-gone"),
    "the feed is gone, the sitemap stays": Row(listings(FEED, failed="HTTP 410"), "discovery", "feed-gone"),
    "a page for people stands in place of the feed": Row(
        listings(FEED, failed="no feed", warning="an HTML page, not a feed"), "discovery", "feed-gone"
    ),
    "the sitemap is empty": Row(listings(SITEMAP), "discovery", "sitemap-empty"),
    "the feed is stale": Row(stale_feed, "discovery", "feed-stale"),
    "the addresses of articles changed, and match no pattern": Row(none_matches, "discovery", "patterns"),
    "nothing comes for five days": Row(no_article, "discovery", "silent", days=5),
    "one article a day comes instead of six": Row(one_article, "discovery", "few", days=8),
    "robots.txt forbids the articles": Row(robots_forbids, "fetch", "robots"),
    "robots.txt forbids the listings": Row(both(failed="forbidden by robots.txt"), "fetch", "robots"),
    "every article is answered with 403": Row(pages(status=403), "fetch", "refused"),
    "every article is answered with 429": Row(pages(status=429), "fetch", "refused"),
    "every article is answered with 503": Row(pages(status=503), "fetch", "refused"),
    "every article is answered with 404": Row(pages(status=404), "fetch", "refused"),
    "the listings are answered with 403": Row(both(failed="HTTP 403"), "fetch", "refused"),
    "the name of the host is gone": Row(both(failed="robots.txt could not be read"), "fetch", "unreachable"),
    "articles time out": Row(failing("timed out"), "fetch", "unreachable"),
    "a consent wall stands before the articles": Row(pages(outcome="consent-wall"), "fetch", "consent-wall"),
    "a bot challenge stands before the articles": Row(pages(outcome="bot-challenge"), "fetch", "bot-challenge"),
    "articles are redirected to another site": Row(
        pages(target=lambda story: story.url.replace("gazette.example", "parked.example")), "fetch", "redirected"
    ),
    "all articles are redirected to the front page": Row(pages(target=f"{SITE}/", status=301), "fetch", "redirected"),
    "pages give no text": Row(pages(outcome="too-short"), "extraction", "empty"),
    "a script builds the pages": Row(pages(outcome="empty-shell"), "extraction", "empty"),
    "listing pages are taken for articles, and recognised": Row(pages(outcome="listing"), "extraction", "listings"),
    "listing pages are taken for articles, and kept": Row(pages(paragraphs=short_lines), "extraction", "listings"),
    "only the first paragraph is found": Row(
        pages(paragraphs=lambda story: story.paragraphs[:1]), "extraction", "short"
    ),
    "a paywall's words stand in place of each text": Row(pages(paragraphs=WALL), "extraction", "repeated"),
    "furniture doubles the texts": Row(
        pages(paragraphs=lambda story: story.paragraphs + BLURB), "extraction", "repeated"
    ),
    "the encoding is misread": Row(pages(paragraphs=mojibake), "extraction", "encoding"),
    "dates are lost": Row(pages(published=None), "metadata", "dates"),
    "dates are all the same": Row(pages(published=datetime(2026, 3, 30, 4, 5, 6, tzinfo=UTC)), "metadata", "dates"),
    "dates are all that of the relaunch": Row(pages(published=datetime(2015, 1, 1, tzinfo=UTC)), "metadata", "dates"),
    "authors are lost": Row(pages(authors=[]), "metadata", "authors"),
    "titles are all the name of the site": Row(pages(title="The Gazette"), "metadata", "titles"),
}


@pytest.mark.parametrize("row", BREAKAGES.values(), ids=BREAKAGES)
def test_a_breakage_is_named_with_its_stage_since_when_and_an_example(gazette: Gazette, row: Row) -> None:
    gazette.publish(1, row.before)
    before = gazette.day
    gazette.publish(row.days, row.change)
    found = verdict(gazette)
    assert (found.state, found.stage) == ("broken", row.stage), found
    assert found.signs[0].sign.kind == row.kind
    assert found.signs[0].sign.example.startswith("https://")
    assert found.since is not None
    assert before - timedelta(days=1) <= found.since.date() <= gazette.day
    assert found.since.date() > before or row.days > 1


@pytest.mark.parametrize("row", BREAKAGES.values(), ids=BREAKAGES)
def test_a_breakage_that_lasts_is_not_learnt_and_ends_with_its_repair(gazette: Gazette, row: Row) -> None:
    gazette.publish(1, row.before)
    gazette.publish(max(12, row.days), row.change)
    assert verdict(gazette).stage == row.stage
    gazette.publish(5, row.before)
    assert verdict(gazette).signs == []
