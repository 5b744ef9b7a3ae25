"""Changes that every site makes are passed over in silence."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from crawler.discovery.links import Found, Link
from crawler.health.facts import read_histories
from crawler.health.judge import judge
from crawler.health.listings import Listing, listing_of
from crawler.progress import PASSED_OVER
from tests.health.changes import Row, both, first_only, no_article, one_article, partly, verdict
from tests.health.gazette import (
    FEED,
    SITE,
    SITEMAP,
    SOURCE,
    Edition,
    Gazette,
    Story,
    asked,
    failing,
    listings,
    pages,
)


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
