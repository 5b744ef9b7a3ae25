"""A source file, typed: every key with what it means, its unit, its default and an example.

The documentation (docs/sources.md) and the JSON Schema (docs/source.schema.json) are made from this module;
the kinds of value are in `kinds`, the checks behind them in `checks`.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic.json_schema import SkipJsonSchema

from crawler.sources.kinds import (
    ArchiveTemplate,
    Country,
    DottedClass,
    Host,
    Language,
    MaybeSelector,
    Name,
    Pattern,
    Right,
    Selector,
    SomeText,
    Text,
    UserAgent,
    Verified,
    WebUrl,
    Zone,
)


def key(default: Any, description: str, example: Any, *, unit: str | None = None, **limits: Any) -> Any:
    """A key of a source file: its default (`...` where it must be given), meaning, example, unit and limits."""
    extra: JsonDict | None = {"unit": unit} if unit else None
    return Field(default, description=description, examples=[example], json_schema_extra=extra, **limits)


def keys(description: str, example: list[str]) -> Any:
    """A key that holds a list, empty by default. TOML gives lists; they are kept as tuples, which cannot change."""
    return Field((), description=description, examples=[example], strict=False)


class Table(BaseModel):
    """A table of a source file: no key but those declared, no type but the right one, and no change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Discovery(Table):
    """Where the addresses of articles come from."""

    feeds: tuple[WebUrl, ...] = keys("RSS, Atom and JSON feeds.", ["https://example.org/feed/"])
    sitemaps: tuple[WebUrl, ...] = keys(
        "Sitemaps, sitemap indexes and news sitemaps, gzipped or not.", ["https://example.org/news-sitemap.xml"]
    )
    sitemap_days: int = key(
        30,
        "How far back sitemaps are read when a crawl is given neither `since` nor `until`: large sites list "
        "their whole history. 0: all of it.",
        0,
        unit="days",
        ge=0,
        le=100_000,
    )
    sections: tuple[WebUrl, ...] = keys(
        "Pages that list articles, such as the front page and its sections.", ["https://example.org/world/"]
    )
    archives: tuple[ArchiveTemplate, ...] = keys(
        "Pages that list the articles of a day, a month or a year; used when a crawl is given `since` or `until`. "
        "`{date:%d-%m-%y}` takes any format of strftime.",
        ["https://example.org/{year}/{month:02}/{day:02}/"],
    )
    autodiscover: bool = key(
        True,
        "Where feeds, sitemaps and sections are all empty: take the sitemaps that robots.txt names and the feeds "
        "that the homepage names.",
        False,
    )
    pages: int = key(1, "How many pages of each section are read, following its next-page link.", 3, ge=1, le=10_000)
    next_page: MaybeSelector = key(
        "", "The link to the next page of a section. Empty: rel=next and the usual patterns.", "a.older-posts"
    )


class Articles(Table):
    """Which addresses are articles. Patterns are searched for anywhere in the whole URL: anchor them with ^ and $."""

    include: tuple[Pattern, ...] = keys(
        "An article's URL must match one of these, if any is given.",
        [r"^https://example\.org/\d{4}/\d{2}/\d{2}/[^/]+/$"],
    )
    exclude: tuple[Pattern, ...] = keys("An article's URL must match none of these.", ["/(video|live)/"])
    pages: int = key(
        20,
        "Most pages of one article that are fetched and joined to one text: what its first page leads on to by "
        "rel=next or by number. 1: each page is taken as it is.",
        1,
        ge=1,
        le=200,
    )
    amp: bool = key(
        True,
        "Whether AMP pages count as twins of their article: they are no articles of their own, and where an article's "
        "page has no text as served, its twin is fetched for it.",
        False,
    )
    hosts: tuple[Host, ...] = keys(
        "Further hosts that articles may be on. The homepage's host is always one, with and without www. in front.",
        ["blog.example.org"],
    )

    @cached_property
    def _patterns(self) -> tuple[list[re.Pattern[str]], list[re.Pattern[str]]]:
        return [re.compile(p) for p in self.include], [re.compile(p) for p in self.exclude]

    def match(self, url: str) -> bool:
        """Whether the patterns take `url` for an article; says nothing of its host (see `Source.is_article`)."""
        include, exclude = self._patterns
        return (not include or any(p.search(url) for p in include)) and not any(p.search(url) for p in exclude)


class Rules(Table):
    """How an article is taken from its page; each empty key leaves that part to the generic extractor."""

    keep: tuple[Selector, ...] = keys(
        "The containers that hold the article. Those found are read in the order of the page; "
        "where none is found the whole page is.",
        ["article .post-content"],
    )
    drop: tuple[Selector, ...] = keys("What is removed before anything else is looked at.", [".related", "#comments"])
    drop_lines: tuple[Pattern, ...] = keys(
        "A line of the text that matches is removed; searched for anywhere in the line.", ["^Read more:"]
    )
    standfirst: bool = key(
        False, "Whether the standfirst (lead, deck) stands in the text, before its first paragraph.", True
    )
    no_break_spaces: bool = key(
        True, "Whether no-break spaces of the text stay; where not, they become ordinary spaces.", False
    )
    template: bool = key(
        True,
        "Whether what earlier crawls showed of the site is used: lines that recur on its articles go, and the "
        "place where its articles stand is read first (`scrapy template NAME` shows both).",
        False,
    )
    min_length: int = key(
        100,
        "Fewest characters of text that make an article; a page with less is counted as too short, and not kept.",
        40,
        unit="characters",
        ge=0,
    )
    title: MaybeSelector = key("", "The title.", "h1.headline")
    authors: MaybeSelector = key("", "The authors, one for each match.", '//meta[@name="author"]/@content')
    published: MaybeSelector = key(
        "", "The time of publication, as machine-readable as the page has it.", "//time/@datetime"
    )
    section: MaybeSelector = key("", "The section that the article belongs to.", ".breadcrumb li:last-child")


class DatedRules(Rules):
    """Rules for captures up to a day, from before a redesign. They stand alone: [extraction] adds nothing."""

    valid_until: date = key(..., "The last day of capture (UTC) that these rules are for.", date(2021, 3, 31))


class Extraction(Rules):
    """The rules for pages as they are now, and those for captures from before a redesign."""

    before: tuple[DatedRules, ...] = Field(
        default=(),
        description="Rule sets for older captures, each an [[extraction.before]] table with `valid_until`.",
        strict=False,
    )

    def at(self, moment: datetime | date) -> Rules:
        """The rules for a page captured at `moment` (with its zone): the set that ends soonest after, else today's."""
        day = moment.astimezone(UTC).date() if isinstance(moment, datetime) else moment
        dated = [rules for rules in self.before if rules.valid_until >= day]
        return min(dated, key=lambda rules: rules.valid_until, default=self)


class Politeness(Table):
    """How the crawl behaves towards the site."""

    delay: float = key(
        1.0, "Time between two requests to one host. A longer Crawl-delay of its robots.txt is kept to.", 5,
        unit="seconds", ge=0.001, le=86_400,
    )  # fmt: skip
    jitter: float = key(
        0.5, "How far each delay varies at random, as a share of it, so that requests do not come in step.", 0.2,
        unit="share of delay", ge=0, lt=1,
    )  # fmt: skip
    concurrency: int = key(1, "Requests at a time to one host.", 2, unit="requests", ge=1, le=64)
    timeout: float = key(60.0, "How long a response may take.", 30, unit="seconds", gt=0, le=3_600)
    obey_robots: bool = key(True, "Whether robots.txt is obeyed. Turn it off only where you may.", False)
    allow_private: bool = key(
        False,
        "Whether hosts with loopback, private and link-local addresses are fetched, for a site of your own.",
        True,
    )
    user_agent: UserAgent = key(
        "", "The User-Agent header. Empty: the project's.", "GazetteArchive/1.0 (+https://example.org/bot)"
    )
    obey_rights: tuple[Right, ...] = Field(
        default=(),
        description="Reservations that are obeyed: an article that states one of these is not kept. "
        "All of them are recorded in any case. `tdm` is the reservation of TDMRep.",
        examples=[["noai", "tdm"]],
        strict=False,
    )
    max_size: float = key(
        20.0, "The largest response; a larger one is cut and marked as cut.", 50, unit="MiB", gt=0, le=1_024
    )


class Archive(Table):
    """What is archived beside the pages themselves, so that they look as they did."""

    images: bool = key(False, "Whether the images of articles are captured.", True)
    styles: bool = key(False, "Whether style sheets are captured, with what they import.", True)
    fonts: bool = key(False, "Whether fonts are captured.", True)
    scripts: bool = key(False, "Whether scripts are captured.", True)
    other_hosts: bool = key(True, "Whether these are captured from other hosts too, such as the site's CDN.", False)
    requisite_max_size: float = key(10.0, "The largest of these that is captured.", 2, unit="MiB", gt=0, le=1_024)
    text_records: bool = key(
        False, "Whether the text and metadata of each article are written into the WARC too.", True
    )


class Health(Table):
    """What a healthy crawl looks like; where a run falls short the crawl warns. 0: learnt from earlier runs."""

    articles_per_day: float = key(0.0, "Fewest new articles, as a mean over a week.", 5, unit="articles a day", ge=0)
    min_text_length: int = key(0, "Fewest characters of the median text.", 800, unit="characters", ge=0)
    max_feed_age: float = key(0.0, "Age that the newest entry of a feed may reach.", 72, unit="hours", ge=0)
    dated: float = key(
        0.0, "Least share of articles with a time of publication.", 0.95, unit="share of articles", ge=0, le=1
    )
    authored: float = key(0.0, "Least share of articles with an author.", 0.8, unit="share of articles", ge=0, le=1)
    max_errors: float = key(
        0.0, "Largest share of requests that fail or are refused.", 0.05, unit="share of requests", ge=0, le=1
    )


def ascii_host(host: str) -> str:
    """A host name in lower case and ASCII (IDNA), without the root's dot; what cannot be so written stays as it is."""
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _is_address(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


class Source(Table):
    """A news source: what one TOML file says. Its name is the file's, without `.toml`."""

    name: SkipJsonSchema[Name] = key(
        ..., "The name of the file; no key of it.", "example_gazette", pattern=r"^[a-z][a-z0-9_]*$"
    )
    title: SomeText = key(..., "The name of the site, for people.", "The Example Gazette")
    homepage: WebUrl = key(..., "The front page. Its host is where articles are expected.", "https://www.example.org/")
    language: Language = key(..., "The language of its articles.", "en-GB")
    country: Country = key("", "The country that it is published in.", "GB")
    verified: Verified = key(
        False, "The day of the last check against the live site; false if there was none.", date(2026, 11, 22)
    )
    notes: Text = key("", "What people should know of this source.", "The feed holds the last ten articles only.")
    spider: DottedClass = key(
        "", "The Python class of its spider, where data is not enough: a subclass of crawler.spiders.news.NewsSpider.",
        "mine.spiders.GazetteSpider",
    )  # fmt: skip
    timezone: Zone = key("", "The zone of times that a page states without one.", "Europe/London")
    discovery: Discovery = Field(Discovery(), description=Discovery.__doc__)
    articles: Articles = Field(Articles(), description=Articles.__doc__)
    extraction: Extraction = Field(Extraction(), description=Extraction.__doc__)
    politeness: Politeness = Field(Politeness(), description=Politeness.__doc__)
    archive: Archive = Field(Archive(), description=Archive.__doc__)
    health: Health = Field(Health(), description=Health.__doc__)

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The hosts of its articles, as URLs on the wire have them; "*.example.org" stands for every subdomain."""
        home = ascii_host(urlsplit(self.homepage).hostname or "")
        twin = home.removeprefix("www.") if home.startswith("www.") else f"www.{home}"
        return frozenset({home, home if _is_address(home) else twin, *map(ascii_host, self.articles.hosts)})

    def has_host(self, host: str) -> bool:
        """Whether `host` (a name without port) is one of its hosts."""
        host = ascii_host(host)
        parents = (f"*.{host[at + 1 :]}" for at, letter in enumerate(host) if letter == ".")
        return host in self.hosts or any(parent in self.hosts for parent in parents)

    def is_article(self, url: str) -> bool:
        """Whether `url` is on one of its hosts and its patterns take it for an article."""
        try:
            host = urlsplit(url).hostname
        except ValueError:
            return False
        return bool(host) and self.has_host(str(host)) and self.articles.match(url)

    def rules_at(self, moment: datetime | date) -> Rules:
        """The extraction rules for a page captured at `moment` (see `Extraction.at`)."""
        return self.extraction.at(moment)
