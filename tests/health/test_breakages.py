"""Each way in which a source breaks is named with its stage, and harmless changes are passed over in silence."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from crawler.discovery.links import Found, Link
from crawler.health.facts import read_histories
from crawler.health.judge import Verdict, judge
from crawler.health.listings import Listing, listing_of
from crawler.progress import PASSED_OVER
from crawler.sources.model import Source
from tests.health.gazette import (
    FEED,
    SITE,
    SITEMAP,
    SOURCE,
    Change,
    Edition,
    Gazette,
    Story,
    asked,
    failing,
    listings,
    pages,
)

BLURB = [
    f"Subscribe to the newsletter of the Gazette, number {n} of twelve, and never miss a story." for n in range(12)
]
WALL = ["This article is for subscribers only. Log in to read on, or see what we have to offer.", "Already one of us?"]


def verdict(gazette: Gazette, source: Source = SOURCE) -> Verdict:
    return judge(source, read_histories(gazette.path)(source.name))


@dataclass
class Row:
    """A change of the site, from one run to the next unless it takes `days`."""

    change: Change
    stage: str = ""
    kind: str = ""
    days: int = 1
    before: Change = lambda edition: None
    """What the run before it is like."""
    healthy_days: int = 0
    """Days before it on which all is well; the first is a Tuesday, on which the articles of Monday are fetched."""


def both(**values: Any) -> Change:
    return listings(FEED, SITEMAP, **values)


def first_only(change: Change) -> Change:
    """The change, for the first story alone."""

    def altered(edition: Edition) -> None:
        single = replace(edition, stories=edition.stories[:1])
        change(single)
        edition.stories[:1] = single.stories

    return altered


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


def no_article(edition: Edition) -> None:
    edition.stories = []
    edition.stats = {f"{PASSED_OVER}archived before": 60}


def one_article(edition: Edition) -> None:
    edition.stories = edition.stories[:1]


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


def partly(change: Change, count: int) -> Change:
    """The change, for the first `count` stories."""

    def altered(edition: Edition) -> None:
        part = replace(edition, stories=edition.stories[:count])
        change(part)
        edition.stories[:count] = part.stories

    return altered


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


def twice_as_many(edition: Edition) -> None:
    edition.stories += [
        replace(story, url=story.url + "0000", title=story.title + " again", paragraphs=story.paragraphs[1:])
        for story in edition.stories
    ]


def edited(edition: Edition) -> None:
    old = edition.stories[0]
    edition.stories.append(replace(old, paragraphs=[*old.paragraphs, "Corrected: the bridge is open after all."]))


def new_section(edition: Edition) -> None:
    url = f"{SITE}/sport/feed.xml"
    edition.listings[url] = edition.listings[FEED]
    edition.stories += [replace(story, url=story.url + "11", authors=["New Writer"]) for story in edition.stories[:2]]


def more_links(edition: Edition) -> None:
    edition.stats[f"{PASSED_OVER}not an article of this source"] = 30


def one_link_without_date(edition: Edition) -> None:
    first_only(pages(published=None))(edition)


def feature_day(story: Story) -> list[str]:
    return [f"{line} {story.title}" for line in story.paragraphs * random.Random(story.url).choice([1, 1, 2])]


def short_news_day(edition: Edition) -> None:
    """A great event: eight short pieces beside the six articles of the day."""
    edition.stories += [
        replace(
            story, url=f"{story.url}{n}", title=f"{story.title}, minute {n}", paragraphs=[story.paragraphs[0] + str(n)]
        )
        for n in range(2)
        for story in edition.stories[:4]
    ]


def turned(edition: Edition) -> None:
    """The feed lists the oldest first, and half as many."""
    links = [Link(story.url, story.title, story.published) for story in reversed(edition.stories)]
    edition.listings[FEED] = listing_of("feed", Found(links), SOURCE.is_article)


def split(edition: Edition) -> None:
    """The sitemap is an index of two now."""
    edition.listings[SITEMAP] = Listing("sitemap", more=2)


def half(edition: Edition) -> None:
    edition.stories = edition.stories[: (len(edition.stories) + 1) // 2]


def scheduled(story: Story) -> datetime:
    return story.published + timedelta(days=2)


def local_time(story: Story) -> datetime:
    return story.published.astimezone(timezone(timedelta(hours=9))).replace(tzinfo=None)


HARMLESS = {
    "a day of very many short pieces": Row(short_news_day),
    "the feed turns its order round and gets shorter": Row(turned),
    "the sitemap becomes an index": Row(split),
    "two slow weeks with half of the articles": Row(half, days=14),
    "Christmas: nothing for two days, then little": Row(half, days=3, before=no_article, healthy_days=3),
    "the site was down for a crawl, and is back": Row(lambda edition: None, before=both(failed="HTTP 503")),
    "articles timed out in a crawl, and come again": Row(lambda edition: None, before=failing("timed out")),
    "articles are dated ahead of their time": Row(pages(published=scheduled)),
    "dates lose their zone": Row(pages(published=local_time)),
    "one in three is a video": Row(partly(pages(outcome="video"), 2)),
    "one in three is behind a wall": Row(partly(pages(outcome="consent-wall"), 1)),
    "a series with one title": Row(partly(pages(title="The week in pictures"), 2)),
    "one in three is refused": Row(partly(pages(status=403), 2)),
    "the host of the pictures refuses": Row(lambda edition: edition.stats.update({"requisites/failed": 40})),
    "paragraphs are broken up": Row(
        pages(paragraphs=lambda story: [f"{part}." for line in story.paragraphs for part in line.split(". ")])
    ),
    "nothing changes": Row(lambda edition: None),
    "a weekend with nothing": Row(no_article, days=2, healthy_days=5),
    "a public holiday": Row(no_article, days=2),
    "a menu with more links": Row(more_links),
    "one article is dead": Row(first_only(pages(status=404))),
    "one article is refused": Row(first_only(pages(status=403))),
    "one article without a date": Row(one_link_without_date),
    "one article without an author": Row(first_only(pages(authors=[]))),
    "one page is a video": Row(first_only(pages(outcome="video"))),
    "one page is too short": Row(first_only(pages(outcome="too-short"))),
    "one page times out": Row(lambda edition: edition.stats.update({"articles/failed/timed out": 1})),
    "twice as many articles": Row(twice_as_many),
    "a new section with a feed of its own": Row(new_section),
    "an edited article": Row(edited),
    "new authors only": Row(pages(authors=["Somebody New"])),
    "some longer features": Row(pages(paragraphs=feature_day)),
    "one standing line below each text": Row(pages(paragraphs=lambda s: [*s.paragraphs, "The Gazette, all rights."])),
    "robots.txt is rewritten and forbids nothing": Row(lambda edition: setattr(edition, "robots", "sha1:NEW")),
    "one listing fails once": Row(listings(SITEMAP, failed="HTTP 503")),
    "articles move to https and www": Row(
        pages(target=lambda story: story.url.replace("https://gazette", "https://www.gazette"))
    ),
    "the articles of one morning are dated to the day": Row(
        pages(published=lambda story: story.published.replace(hour=0, minute=0, second=0))
    ),
    "a crawl for one address, which fails": Row(
        lambda edition: (pages(status=403)(edition), asked("addresses")(edition))
    ),
    "a check of the source, which fails": Row(
        lambda edition: (pages(outcome="consent-wall")(edition), asked("checksource")(edition))
    ),
    "crawls that stop at a limit": Row(
        lambda edition: (more_links(edition), one_article(edition), asked("a number")(edition)), days=2
    ),
}


@pytest.mark.parametrize("row", HARMLESS.values(), ids=HARMLESS)
def test_a_harmless_change_is_passed_over(gazette: Gazette, row: Row) -> None:
    gazette.publish(row.healthy_days)
    gazette.publish(1, row.before)
    gazette.publish(row.days, row.change)
    found = verdict(gazette)
    assert found.signs == []
    assert found.state in ("healthy", "quiet")


def test_the_gazette_is_healthy_as_of_each_of_its_runs(four_weeks: Gazette) -> None:
    history = read_histories(four_weeks.path)(SOURCE.name)
    assert len(history.runs) == 28
    for number in range(1, len(history.runs) + 1):
        assert judge(SOURCE, type(history)(history.runs[:number])).signs == []


@pytest.mark.parametrize("row", BREAKAGES.values(), ids=BREAKAGES)
def test_a_breakage_that_lasts_is_not_learnt_and_ends_with_its_repair(gazette: Gazette, row: Row) -> None:
    gazette.publish(1, row.before)
    gazette.publish(max(12, row.days), row.change)
    assert verdict(gazette).stage == row.stage
    gazette.publish(5, row.before)
    assert verdict(gazette).signs == []
