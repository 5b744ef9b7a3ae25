"""A source whose runs are made up: one each morning, for the articles of the day before, straight into a catalogue.

An `Edition` is what one run sees. A change of the site is a function that alters editions before they are written.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from crawler.archive.exchange import Capture, Via
from crawler.discovery.links import Found, Link
from crawler.health.listings import Listing, listing_of
from crawler.items import Article
from crawler.progress import ASKED, EXAMPLES, FAILED, FOUND, LISTINGS, PASSED_OVER
from crawler.sources.model import Source
from crawler.storage.catalogue import Catalogue

SITE = "https://gazette.example"
FEED, SITEMAP = f"{SITE}/feed.xml", f"{SITE}/sitemap.xml"
FIRST = date(2026, 3, 2)
"""A Monday."""

SOURCE = Source.model_validate(
    {
        "name": "gazette",
        "title": "The Gazette",
        "homepage": f"{SITE}/",
        "language": "en",
        "discovery": {"feeds": [FEED], "sitemaps": [SITEMAP]},
        "articles": {"include": [r"/news/\d+"]},
    }
)
WORDS = (
    "harbour council bridge ferry market weather school library harvest museum river engine winter festival garden"
    "tower letter station orchard concert bakery lantern meadow village council budget minister protest verdict"
).split()


@dataclass
class Story:
    """A page that a run asks for as an article, and what came of it."""

    url: str
    title: str
    paragraphs: list[str]
    published: datetime | None
    authors: list[str]
    status: int = 200
    outcome: str = "article"
    target: str = ""
    """Where it redirects to, if it does."""

    @property
    def text(self) -> str:
        return "\n\n".join([self.title, *self.paragraphs]) + "\n"


@dataclass
class Edition:
    """What a run sees of the site."""

    morning: datetime
    stories: list[Story]
    listings: dict[str, Listing] = field(default_factory=dict)
    stats: dict[str, Any] = field(default_factory=dict)
    robots: str = "sha1:ROBOTS"


Change = Callable[[Edition], None]


class Gazette:
    """Prints editions into the catalogue at `path`."""

    def __init__(self, path: Path, source: Source = SOURCE) -> None:
        self.path = path
        self.source = source
        self.day = FIRST
        self._random = random.Random(7)
        self._numbers = count(1)
        self._old: list[Link] = []

    def publish(self, days: int = 1, *changes: Change) -> None:
        """A run on each of the next `days` mornings, of a site with these changes."""
        ended = []
        with closing(Catalogue(self.path)) as catalogue:
            for _ in range(days):
                self.day += timedelta(days=1)
                edition = self._edition()
                for change in changes:
                    change(edition)
                ended.append((edition.morning, self._run(catalogue, edition)))
        with closing(sqlite3.connect(self.path)) as database, database:
            for morning, run in ended:
                moments = [(morning + timedelta(minutes=n)).isoformat(timespec="microseconds") for n in (0, 5)]
                database.execute("UPDATE runs SET started = ?, ended = ? WHERE id = ?", (*moments, run))

    def story(self) -> Story:
        """A new article of the day before."""
        number = next(self._numbers)
        lines = [self._sentences(self._random.randint(2, 5)) for _ in range(self._random.randint(4, 12))]
        minute = timedelta(minutes=self._random.randrange(1440), seconds=self._random.randrange(60))
        published = datetime.combine(self.day - timedelta(days=1), time(), UTC) + minute
        title = f"The {self._random.choice(WORDS)} and the {self._random.choice(WORDS)}, part {number}"
        return Story(f"{SITE}/news/{number}", title, lines, published, [f"Writer {number % 5}"])

    def _sentences(self, number: int) -> str:
        sentences = (" ".join(self._random.choices(WORDS, k=12)).capitalize() + "." for _ in range(number))
        return " ".join(sentences)

    def _edition(self) -> Edition:
        yesterday = self.day - timedelta(days=1)
        stories = [self.story() for _ in range(6 if yesterday.weekday() < 5 else 2)]
        links = [Link(story.url, story.title, story.published) for story in stories] + self._old
        self._old = links[:60]
        listings = {
            FEED: listing_of("feed", Found(links[:20]), self.source.is_article),
            SITEMAP: listing_of("sitemap", Found(links), self.source.is_article),
        }
        stats = {FOUND: len(stories), f"{PASSED_OVER}archived before": len(links) - len(stories)}
        return Edition(datetime.combine(self.day, time(6), UTC), stories, listings, stats)

    def _run(self, catalogue: Catalogue, edition: Edition) -> int:
        run = catalogue.start_run(self.source.name)
        self._capture(catalogue, run, edition.morning, f"{SITE}/robots.txt", "robots", digest=edition.robots)
        for number, story in enumerate(edition.stories):
            moment = edition.morning + timedelta(seconds=2 * number + 2)
            if story.target:
                self._capture(catalogue, run, moment, story.url, "article", status=301, location=story.target)
                if story.status == 301:
                    continue
            url = story.target or story.url
            record = self._capture(catalogue, run, moment, url, "article", status=story.status)
            if story.status == 200 and story.outcome == "article":
                catalogue.add_article(_article(self.source, story, url, record, moment))
            elif story.status == 200:
                catalogue.add_outcome(record, story.outcome)
        noted = {url: listing.as_json() for url, listing in edition.listings.items()}
        catalogue.end_run(run, "finished", edition.stats | {LISTINGS: noted})
        return run

    def _capture(
        self, catalogue: Catalogue, run: int, moment: datetime, url: str, role: Any, digest: str = "", **fields: Any
    ) -> str:
        number = next(self._numbers)
        values: dict[str, Any] = {
            "record_id": f"<urn:uuid:{number:032x}>",
            "kind": "response",
            "url": url,
            "date": moment,
            "warc": f"gazette-{moment:%Y%m%dT%H%M%SZ}"[:16] + "-00000-host-1.warc.gz",
            "offset": number,
            "length": 1,
            "status": 200,
            "mime": "text/html",
            "payload_digest": digest or f"sha1:{number}",
            "size": 1,
            "via": Via(role),
        }
        capture = Capture(**values | fields)
        catalogue.add_capture(self.source.name, capture, run)
        return capture.record_id


def _article(source: Source, story: Story, url: str, record: str, moment: datetime) -> Article:
    return Article(
        source.name, url, story.title, story.text, authors=story.authors, published=story.published,
        record_id=record, captured=moment, path=f"gazette/text/{record}.txt",
    )  # fmt: skip


def pages(**values: Any) -> Change:
    """The change that sets these attributes of every page; a function is called with the story for its value."""

    def change(edition: Edition) -> None:
        edition.stories = [
            replace(story, **{name: value(story) if callable(value) else value for name, value in values.items()})
            for story in edition.stories
        ]

    return change


def failing(reason: str) -> Change:
    """The change that lets every article fail without an answer."""

    def change(edition: Edition) -> None:
        edition.stats |= {FAILED + reason: len(edition.stories), EXAMPLES + reason: edition.stories[0].url}
        edition.stories = []

    return change


def listings(*urls: str, **values: Any) -> Change:
    """The change that makes these listings another (`Listing`), and lets no article be found where none is left."""

    def change(edition: Edition) -> None:
        for url in urls:
            edition.listings[url] = Listing(edition.listings[url].role, **values)
        if not any(listing.articles for listing in edition.listings.values()):
            edition.stories = []
            edition.stats = {}

    return change


def asked(what: str) -> Change:
    """The change that makes the run one for certain addresses or dates."""
    return lambda edition: edition.stats.update({ASKED: what})
